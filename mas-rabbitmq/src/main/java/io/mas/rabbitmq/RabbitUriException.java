package io.mas.rabbitmq;

/** The setting of the broker's URI is missing or malformed. Its value is never in the message. */
public final class RabbitUriException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String problem;

  RabbitUriException(String problem) {
    super(problem + " " + action());
    this.problem = problem;
  }

  /** What is wrong, without the action. */
  String problem() {
    return problem;
  }

  /** What the operator can do. */
  static String action() {
    return "Set mas.rabbitmq.uri (MAS_RABBITMQ_URI) to amqp://user:password@host:port/vhost, or to"
        + " amqps:... for TLS.";
  }
}
