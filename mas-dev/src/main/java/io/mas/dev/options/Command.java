package io.mas.dev.options;

/** A command of the script {@code mas} that runs a store on this machine. */
public enum Command {
  /** Everything in one process. */
  UP(
      8081,
      """
      Usage: ./mas up [options]

      Starts the whole store in one process: one gateway and its storage nodes.

        --bind ADDRESS       address that both ports listen on (127.0.0.1); 0.0.0.0 for all
        --port N             port of the API (8080)
        --management-port N  port of health and metrics (8081)
      """,
      """
        --mongodb URI        a running MongoDB for the metadata; else they are kept in DIR
        --redis URI          a running Redis for the tokens; else they are kept in memory
        --rabbitmq URI       a running RabbitMQ that nodes are found over; else none is needed
      """),
  /** A process for each gateway, worker, node and server. */
  DEV(
      8090,
      """
      Usage: ./mas dev [options]

      Starts a cluster of processes: two gateways, a repair worker, storage nodes, and the servers
      that they need: MongoDB, Redis and RabbitMQ.

        --bind ADDRESS       address that the gateways listen on (127.0.0.1); 0.0.0.0 for all
        --port N             port of the first gateway (8080); the second has the next one
        --management-port N  port of health and metrics of the first gateway (8090); the second
                             gateway and the worker have the next two
      """,
      """
        --mongodb URI        a running MongoDB, in place of one of its own
        --redis URI          a running Redis, in place of one of its own
        --rabbitmq URI       a running RabbitMQ, in place of one of its own
      """);

  private static final String COMMON =
      """
        --data DIR           where everything is kept (./data)
        --nodes N            storage nodes (6); 1 means that none may fail
        --erasure K+M        data and parity shards of new files (4+2)
        --system-token T     the secret of your backend; else one is made once and kept in
                             DIR/system-token
      """;

  private static final String VARIABLES =
      """
        --help               this text

      Each option is also a variable of the environment: MAS_BIND, MAS_PORT, MAS_MANAGEMENT_PORT,
      MAS_DATA, MAS_NODES, MAS_ERASURE, MAS_SYSTEM_TOKEN, and MAS_MONGODB_URI, MAS_REDIS_URI,
      MAS_RABBITMQ_URI, which hide a password that an option would show to every user of the
      machine. An option wins over its variable. Port 0 is any free one.
      """;

  private final int managementPort;
  private final String ports;
  private final String servers;

  Command(int managementPort, String ports, String servers) {
    this.managementPort = managementPort;
    this.ports = ports;
    this.servers = servers;
  }

  /** What {@code --help} prints. */
  public String help() {
    return ports + COMMON + servers + VARIABLES;
  }

  /** The default of {@code --management-port}. */
  int managementPort() {
    return managementPort;
  }

  /** As the user types it. */
  @Override
  public String toString() {
    return switch (this) {
      case UP -> "./mas up";
      case DEV -> "./mas dev";
    };
  }
}
