package io.mas.api.web;

import io.mas.api.nodes.NodeView;
import io.mas.api.token.TokenStore;
import io.mas.api.upload.UploadProperties;
import io.mas.api.upload.Uploads;
import java.security.SecureRandom;
import java.util.function.LongSupplier;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** Wires the public HTTP API. Needs the beans of the rooms below. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(SystemTokenProperties.class)
@Import({
  HttpConfiguration.class,
  DownloadController.class,
  FileController.class,
  ServerController.class,
  TokenController.class,
  UploadController.class
})
public class WebConfiguration {
  private final LongSupplier nanoTime = System::nanoTime;

  @Bean
  Backend backend(SystemTokenProperties secrets, LimitsProperties limits) {
    return new Backend(new SystemTokens(secrets.systemTokens()), limits, nanoTime);
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
