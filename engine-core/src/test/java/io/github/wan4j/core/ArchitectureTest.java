package io.github.wan4j.core;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.ArchTests;
import io.github.wan4j.core.testkit.MainClasses;
import io.github.wan4j.core.testkit.NoTensorLeaks;
import io.github.wan4j.core.testkit.ProjectRules;

@AnalyzeClasses(packages = "io.github.wan4j", importOptions = MainClasses.class)
class ArchitectureTest {
    @ArchTest
    static final ArchTests RULES = ArchTests.in(ProjectRules.class);

    @ArchTest
    static void theRulesSeeThisModuleAndNoTests(JavaClasses classes) {
        assertThat(classes.contain(EngineConfig.class)).isTrue();
        assertThat(classes.size()).isGreaterThan(50);
        assertThat(classes.contain(ArchitectureTest.class)).isFalse();
        assertThat(classes.contain(NoTensorLeaks.class)).isFalse();
    }
}
