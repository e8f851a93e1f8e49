package io.mas.common;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.InputStream;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** What the words that both services speak may know; each rule says why. */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.mas.common..");

  @Test
  void nothingOfSpring() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.springframework..", "jakarta..")
        .because("words outlive frameworks, and the two services choose theirs apart")
        .check(CLASSES);
  }

  @Test
  void noInputOrOutput() {
    noInputOrOutputRule()
        .because("what touches the world needs a seam, and seams belong to the rooms")
        .check(CLASSES);
  }

  private static ArchRule noInputOrOutputRule() {
    return noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.net.http..", "java.nio.file..", "java.nio.channels..")
        .orShould()
        .dependOnClassesThat()
        .haveNameMatching("java\\.io\\..*(Stream|Reader|Writer|File)|java\\.net\\..*Socket.*");
  }

  @Test
  void nothingOfTheServices() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.mas.api..", "io.mas.node..", "io.mas.standalone..")
        .because("the arrows go to the common words, never from them")
        .check(CLASSES);
  }

  @Test
  void packagesFormNoCycle() {
    slices()
        .matching("io.mas.common.(*)..")
        .should()
        .beFreeOfCycles()
        .because("a cycle of packages is one package")
        .check(CLASSES);
  }

  @Test
  void everyPackageIsNullMarked() throws ClassNotFoundException {
    Set<String> packages =
        CLASSES.stream().map(JavaClass::getPackageName).collect(Collectors.toSet());
    assertThat(packages).contains("io.mas.common.object", "io.mas.common.error");
    for (String name : packages) {
      // null is a value that the type must name: a package without the mark is not checked
      assertThat(Class.forName(name + ".package-info").isAnnotationPresent(NullMarked.class))
          .as(name)
          .isTrue();
    }
  }

  /** Negative control: the rule against I/O does find what it looks for. */
  @Test
  void theRuleAgainstInputAndOutputBites() {
    JavaClasses streams = new ClassFileImporter().importClasses(Bites.class);
    assertThatThrownBy(() -> noInputOrOutputRule().check(streams))
        .isInstanceOf(AssertionError.class);
  }

  private static final class Bites extends InputStream {
    @Override
    public int read() {
      return -1;
    }
  }
}
