package io.github.wan4j.models;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.github.wan4j.core.tensor.Functional;
import io.github.wan4j.core.tensor.Operator;

@AnalyzeClasses(packages = "io.github.wan4j.models", importOptions = KernelsRuleTest.MainClasses.class)
class KernelsRuleTest {
    /** Without tests, whose controls are written in plain operators. */
    static final class MainClasses implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("test-classes")
                    && !location.contains("-test/")
                    && !location.contains("-tests.jar");
        }
    }

    @ArchTest
    static final ArchRule MODELS_REACH_OPERATORS_THROUGH_KERNELS_ONLY = noClasses()
            .that()
            .resideInAPackage("io.github.wan4j.models..")
            .should()
            .dependOnClassesThat()
            .belongToAnyOf(Functional.class, Operator.class);
}
