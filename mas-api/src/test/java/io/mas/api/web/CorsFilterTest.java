package io.mas.api.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.ServletException;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

/** Configured origins; any origin is in {@link HttpTest}. */
class CorsFilterTest {
  private final CorsFilter filter =
      new CorsFilter(new GatewayProperties(List.of("https://shop.example")));

  private MockHttpServletResponse answer(String origin) throws IOException, ServletException {
    var request = new MockHttpServletRequest("GET", "/api/file/upload/download");
    request.addHeader("Origin", origin);
    var response = new MockHttpServletResponse();
    filter.doFilter(request, response, new MockFilterChain());
    return response;
  }

  @Test
  void aConfiguredOriginIsNamed() throws IOException, ServletException {
    MockHttpServletResponse response = answer("https://shop.example");
    assertThat(response.getHeader("Access-Control-Allow-Origin")).isEqualTo("https://shop.example");
    assertThat(response.getHeader("Vary")).isEqualTo("Origin");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "http://shop.example",
        "https://shop.example.evil.example",
        "https://evil-shop.example",
        "https://shop.example:444",
        "https://SHOP.example"
      })
  void noOtherOriginIs(String origin) throws IOException, ServletException {
    MockHttpServletResponse response = answer(origin);
    assertThat(response.getHeader("Access-Control-Allow-Origin")).isNull();
    assertThat(response.getHeader("Access-Control-Expose-Headers")).isNull();
    assertThat(response.getHeader("Vary")).isEqualTo("Origin");
  }

  /** It would never match, and nobody would be told. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://shop.example/",
        "https://shop.example/page",
        "https://*.shop.example",
        "https://Shop.example",
        "https://shop.example:443",
        "http://shop.example:80",
        "https://gr\u00f6\u00dfe.example",
        "null",
        "shop.example",
        ""
      })
  void whatNoBrowserSendsIsRefused(String origin) {
    assertThatThrownBy(() -> new GatewayProperties(List.of(origin)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("allowed-origins has '" + origin + "'");
  }

  @Test
  void originsOfEveryKindMayBeNamed() {
    List<String> origins =
        List.of("http://localhost:3000", "https://[::1]:8443", "app+x://shop.example");
    assertThat(new GatewayProperties(origins).allowedOrigins()).isEqualTo(origins);
  }

  @Test
  void anyOriginAmongOthersIsRefused() {
    assertThatThrownBy(() -> new GatewayProperties(List.of("*", "https://shop.example")))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
