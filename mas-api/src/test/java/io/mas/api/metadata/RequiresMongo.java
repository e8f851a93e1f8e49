package io.mas.api.metadata;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.lang.reflect.Method;
import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * These tests need more of MongoDB than an imitation in memory has. Where it cannot be had they are
 * not run, and a line of the output says so; with CI=true that is a failure, but for a replica set.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(RequiresMongo.Condition.class)
@interface RequiresMongo {
  Kind value();

  /** What is needed. */
  enum Kind {
    /** Durable, and with the atomicity of one document under load. */
    REAL,
    /** One that the test may kill and pause. */
    STARTED_HERE,
    /** Several mongod. */
    REPLICA_SET;

    boolean there() {
      return switch (this) {
        case REAL -> TestMongo.replicaSet().isPresent() || TestMongo.canBeStarted();
        case STARTED_HERE -> TestMongo.canBeStarted();
        case REPLICA_SET -> TestMongo.replicaSet().isPresent();
      };
    }

    String missing() {
      return switch (this) {
        case REAL ->
            "no MongoDB: neither %s nor shared/mongodb beside the repository"
                .formatted(TestMongo.VARIABLE);
        case STARTED_HERE -> "no shared/mongodb beside the repository";
        case REPLICA_SET -> "%s names no replica set of mongod".formatted(TestMongo.VARIABLE);
      };
    }
  }

  /** Looks for it. */
  final class Condition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      Optional<Kind> needed =
          AnnotationSupport.findAnnotation(context.getElement(), RequiresMongo.class)
              .map(RequiresMongo::value);
      if (needed.isEmpty() || needed.get().there()) {
        return ConditionEvaluationResult.enabled("there");
      }
      String missing = needed.get().missing();
      boolean everywhere = needed.get() != Kind.REPLICA_SET;
      if (everywhere && "true".equals(System.getenv("CI"))) {
        throw new IllegalStateException(missing);
      }
      // With the colon, ./mas test takes it for a failure where CI=true.
      System.out.printf(
          "NOT RUN%s %s %s: %s%n",
          everywhere ? ":" : " here,",
          context.getRequiredTestClass().getSimpleName(),
          context.getTestMethod().map(Method::getName).orElse("(all)"),
          missing);
      return ConditionEvaluationResult.disabled(missing);
    }
  }
}
