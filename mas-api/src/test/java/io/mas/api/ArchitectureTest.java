package io.mas.api;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The arrows between the rooms of the gateway; each rule says why. */
class ArchitectureTest {
  private static final String API = "io.mas.api.";
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.mas.api..");

  /** The room knows the words of mas-common, and of the other rooms only these. */
  private static ArchRule room(String name, String... rooms) {
    String[] allowed =
        Stream.concat(Stream.of(name), Stream.of(rooms))
            .map(room -> API + room + "..")
            .toArray(String[]::new);
    return noClasses()
        .that()
        .resideInAPackage(API + name + "..")
        .should()
        .dependOnClassesThat(
            JavaClass.Predicates.resideInAPackage("io.mas..")
                .and(DescribedPredicate.not(JavaClass.Predicates.resideInAnyPackage(allowed)))
                .and(
                    DescribedPredicate.not(
                        JavaClass.Predicates.resideInAPackage("io.mas.common.."))));
  }

  @Test
  void erasureMetadataAndTokenKnowNoOtherRoom() {
    room("erasure").because("mathematics needs no store").check(CLASSES);
    room("metadata").because("a seam that knows its users cannot be replaced").check(CLASSES);
    room("token").because("a seam that knows its users cannot be replaced").check(CLASSES);
  }

  @Test
  void blocksKnowTheCode() {
    room("block", "erasure").because("a block is coded wherever it goes").check(CLASSES);
  }

  @Test
  void nodesKnowWhatIsSavedOfThem() {
    room("nodes", "metadata")
        .because("who is live does not depend on what is stored")
        .check(CLASSES);
  }

  @Test
  void objectsKnowMetadataNodesAndBlocks() {
    room("object", "metadata", "nodes", "block")
        .because("a stored file is no matter of who asked for it")
        .check(CLASSES);
  }

  @Test
  void garbageKnowsObjectsMetadataAndNodes() {
    room("garbage", "object", "metadata", "nodes")
        .because("what is garbage is seen in the stores alone, whoever wrote it")
        .check(CLASSES);
  }

  @Test
  void uploadsKnowObjectsMetadataAndTokens() {
    room("upload", "object", "metadata", "token")
        .because("an upload stores through the object room alone, which keeps the commit rules")
        .check(CLASSES);
  }

  @Test
  void theStatusKnowsWhatItTellsOf() {
    room("status", "object", "nodes", "metadata")
        .because("who looks on has no part in requests, and needs none of their rooms")
        .check(CLASSES);
  }

  @Test
  void theWebKnowsTheVerbsAndTheHealthOfNodes() {
    room("web", "upload", "object", "token", "nodes", "status")
        .because("a request reaches data through the verbs of the rooms alone")
        .check(CLASSES);
  }

  @Test
  void onlyTheWebSeesHttpServers() {
    noClasses()
        .that()
        .resideOutsideOfPackage(API + "web..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.springframework.web..",
            "org.springframework.http..",
            "jakarta.servlet..",
            "org.apache.catalina..",
            "org.apache.coyote..")
        .because("whatever sees the request cannot be tested or reused without one")
        .check(CLASSES);
  }

  @Test
  void roomsFormNoCycle() {
    slices()
        .matching(API + "(*)..")
        .should()
        .beFreeOfCycles()
        .because("a cycle of rooms is one room")
        .check(CLASSES);
  }

  @Test
  void fieldsAreNotInjected() {
    noFields()
        .should()
        .beAnnotatedWith("org.springframework.beans.factory.annotation.Autowired")
        .orShould()
        .beAnnotatedWith("jakarta.inject.Inject")
        .orShould()
        .beAnnotatedWith("org.springframework.beans.factory.annotation.Value")
        .because("a constructor shows what a class needs, and can be called by a test")
        .check(CLASSES);
  }

  @Test
  void nothingIsMadeReadyBehindTheConstructor() {
    noMethods()
        .should()
        .beAnnotatedWith("jakarta.annotation.PostConstruct")
        .because("an object that is there is ready")
        .check(CLASSES);
  }

  @Test
  void everyPackageIsNullMarked() throws ClassNotFoundException {
    Set<String> packages =
        CLASSES.stream().map(JavaClass::getPackageName).collect(Collectors.toSet());
    assertThat(packages).contains("io.mas.api", "io.mas.api.web", "io.mas.api.object");
    for (String name : packages) {
      // null is a value that the type must name: a package without the mark is not checked
      assertThat(Class.forName(name + ".package-info").isAnnotationPresent(NullMarked.class))
          .as(name)
          .isTrue();
    }
  }

  /** Negative control: a rule of this kind does find what it looks for. */
  @Test
  void theRulesBite() {
    ArchRule wrong = room("web", "object");
    assertThatThrownBy(() -> wrong.check(CLASSES)).isInstanceOf(AssertionError.class);
  }
}
