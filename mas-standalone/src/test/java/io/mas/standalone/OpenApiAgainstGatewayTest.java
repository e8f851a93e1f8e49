package io.mas.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.standalone.SharedStore.Store;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.yaml.snakeyaml.Yaml;

/**
 * {@code docs/openapi.yaml} against a running gateway: each operation is there, and no method more.
 */
@ExtendWith(SharedStore.class)
class OpenApiAgainstGatewayTest {
  private static final Set<String> METHODS =
      Set.of("get", "head", "post", "put", "delete", "patch");

  @Test
  void everyDocumentedOperationAnswersWithADocumentedStatus(Store store) throws Exception {
    Map<String, String> undocumented = new TreeMap<>();
    try (HttpClient http = HttpClient.newHttpClient()) {
      for (Map.Entry<?, ?> path : paths().entrySet()) {
        for (Map.Entry<?, ?> operation : map(path.getValue()).entrySet()) {
          if (METHODS.contains(operation.getKey())) {
            String status = status(http, store, operation.getKey(), path.getKey());
            if (!map(map(operation.getValue()).get("responses")).containsKey(status)) {
              undocumented.put(operation.getKey() + " " + path.getKey(), status);
            }
          }
        }
      }
    }
    assertThat(undocumented).isEmpty();
  }

  @Test
  void everyMethodThatIsNotDocumentedIs405(Store store) throws Exception {
    Map<String, String> answered = new TreeMap<>();
    try (HttpClient http = HttpClient.newHttpClient()) {
      for (Map.Entry<?, ?> path : paths().entrySet()) {
        for (String method : new TreeSet<>(METHODS)) {
          Map<?, ?> operations = map(path.getValue());
          boolean impliedByGet = method.equals("head") && operations.containsKey("get");
          if (!operations.containsKey(method) && !impliedByGet) {
            String status = status(http, store, method, path.getKey());
            if (!status.equals("405")) {
              answered.put(method + " " + path.getKey(), status);
            }
          }
        }
      }
    }
    assertThat(answered).isEmpty();
  }

  private static String status(HttpClient http, Store store, Object method, Object path)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(store.cluster().api().resolve(path.toString()))
            .method(method.toString().toUpperCase(Locale.ROOT), HttpRequest.BodyPublishers.noBody())
            .build();
    int status = http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    return Integer.toString(status);
  }

  private static Map<?, ?> paths() throws IOException {
    try (InputStream in = Files.newInputStream(Path.of("../docs/openapi.yaml"))) {
      return map(map(new Yaml().load(in)).get("paths"));
    }
  }

  private static Map<?, ?> map(@Nullable Object value) {
    return (Map<?, ?>) Objects.requireNonNull(value);
  }
}
