package io.mas.standalone;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.FileAppender;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.LoggerFactory;

/**
 * Has all that is logged go to a file until it is closed. Whoever reads the standard output of a
 * test takes a share of the processors for it, and may stop reading for half a second. To be made
 * after the gateway, whose start configures the log anew.
 */
final class LogToFile implements AutoCloseable {
  private static final String PATTERN = "%d %-5level [%X{requestId:-}] %logger{30} : %msg %kvp%n";

  private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  private final List<Appender<ILoggingEvent>> others = new ArrayList<>();
  private final FileAppender<ILoggingEvent> file = new FileAppender<>();

  LogToFile(Path path) {
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(root.getLoggerContext());
    encoder.setPattern(PATTERN);
    encoder.start();
    file.setContext(root.getLoggerContext());
    file.setFile(path.toString());
    file.setEncoder(encoder);
    file.start();
    root.iteratorForAppenders().forEachRemaining(others::add);
    others.forEach(root::detachAppender);
    root.addAppender(file);
  }

  @Override
  public void close() {
    root.detachAppender(file);
    others.forEach(root::addAppender);
    file.stop();
  }
}
