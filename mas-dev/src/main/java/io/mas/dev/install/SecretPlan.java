package io.mas.dev.install;

import io.mas.dev.options.StartProblem;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Which Secrets a release needs; the chart says so, and nothing of it is secret.
 *
 * @param instance name of the release, a label of each
 * @param random the keys of each Secret, whose values are random
 * @param tokensFile the Secret with what gateways know of systemTokens; empty for none
 * @param holders the Secrets of those who hold a systemToken, each with its scopes
 */
record SecretPlan(
    String instance,
    Map<String, List<String>> random,
    String tokensFile,
    Map<String, List<String>> holders) {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  SecretPlan {
    random = Map.copyOf(random);
    holders = Map.copyOf(holders);
  }

  /**
   * Reads a plan.
   *
   * @throws StartProblem if it is none
   */
  static SecretPlan parse(String json) {
    JsonNode plan;
    try {
      plan = JSON.readTree(json);
    } catch (JacksonException e) {
      throw none(json);
    }
    if (!plan.isObject() || plan.path("instance").asString("").isEmpty()) {
      throw none(json);
    }
    return new SecretPlan(
        plan.path("instance").asString(),
        lists(plan.path("random")),
        plan.at("/tokens/file").asString(""),
        lists(plan.at("/tokens/holders")));
  }

  private static StartProblem none(String json) {
    return new StartProblem(
        "--plan (MAS_PLAN) '%s' is no plan.".formatted(json),
        "It is made by the chart: {\"instance\": ..., \"random\": {NAME: [KEY, ...]}, ...}.");
  }

  private static Map<String, List<String>> lists(JsonNode map) {
    return map.properties().stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey,
                one -> one.getValue().valueStream().map(JsonNode::asString).toList(),
                (one, other) -> one,
                TreeMap::new));
  }
}
