package io.mas.dev.options;

/**
 * Running servers to be used in place of what a command brings itself. May hold passwords.
 *
 * @param mongodb URI of MongoDB; "" for none
 * @param redis URI of Redis; "" for none
 * @param rabbitmq URI of RabbitMQ; "" for none
 */
public record Middleware(String mongodb, String redis, String rabbitmq) {
  /** No running server. */
  public static final Middleware NONE = new Middleware("", "", "");

  /** Without the URIs, which may hold passwords. */
  @Override
  public String toString() {
    return "Middleware[mongodb %s, redis %s, rabbitmq %s]"
        .formatted(given(mongodb), given(redis), given(rabbitmq));
  }

  private static String given(String uri) {
    return uri.isEmpty() ? "none" : "given";
  }
}
