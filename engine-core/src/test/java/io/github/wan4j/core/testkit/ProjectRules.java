package io.github.wan4j.core.testkit;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.GeneralCodingRules;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import org.jspecify.annotations.NullMarked;

/**
 * Who may know whom. Every module checks its own classes and those of the modules below it:
 *
 * <pre>{@code
 * @AnalyzeClasses(packages = "io.github.wan4j", importOptions = MainClasses.class)
 * class ArchitectureTest {
 *     @ArchTest
 *     static final ArchTests RULES = ArchTests.in(ProjectRules.class);
 * }
 * }</pre>
 *
 * <p>A module that lacks the packages of a rule passes it.
 */
public final class ProjectRules {
    private static final String ROOT = "io.github.wan4j";
    private static final String ALL = ROOT + "..";
    private static final String CORE = ROOT + ".core..";
    private static final String MODELS = ROOT + ".models..";
    private static final String BENCH = ROOT + ".bench..";

    private ProjectRules() {}

    @ArchTest
    static final ArchRule THE_PRESETS_STAY_BEHIND_TENSORS = noClasses()
            .that(resideInAPackage(ALL)
                    .and(DescribedPredicate.not(
                            resideInAnyPackage(ROOT + ".core.tensor", ROOT + ".core.runtime", ROOT + ".cuda..")))
                    .and(DescribedPredicate.not(theOneFfmpegClass())))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.bytedeco..")
            .because("everything else is written against Tensor and Kernels and runs on any device")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule ONLY_DEVICES_REACH_THROUGH_TENSORS = noClasses()
            .that(resideInAPackage(ALL)
                    .and(DescribedPredicate.not(
                            resideInAnyPackage(ROOT + ".core.tensor", ROOT + ".core.runtime", ROOT + ".cuda.."))))
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName(ROOT + ".core.tensor.TorchHandle")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule PACKAGES_HAVE_NO_CYCLES =
            slices().assignedFrom(eachPackage()).should().beFreeOfCycles().allowEmptyShould(true);

    @ArchTest
    static final ArchRule CORE_SEES_ONLY_ITSELF = sees(CORE, CORE);

    @ArchTest
    static final ArchRule CUDA_SEES_ONLY_CORE = sees(ROOT + ".cuda..", ROOT + ".cuda..", CORE);

    @ArchTest
    static final ArchRule VALUES_SEE_ONLY_CORE = sees(ROOT + ".video..", ROOT + ".video..", CORE);

    @ArchTest
    static final ArchRule THE_TRANSFORMER_SEES_ONLY_CORE = sees(ROOT + ".models.wan..", ROOT + ".models.wan..", CORE);

    @ArchTest
    static final ArchRule THE_VAES_SEE_ONLY_CORE = sees(ROOT + ".models.vae..", ROOT + ".models.vae..", CORE);

    @ArchTest
    static final ArchRule THE_TEXT_ENCODER_SEES_ONLY_CORE =
            sees(ROOT + ".models.umt5..", ROOT + ".models.umt5..", CORE);

    @ArchTest
    static final ArchRule WRITERS_SEE_NO_MODELS =
            sees(ROOT + ".models.write..", ROOT + ".models.write..", ROOT + ".video..", CORE);

    @ArchTest
    static final ArchRule ONLY_THE_FACADE_SEES_PIPELINES = noClasses()
            .that(resideInAPackage(MODELS).and(DescribedPredicate.not(resideInAPackage(ROOT + ".models.pipeline.."))))
            .should()
            .dependOnClassesThat()
            .resideInAPackage(ROOT + ".models.pipeline..")
            .because("a plan is made before, and a part is used without, any pipeline")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule PLANS_TOUCH_NO_DEVICE = noClasses()
            .that()
            .resideInAPackage(ROOT + ".models.plan..")
            .should()
            .dependOnClassesThat(resideInAnyPackage(
                            ROOT + ".core.tensor", ROOT + ".core.kernels", ROOT + ".core.nn", ROOT + ".core.runtime")
                    .and(DescribedPredicate.not(JavaClass.Predicates.simpleName("Device")))
                    .and(DescribedPredicate.not(JavaClass.Predicates.simpleName("Kind"))))
            .because("a plan is plain data, the same on every machine")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule NOTHING_BUT_COMMANDS_SEES_THE_FACADE = noClasses()
            .that(resideInAPackage(ALL).and(DescribedPredicate.not(resideInAnyPackage(ROOT, BENCH))))
            .should()
            .dependOnClassesThat()
            .resideInAPackage(ROOT)
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule LIBRARIES_DO_NOT_PRINT = noClasses()
            .that(inLibraries())
            .should(GeneralCodingRules.ACCESS_STANDARD_STREAMS)
            .because("an application decides where text goes; log through System.Logger")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule LIBRARIES_DO_NOT_EXIT_OR_COLLECT = noClasses()
            .that(inLibraries())
            .should()
            .callMethod(System.class, "exit", int.class)
            .orShould()
            .callMethod(System.class, "gc")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule LIBRARIES_LOG_THROUGH_THE_PLATFORM = noClasses()
            .that(inLibraries())
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.util.logging", "org.slf4j..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule PACKAGES_ARE_NULL_MARKED =
            classes().that().resideInAPackage(ALL).should(resideInANullMarkedPackage());

    /** Classes of {@code subject} see no other class of this project than those of {@code allowed}. */
    private static ArchRule sees(String subject, String... allowed) {
        return noClasses()
                .that()
                .resideInAPackage(subject)
                .should()
                .dependOnClassesThat(resideInAPackage(ALL).and(DescribedPredicate.not(resideInAnyPackage(allowed))))
                .allowEmptyShould(true);
    }

    private static DescribedPredicate<JavaClass> inLibraries() {
        return resideInAPackage(ALL).and(DescribedPredicate.not(resideInAPackage(BENCH)));
    }

    private static DescribedPredicate<JavaClass> theOneFfmpegClass() {
        return DescribedPredicate.describe("Mp4", type -> type.getName().startsWith(ROOT + ".models.write.Mp4"));
    }

    private static SliceAssignment eachPackage() {
        return new SliceAssignment() {
            @Override
            public SliceIdentifier getIdentifierOf(JavaClass type) {
                return type.getPackageName().startsWith(ROOT)
                        ? SliceIdentifier.of(type.getPackageName())
                        : SliceIdentifier.ignore();
            }

            @Override
            public String getDescription() {
                return "each package";
            }
        };
    }

    private static ArchCondition<JavaClass> resideInANullMarkedPackage() {
        return new ArchCondition<>("reside in a package that is @NullMarked and described") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                boolean marked = type.getPackage().isAnnotatedWith(NullMarked.class);
                events.add(new SimpleConditionEvent(
                        type, marked, type.getPackageName() + " has no package-info with @NullMarked"));
            }
        };
    }
}
