package io.mas.standalone.chaos;

import io.mas.standalone.chaos.Fault.Kind;
import io.mas.standalone.chaos.Links.Link;
import io.mas.standalone.chaos.TcpProxy.Way;
import io.mas.standalone.load.Down;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** What can be done to the links of a cluster: one, or all that lead to the same place. */
final class LinkFaults {
  private static final int MOST_LATE_MILLIS = 300;
  private static final int SLOWEST = 20_000;
  private static final int FASTEST = 500_000;

  private final Links links;

  LinkFaults(Links links) {
    this.links = links;
  }

  /** A fault of this kind, which is one of links, somewhere. */
  Fault of(Kind kind, RandomGenerator random, Duration length) {
    List<Link> all = List.copyOf(links.all().keySet());
    Link link = all.get(random.nextInt(all.size()));
    boolean alone = random.nextBoolean() || isNodeToBroker(link);
    Map<Link, TcpProxy> hit = alone ? Map.of(link, proxy(link)) : links.to(link.to());
    String what = alone ? link.toString() : "all -> " + link.to();
    Consumer<TcpProxy> begin = begin(kind, random);
    return new Fault(
        kind,
        what,
        isNodeToBroker(link) ? link.from() : link.to(),
        excuse(link),
        length,
        () -> hit.values().forEach(begin),
        () -> end(kind, hit.values()));
  }

  private TcpProxy proxy(Link link) {
    TcpProxy proxy = links.all().get(link);
    if (proxy == null) {
      throw new IllegalArgumentException("there is no link " + link);
    }
    return proxy;
  }

  /** Such a node is silent, and is to be used nevertheless. */
  private static boolean isNodeToBroker(Link link) {
    return Harm.Part.of(link.to()) == Harm.Part.RABBITMQ && link.from().startsWith("node-");
  }

  private static Down excuse(Link link) {
    return Harm.Part.of(link.to()).down();
  }

  private static Consumer<TcpProxy> begin(Kind kind, RandomGenerator random) {
    return switch (kind) {
      case CUT -> TcpProxy::cut;
      case REFUSE ->
          proxy -> {
            proxy.refuse();
            proxy.cut();
          };
      case BLACKHOLE -> setting(Way.BOTH, new Traffic.Blackhole());
      case ONE_WAY ->
          setting(random.nextBoolean() ? Way.REQUESTS : Way.ANSWERS, new Traffic.Blackhole());
      case LATE ->
          setting(
              Way.BOTH, new Traffic.Late(Duration.ofMillis(1 + random.nextInt(MOST_LATE_MILLIS))));
      case SLOW -> setting(Way.BOTH, new Traffic.Slow(random.nextInt(SLOWEST, FASTEST)));
      case KILL, STOP, HANG, DAMAGE, EMPTY ->
          throw new IllegalArgumentException(kind + " is nothing that links do");
    };
  }

  private static Consumer<TcpProxy> setting(Way way, Traffic traffic) {
    return proxy -> proxy.set(way, traffic);
  }

  private static void end(Kind kind, Collection<TcpProxy> hit) {
    if (kind == Kind.CUT) {
      hit.forEach(TcpProxy::cut);
    }
    hit.forEach(TcpProxy::heal);
  }
}
