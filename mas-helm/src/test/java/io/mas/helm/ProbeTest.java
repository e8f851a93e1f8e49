package io.mas.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.marcnuri.helm.Helm;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProbeTest {
  @Test
  void lint(@TempDir Path dir) {
    Helm helm = Helm.create().withName("probe").withDir(dir).call();
    String out = helm.template().withKubeVersion("1.32.0").call();
    assertThat(out).contains("kind: Deployment");
    String last = out.substring(out.lastIndexOf("---\n"));
    HasMetadata one = new KubernetesSerialization().unmarshal(last, HasMetadata.class);
    assertThat(one.getKind()).isNotEmpty();
  }
}
