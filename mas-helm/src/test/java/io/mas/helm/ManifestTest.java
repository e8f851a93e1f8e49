package io.mas.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

/** What is rendered is what Kubernetes takes, and the same each time. */
class ManifestTest {
  @TempDir static Path directory;
  private static Chart chart;
  private final StrictSchema schema = new StrictSchema();

  @BeforeAll
  static void copy() {
    chart = Chart.in(directory);
  }

  @Test
  void lintFindsNothing() {
    LintResult result = new Helm(Chart.SOURCE).lint().strict().call();
    assertThat(result.isFailed()).as("%s", result.getMessages()).isFalse();
    assertThat(result.getMessages())
        .noneMatch(one -> one.contains("ERROR") || one.contains("WARN"));
  }

  @Test
  void lintFindsWhatIsWrong(@TempDir Path broken) throws IOException {
    Chart.in(broken);
    Files.writeString(
        broken.resolve("templates/serviceaccount.yaml"), "kind: {{ .Values.none.of }}");
    assertThat(new Helm(broken).lint().strict().call().isFailed()).isTrue();
  }

  @ParameterizedTest
  @MethodSource("io.mas.helm.Chart#ready")
  void everyFieldIsOneOfKubernetes(String name) {
    List<Manifest> manifests = chart.render(Values.ready(name)).manifests();
    assertThat(manifests).hasSizeGreaterThan(30);
    assertThat(manifests).allSatisfy(one -> assertThat(schema.problems(one)).isEmpty());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/spec/template/spec/containers/0/imagePullPolicie",
        "/spec/template/spec/containers/0/securityContext/readonlyRootFilesystem",
        "/spec/replica",
        "/metadata/lables"
      })
  void aFieldThatKubernetesDoesNotHaveIsFound(String pointer) {
    int slash = pointer.lastIndexOf('/');
    Manifest changed = changed(pointer.substring(0, slash), pointer.substring(slash + 1), "x");
    assertThat(schema.problems(changed)).isNotEmpty();
  }

  @Test
  void aValueOfAnotherTypeIsFound() {
    assertThat(schema.problems(changed("/spec", "replicas", "two"))).isNotEmpty();
    assertThat(schema.problems(changed("/spec", "replicas", "2"))).isNotEmpty();
    assertThat(schema.problems(changed("/spec/template/spec/containers/0/env/0", "value", 5)))
        .isNotEmpty();
    assertThat(schema.problems(changed("/metadata/labels", "a", true))).isNotEmpty();
  }

  private static Manifest changed(String pointer, String name, Object value) {
    var deployment = chart.render(Values.none()).one("Deployment", "-gateway").deepCopy();
    ((ObjectNode) deployment.at(pointer)).putPOJO(name, value);
    return new Manifest(Chart.parse(deployment.toString()).getFirst());
  }

  @ParameterizedTest
  @MethodSource("io.mas.helm.Chart#ready")
  void renderingTwiceIsTheSame(String name) {
    Values values = Values.ready(name);
    assertThat(chart.text(values)).isEqualTo(chart.text(values));
  }

  @ParameterizedTest
  @MethodSource("io.mas.helm.Chart#ready")
  void theNotesAreCommandsToCopy(String name) {
    String notes = Chart.notes(name);
    assertThat(notes)
        .contains("helm -n store test files --logs")
        .contains("get secret files-mas-backend-token -o jsonpath")
        .contains(
            "exec -i deployment/files-mas-gateway -- sh -c 'MAS_SYSTEM_TOKEN=$(cat) mas status'")
        .doesNotContain("<no value>", "map[");
    assertThat(notes.contains("ONE LOST VOLUME LOSES FILES")).isEqualTo(name.contains("minikube"));
  }

  @ParameterizedTest
  @CsvSource({"values-minikube, 0", "values-small-3, 1", "values-ha-6, 2", "values, 2"})
  void theNotesSayHowManyNodesMayBeLost(String name, int lost) {
    assertThat(Chart.notes(name)).contains("any %d of them may be lost.".formatted(lost));
  }

  @Test
  void everyObjectHasANameOfItsOwn() {
    Rendered rendered = chart.render(Values.ready("values-ha-6"));
    assertThat(rendered.manifests()).extracting(Manifest::toString).doesNotHaveDuplicates();
  }

  @Test
  void namesStayShortHoweverLongTheReleaseIs() {
    String release = "a-release-with-the-longest-name-that-helm-takes-is-53";
    assertThat(release).hasSize(53);
    Rendered rendered = chart.render(Values.none(), release);
    // A label holds the name of a pod (63), and of a StatefulSet with a hash (52).
    assertThat(rendered.manifests())
        .allSatisfy(one -> assertThat(one.name().length()).isLessThan(53));
  }

  @Test
  void aReleaseThatIsCalledMasNamesItsObjectsSo() {
    assertThat(chart.render(Values.none(), "mas").has("Service", "mas")).isTrue();
    assertThat(chart.render(Values.none()).has("Service", "files-mas")).isTrue();
  }
}
