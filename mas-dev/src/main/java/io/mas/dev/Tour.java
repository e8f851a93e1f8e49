package io.mas.dev;

import io.mas.dev.options.ClusterOptions;
import io.mas.dev.options.DataDirectory;
import java.net.URI;

/** Commands with curl that show the API of a store that has just been started. */
public final class Tour {
  private Tour() {}

  /**
   * What to paste into another terminal.
   *
   * @param api of a gateway
   * @param options what the store was started with, for its systemToken
   */
  public static String text(URI api, ClusterOptions options) {
    String token =
        options.systemToken().isEmpty()
            ? "$(cat '%s')".formatted(options.data().resolve(DataDirectory.SYSTEM_TOKEN))
            : "'%s'".formatted(options.systemToken());
    return """

        A tour to paste into another terminal of this machine:

          MAS=%s
          SYSTEM_TOKEN=%s
          token() {
            curl -sS -H "systemToken: $SYSTEM_TOKEN" "$MAS/api/token/$1?hash=$HASH" | sed 's/.*"token":"\\([^"]*\\)".*/\\1/'
          }
          seq 500000 > numbers.txt
          HASH=$(sha256sum numbers.txt | cut -d' ' -f1)
          curl -sS -H "token: $(token upload)" -F file=@numbers.txt "$MAS/api/file/upload/single"; echo
          curl -sS -H "token: $(token download)" -o again.txt "$MAS/api/file/upload/download"
          cmp numbers.txt again.txt && echo "the same bytes"
        """
        .formatted(api, token);
  }
}
