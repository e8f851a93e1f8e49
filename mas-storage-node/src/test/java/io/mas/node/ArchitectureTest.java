package io.mas.node;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The arrows between the rooms of the node; each rule says why. */
final class ArchitectureTest {
  private static final String NODE = "io.mas.node";
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(NODE + "..");

  private static ArchRule room(String name, String... mayKnow) {
    String[] allowed = new String[mayKnow.length + 1];
    System.arraycopy(mayKnow, 0, allowed, 0, mayKnow.length);
    allowed[mayKnow.length] = NODE + "." + name + "..";
    return noClasses()
        .that()
        .resideInAPackage(NODE + "." + name + "..")
        .should()
        .dependOnClassesThat(
            JavaClass.Predicates.resideInAPackage("io.mas..")
                .and(DescribedPredicate.not(JavaClass.Predicates.resideInAnyPackage(allowed))));
  }

  @Test
  void theDiskKnowsNothingOfMas() {
    room("disk").because("faults are injected under all rooms alike").check(CLASSES);
  }

  @Test
  void theStoreKnowsTheDiskAndTheCommonWords() {
    room("shard", NODE + ".disk..", "io.mas.common..")
        .because("a store that knows HTTP or the cluster cannot be replaced by another one")
        .check(CLASSES);
  }

  @Test
  void membershipKnowsTheDiskAndTheCommonWords() {
    room("membership", NODE + ".disk..", "io.mas.common..")
        .because("who the node is does not depend on what it stores")
        .check(CLASSES);
  }

  @Test
  void theWebKnowsTheStoreAndMembership() {
    room("web", NODE + ".shard..", NODE + ".membership..", "io.mas.common..")
        .because("a request reaches files through the store alone")
        .check(CLASSES);
  }

  @Test
  void onlyTheWebSeesHttp() {
    noClasses()
        .that()
        .resideOutsideOfPackage(NODE + ".web..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.springframework.web..", "jakarta.servlet..")
        .because("whatever sees the request cannot be tested or reused without one")
        .check(CLASSES);
  }

  @Test
  void onlyTheRootAndTheWebSeeSpring() {
    noClasses()
        .that()
        .resideInAnyPackage(NODE + ".disk..", NODE + ".shard..", NODE + ".membership..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.springframework..")
        .because("the wiring is in one place, and what keeps the data needs none")
        .check(CLASSES);
  }

  @Test
  void roomsFormNoCycle() {
    slices()
        .matching(NODE + ".(*)..")
        .should()
        .beFreeOfCycles()
        .because("a cycle of rooms is one room")
        .check(CLASSES);
  }

  @Test
  void filesAreTouchedInOnePlace() {
    noClasses()
        .that()
        .resideOutsideOfPackage(NODE + ".disk..")
        .and()
        .doNotHaveSimpleName("VolumeLock")
        .should()
        .dependOnClassesThat()
        .haveNameMatching("java\\.(nio\\.file\\.Files|nio\\.channels\\.FileChannel|io\\.File.*)")
        .because("a file that is not behind the seam is a fault that no test injects")
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
  void nobodySleeps() {
    noClasses()
        .should()
        .callMethod(Thread.class, "sleep", long.class)
        .orShould()
        .callMethod(Thread.class, "sleep", Duration.class)
        .because("a sleep is a race that has not been lost yet")
        .check(CLASSES);
  }

  @Test
  void everyPackageIsNullMarked() throws ClassNotFoundException {
    Set<String> packages =
        CLASSES.stream().map(JavaClass::getPackageName).collect(Collectors.toSet());
    assertThat(packages).hasSize(5);
    for (String name : packages) {
      // null is a value that the type must name: a package without the mark is not checked
      assertThat(Class.forName(name + ".package-info").isAnnotationPresent(NullMarked.class))
          .as(name)
          .isTrue();
    }
  }

  /** Negative control: rules of this kind do find what they look for. */
  @Test
  void theRulesBite() {
    List<ArchRule> wrong =
        List.of(
            room("web", NODE + ".shard.."), classes().should().resideInAPackage(NODE + ".disk.."));
    for (ArchRule rule : wrong) {
      assertThatThrownBy(() -> rule.check(CLASSES)).isInstanceOf(AssertionError.class);
    }
  }
}
