package io.mas.api.web;

import io.mas.api.object.StoredFile;
import io.mas.api.token.TokenGrant;
import io.mas.api.token.TokenStore;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RestController;

/** A real Tomcat with the filters and settings of the gateway, and small controllers behind. */
final class TestServer implements AutoCloseable {
  /** A secret that an answer or a log must not repeat. */
  static final String SECRET = "s3cr3t-/opt/mas-io.mas.Internal";

  /** The secret of a backend. */
  static final String BACKEND = "the-secret-of-a-backend";

  private final ConfigurableApplicationContext context;

  private TestServer(ConfigurableApplicationContext context) {
    this.context = context;
  }

  static TestServer start(String... properties) {
    var settings = new LinkedHashMap<String, Object>();
    settings.put("spring.config.name", "mas-gateway");
    settings.put("server.port", "0");
    settings.put("management.server.port", "0");
    for (String property : properties) {
      int equals = property.indexOf('=');
      settings.put(property.substring(0, equals), property.substring(equals + 1));
    }
    String[] arguments =
        settings.entrySet().stream()
            .map(e -> "--" + e.getKey() + "=" + e.getValue())
            .toArray(String[]::new);
    return new TestServer(
        new SpringApplicationBuilder(Application.class)
            .bannerMode(Banner.Mode.OFF)
            .registerShutdownHook(false)
            .run(arguments));
  }

  int port() {
    return port("local.server.port");
  }

  int managementPort() {
    return port("local.management.port");
  }

  private int port(String name) {
    return Objects.requireNonNull(context.getEnvironment().getProperty(name, Integer.class));
  }

  FakeTokens tokens() {
    return context.getBean(FakeTokens.class);
  }

  RawClient connect() throws IOException {
    return new RawClient(port());
  }

  @Override
  public void close() {
    context.close();
  }

  /** What the gateway has besides its rooms. */
  @SpringBootConfiguration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  @Import({HttpConfiguration.class, Controllers.class})
  static class Application {
    @Bean
    FakeTokens tokens() {
      return new FakeTokens();
    }

    @Bean
    SystemTokens backends(MeterRegistry meters) {
      String sha256 = HexFormat.of().formatHex(SystemTokens.sha256(BACKEND));
      var backends = new SystemTokens(meters, InstantSource.system());
      backends.replace(List.of(new SystemToken("backend", sha256, Set.of(Scope.TOKENS), null)));
      return backends;
    }

    @Bean
    TokenUses tokenUses(TokenStore tokens, LimitsProperties limits) {
      return new TokenUses(
          tokens, limits.requestsPerToken(), Duration.ofMillis(200), System::nanoTime);
    }
  }

  /** One endpoint for each way a request may go. */
  @RestController
  static final class Controllers {
    private final TokenUses tokens;
    private final DownloadPlanner planner;
    private final DownloadWriter writer;

    Controllers(TokenUses tokens, LimitsProperties limits, Failures failures) {
      this.tokens = tokens;
      this.planner = new DownloadPlanner(limits, new SplittableRandom(1));
      this.writer = new DownloadWriter(failures);
    }

    @GetMapping("/test/get")
    Envelope get() {
      return Envelope.of(null);
    }

    @PostMapping("/test/read")
    Envelope read(HttpServletRequest request) throws IOException {
      return Envelope.of(Exchange.of(request).body().readAllBytes().length);
    }

    @PostMapping("/test/upload")
    Envelope upload(HttpServletRequest request) throws IOException {
      try (TokenUse _ = tokens.begin(request, TokenGrant.Action.UPLOAD)) {
        return Envelope.of(Exchange.of(request).body().readAllBytes().length);
      }
    }

    @PostMapping("/test/ignore")
    Envelope ignore() {
      return Envelope.of("not read");
    }

    @PostMapping("/test/refuse")
    Envelope refuse() {
      var refusal = new MasException(ErrorCode.CHUNK_CONFLICT, "refused");
      throw refusal.withData(Map.of("missing", "1-3"));
    }

    @PostMapping("/test/refuse-late")
    Envelope refuseLate(HttpServletRequest request) throws IOException {
      int first = Exchange.of(request).body().read();
      throw new MasException(ErrorCode.CONTENT_MISMATCH, "refused after " + first);
    }

    @GetMapping("/test/boom")
    Envelope boom() {
      var cause = new IllegalArgumentException(SECRET);
      throw new IllegalStateException(SECRET, cause);
    }

    @GetMapping("/test/memory")
    Envelope memory() {
      var error = new OutOfMemoryError(SECRET);
      throw error;
    }

    @RequestMapping(
        path = "/test/parameter",
        method = {RequestMethod.GET, RequestMethod.POST})
    Envelope parameter(HttpServletRequest request) {
      return Envelope.of(new Parameters(request).text("name"));
    }

    @RequestMapping(
        path = "/test/file",
        method = {RequestMethod.GET, RequestMethod.HEAD})
    void file(HttpServletRequest request, HttpServletResponse response) {
      var parameters = new Parameters(request);
      long size = parameters.number("size").orElse(100_000);
      StoredFile file =
          FakeFile.of("报告.txt", size, parameters.number("lost").orElse(Long.MAX_VALUE));
      OptionalLong seek = parameters.number("seek");
      var grant = TokenGrant.download(FakeFile.HASH, parameters.text("name"), null);
      writer.write(request, response, file, planner.plan(request, file.info(), grant, seek));
    }

    @GetMapping("/test/download")
    void download(HttpServletRequest request, HttpServletResponse response) {
      try (TokenUse use = tokens.begin(request, TokenGrant.Action.DOWNLOAD)) {
        StoredFile file = FakeFile.of("a.bin", 1L << 40, Long.MAX_VALUE);
        DownloadPlan plan = planner.plan(request, file.info(), use.grant(), OptionalLong.empty());
        writer.write(request, response, file, plan);
      }
    }
  }
}
