package io.mas.api.metadata;

import com.mongodb.event.CommandListener;
import com.mongodb.event.CommandStartedEvent;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.bson.BsonNull;
import org.bson.BsonValue;

/** What the driver sends: each entry is one round trip. */
final class CommandLog implements CommandListener {
  private final List<String> sent = new CopyOnWriteArrayList<>();

  @Override
  public void commandStarted(CommandStartedEvent event) {
    String name = event.getCommandName();
    BsonValue on = event.getCommand().get(name, BsonNull.VALUE);
    sent.add(on.isString() ? name + " " + on.asString().getValue() : name);
  }

  /** What was sent since the last call. */
  List<String> take() {
    List<String> taken = List.copyOf(sent);
    sent.clear();
    return taken;
  }
}
