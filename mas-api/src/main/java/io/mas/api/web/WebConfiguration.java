package io.mas.api.web;

import io.mas.api.nodes.NodeView;
import io.mas.api.token.TokenStore;
import io.mas.api.upload.UploadProperties;
import io.mas.api.upload.Uploads;
import io.micrometer.core.instrument.MeterRegistry;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;

/** Wires the public HTTP API. Needs the beans of the rooms below. */
@Configuration(proxyBeanMethods = false)
@Import({
  HttpConfiguration.class,
  AdminController.class,
  DownloadController.class,
  FileController.class,
  ServerController.class,
  TokenController.class,
  UploadController.class
})
public class WebConfiguration {
  private final LongSupplier nanoTime = System::nanoTime;

  @Bean
  SystemTokens systemTokens(MeterRegistry meters) {
    return new SystemTokens(meters, InstantSource.system());
  }

  @Bean
  SystemTokenWatch systemTokenWatch(Environment settings, SystemTokens tokens) {
    return new SystemTokenWatch(new SystemTokenSource(settings), tokens, SystemTokenWatch.PERIOD);
  }

  @Bean
  Backend backend(SystemTokens tokens, LimitsProperties limits) {
    return new Backend(tokens, limits, nanoTime);
  }

  @Bean
  LiveNodes liveNodes(NodeView view) {
    return () ->
        view.standings().stream()
            .filter(node -> !node.suspect())
            .map(node -> node.member().address().getAuthority())
            .toList();
  }

  @Bean
  TokenUses tokenUses(TokenStore store, LimitsProperties limits) {
    return new TokenUses(store, limits.requestsPerToken(), TokenUses.PERIOD, nanoTime);
  }

  @Bean
  UploadForms uploadForms(Uploads uploads, UploadProperties sizes) {
    return new UploadForms(uploads, sizes);
  }

  @Bean
  DownloadPlanner downloadPlanner(LimitsProperties limits) {
    return new DownloadPlanner(limits, new SecureRandom());
  }

  @Bean
  DownloadWriter downloadWriter(Failures failures) {
    return new DownloadWriter(failures);
  }
}
