package io.github.wan4j;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.ArchTests;
import io.github.wan4j.core.testkit.MainClasses;
import io.github.wan4j.core.testkit.ProjectRules;

@AnalyzeClasses(packages = "io.github.wan4j", importOptions = MainClasses.class)
class ArchitectureTest {
    @ArchTest
    static final ArchTests RULES = ArchTests.in(ProjectRules.class);

    @ArchTest
    static void theRulesSeeThisModule(JavaClasses classes) {
        assertThat(classes.containPackage("io.github.wan4j.video")).isTrue();
        assertThat(classes.containPackage("io.github.wan4j.models.plan")).isTrue();
        assertThat(classes.containPackage("io.github.wan4j.core.tensor")).isTrue();
    }
}
