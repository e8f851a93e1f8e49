package io.mas.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.standalone.MasClient.Answer;
import io.mas.standalone.MasClient.Download;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * One request of each kind about a file through one gateway, to see what an outage makes of them.
 *
 * @param upload token for it
 * @param download token for it
 */
record EachRequest(MasClient gateway, Content file, String upload, String download) {

  /** With tokens that are valid. */
  static EachRequest of(MasClient gateway, Content file) {
    String hash = file.hash();
    return new EachRequest(gateway, file, gateway.uploadToken(hash), gateway.downloadToken(hash));
  }

  /** The same with other tokens. */
  EachRequest withTokens(String other) {
    return new EachRequest(gateway, file, other, other);
  }

  /** The same of somebody with another systemToken. */
  EachRequest withSystemToken(String other) {
    return new EachRequest(gateway.withSystemToken(other), file, upload, download);
  }

  /** Those of a browser, with a temporary token. */
  List<Supplier<Tried>> ofBrowser() {
    return List.of(
        answer("single", client -> client.single(upload, file)),
        answer("init", client -> client.init(upload, file.name())),
        answer("chuck", client -> client.chunk(upload, 1, file)),
        answer("finish", client -> client.finish(upload)),
        answer("abort", client -> client.abort(upload)),
        () -> Tried.download("download through " + gateway.api(), () -> gateway.fetch(download)));
  }

  /** Those of a backend that make and revoke temporary tokens. */
  List<Supplier<Tried>> ofTokens() {
    return List.of(
        answer("upload token", client -> client.requestToken("upload", file.hash(), "")),
        answer("download token", client -> client.requestToken("download", file.hash(), "")),
        answer("revoke", client -> client.revoke(download)),
        answer("revoke all", client -> client.revokeAll(file.hash())));
  }

  /** Those of a backend that need no temporary token. */
  List<Supplier<Tried>> ofFiles() {
    return List.of(
        answer("info", client -> client.info(file.hash())),
        answer("list", client -> client.list(file.name(), "", 10)),
        answer("delete", client -> client.delete(file.hash())));
  }

  /** Those that need Redis. */
  Stream<Supplier<Tried>> needingRedis() {
    return Stream.concat(ofBrowser().stream(), ofTokens().stream());
  }

  /** Those that need the database. */
  Stream<Supplier<Tried>> needingDatabase() {
    return Stream.concat(ofBrowser().stream(), ofFiles().stream());
  }

  /** A download that must bring the bytes of the file. */
  Supplier<Tried> served() {
    return () ->
        Tried.download(
            "download through " + gateway.api(),
            () -> {
              Download bytes = gateway.fetch(download);
              assertThat(bytes).matches(b -> b.is(file));
              return bytes;
            });
  }

  private Supplier<Tried> answer(String what, Function<MasClient, Answer> request) {
    return () -> Tried.answer(what + " through " + gateway.api(), () -> request.apply(gateway));
  }
}
