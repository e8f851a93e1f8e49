package io.mas.standalone;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.filter.ThresholdFilter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.OutputStreamAppender;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.LoggerFactory;

/**
 * Has all that is logged formatted and dropped until it is closed, but for warnings. Whoever reads
 * the standard output of a test takes a share of the processors for it, and may stop reading for
 * half a second; a file would wait for the disk that is measured. To be made after the gateway,
 * whose start configures the log anew.
 */
final class QuietLog implements AutoCloseable {
  private static final String PATTERN = "%d %-5level [%X{requestId:-}] %logger{30} : %msg %kvp%n";

  private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  private final List<Appender<ILoggingEvent>> quiet = new ArrayList<>();
  private final OutputStreamAppender<ILoggingEvent> nowhere = new OutputStreamAppender<>();

  QuietLog() {
    ThresholdFilter warnings = new ThresholdFilter();
    warnings.setLevel("WARN");
    warnings.start();
    root.iteratorForAppenders().forEachRemaining(quiet::add);
    quiet.forEach(appender -> appender.addFilter(warnings));
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(root.getLoggerContext());
    encoder.setPattern(PATTERN);
    encoder.start();
    nowhere.setContext(root.getLoggerContext());
    nowhere.setEncoder(encoder);
    nowhere.setOutputStream(OutputStream.nullOutputStream());
    nowhere.start();
    root.addAppender(nowhere);
  }

  @Override
  public void close() {
    root.detachAppender(nowhere);
    nowhere.stop();
    quiet.forEach(Appender::clearAllFilters);
  }
}
