package io.mas.standalone.container;

/** The images of the project, built from {@code docker/} with what was built before these tests. */
final class Images {
  static final String VERSION = "test";

  private static final String BASE = "mas-test/jre";

  private Images() {}

  /** Builds them, on the stand-in for their base image. */
  static void build() {
    Shell shell = Shell.inRepository().with("JAVA_HOME", System.getProperty("java.home"));
    shell.run("docker/test/images.sh", "../shared/mongodb");
    shell
        .with("MAS_BUILD", "no")
        .with("MAS_BASE_IMAGE", BASE)
        .with("MAS_VERSION", VERSION)
        .run("./mas", "images");
  }
}
