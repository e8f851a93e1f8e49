package io.mas.standalone.container;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A test that needs a Docker engine that answers, and what {@code docker/test/images.sh} needs.
 * Where they are not, the test is listed as not run.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(RequiresContainers.Condition.class)
@interface RequiresContainers {

  /** Looks for them. */
  final class Condition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      String missing = missing();
      if (missing.isEmpty()) {
        return ConditionEvaluationResult.enabled("there");
      }
      System.out.printf(
          "NOT RUN here, %s: %s%n", context.getRequiredTestClass().getSimpleName(), missing);
      return ConditionEvaluationResult.disabled(missing);
    }

    private static String missing() {
      Shell shell = Shell.inRepository();
      if (!shell.succeeds("sh", "-c", "docker info >/dev/null 2>&1")) {
        return "no Docker engine answers";
      }
      if (!shell.succeeds(
          "sh",
          "-c",
          "test $(id -u) = 0 && command -v mmdebstrap && command -v docker-compose && command -v iptables")) {
        return "needs root, mmdebstrap, docker-compose and iptables";
      }
      return Files.isDirectory(Path.of("../../shared/mongodb"))
          ? ""
          : "no shared/mongodb beside the repository";
    }
  }
}
