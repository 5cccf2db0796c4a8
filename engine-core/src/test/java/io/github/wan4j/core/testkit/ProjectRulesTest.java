package io.github.wan4j.core.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.lang.reflect.Field;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every rule is broken once, by code compiled for the purpose. */
class ProjectRulesTest {
    private static final String VIDEO = "package io.github.wan4j.video; public class Value {}";
    private static final String MODEL = "package io.github.wan4j.models.wan; public class Block {}";
    private static final String PIPELINE = "package io.github.wan4j.models.pipeline; public class Loop {}";
    private static final String FACADE = "package io.github.wan4j; public class VideoEngine {}";

    private static final Map<String, List<String>> VIOLATIONS = Map.ofEntries(
            Map.entry("THE_PRESETS_STAY_BEHIND_TENSORS", List.of(field("core.nn", "org.bytedeco.javacpp.Pointer"))),
            Map.entry(
                    "ONLY_DEVICES_REACH_THROUGH_TENSORS",
                    List.of(field("core.nn", "io.github.wan4j.core.tensor.TorchHandle"))),
            Map.entry(
                    "PACKAGES_HAVE_NO_CYCLES",
                    List.of(
                            "package io.github.wan4j.core.a; public class A { io.github.wan4j.core.b.B b; }",
                            "package io.github.wan4j.core.b; public class B { io.github.wan4j.core.a.A a; }")),
            Map.entry("CORE_SEES_ONLY_ITSELF", List.of(VIDEO, field("core.nn", "io.github.wan4j.video.Value"))),
            Map.entry("CUDA_SEES_ONLY_CORE", List.of(VIDEO, field("cuda", "io.github.wan4j.video.Value"))),
            Map.entry("VALUES_SEE_ONLY_CORE", List.of(MODEL, field("video", "io.github.wan4j.models.wan.Block"))),
            Map.entry(
                    "THE_TRANSFORMER_SEES_ONLY_CORE",
                    List.of(VIDEO, field("models.wan", "io.github.wan4j.video.Value"))),
            Map.entry("THE_VAES_SEE_ONLY_CORE", List.of(VIDEO, field("models.vae.v21", "io.github.wan4j.video.Value"))),
            Map.entry(
                    "THE_TEXT_ENCODER_SEES_ONLY_CORE",
                    List.of(VIDEO, field("models.umt5", "io.github.wan4j.video.Value"))),
            Map.entry(
                    "WRITERS_SEE_NO_MODELS", List.of(MODEL, field("models.write", "io.github.wan4j.models.wan.Block"))),
            Map.entry(
                    "ONLY_THE_FACADE_SEES_PIPELINES",
                    List.of(PIPELINE, field("models.plan", "io.github.wan4j.models.pipeline.Loop"))),
            Map.entry("PLANS_TOUCH_NO_DEVICE", List.of(field("models.plan", "io.github.wan4j.core.tensor.Tensor"))),
            Map.entry(
                    "NOTHING_BUT_COMMANDS_SEES_THE_FACADE",
                    List.of(FACADE, field("models.load", "io.github.wan4j.VideoEngine"))),
            Map.entry("LIBRARIES_DO_NOT_PRINT", List.of(statement("models.load", "System.out.println();"))),
            Map.entry("LIBRARIES_DO_NOT_EXIT_OR_COLLECT", List.of(statement("cuda", "System.gc();"))),
            Map.entry("LIBRARIES_LOG_THROUGH_THE_PLATFORM", List.of(field("cuda", "java.util.logging.Logger"))),
            Map.entry("PACKAGES_ARE_NULL_MARKED", List.of(VIDEO)));

    private final Path folder;

    ProjectRulesTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @TestFactory
    List<DynamicTest> aViolatedRuleFails() {
        return VIOLATIONS.entrySet().stream()
                .map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> {
                    JavaClasses classes = compiled(entry.getKey(), entry.getValue());
                    assertThatThrownBy(() -> rule(entry.getKey()).check(classes))
                            .isInstanceOf(AssertionError.class)
                            .hasMessageContaining("was violated");
                }))
                .toList();
    }

    @Test
    void noRuleIsLeftOut() {
        assertThat(Arrays.stream(ProjectRules.class.getDeclaredFields())
                        .filter(field -> field.getType() == ArchRule.class)
                        .map(Field::getName))
                .containsExactlyInAnyOrderElementsOf(VIOLATIONS.keySet());
    }

    @Test
    void aFieldOfAnAllowedKindIsNoViolation() throws IOException, ReflectiveOperationException {
        JavaClasses classes = compiled(
                "allowed",
                List.of(
                        VIDEO,
                        field("models.write", "io.github.wan4j.video.Value"),
                        field("cuda", "org.bytedeco.javacpp.Pointer")));
        rule("WRITERS_SEE_NO_MODELS").check(classes);
        rule("THE_PRESETS_STAY_BEHIND_TENSORS").check(classes);
    }

    private static ArchRule rule(String name) throws ReflectiveOperationException {
        return (ArchRule) ProjectRules.class.getDeclaredField(name).get(null);
    }

    private static String field(String where, String type) {
        return "package io.github.wan4j." + where + "; public class Bad { " + type + " field; }";
    }

    private static String statement(String where, String statement) {
        return "package io.github.wan4j." + where + "; public class Bad { void run() { " + statement + " } }";
    }

    private JavaClasses compiled(String name, List<String> sources) throws IOException {
        Path out = Files.createDirectory(folder.resolve(name));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<String> options =
                List.of("-proc:none", "-d", out.toString(), "-cp", System.getProperty("java.class.path"));
        List<Source> units = sources.stream().map(Source::new).toList();
        assertThat(compiler.getTask(null, null, null, options, null, units).call())
                .isTrue();
        return new ClassFileImporter().importPath(out);
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String text) {
            super(
                    URI.create("string:///" + text.replaceAll(".*public class (\\w+) .*", "$1") + ".java"),
                    JavaFileObject.Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}
