package io.github.wan4j.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.wan4j.core.testkit.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NativesTest {
    @Test
    void tellsWhatItLoadedAndFromWhere() {
        Natives natives = Natives.load();
        assertThat(Natives.load()).isSameAs(natives);
        assertThat(natives.gpu()).isFalse();
        assertThat(natives.folder()).isDirectory();
        assertThat(natives.libraries()).containsKeys("jnitorch", "jnijavacpp");
        assertThat(natives.warnings()).isEmpty();
        assertThat(Natives.torchVersion()).matches("\\d+\\.\\d+\\.\\d+-\\d+\\.\\d+\\.\\d+");
    }

    @ParameterizedTest
    @ValueSource(strings = {"javacpp", "openblas", "pytorch"})
    void namesTheArtifactOfMissingNativesEveryTime(String artifact) {
        String platform = Artifacts.platform();
        ChildJvm.Result result = ChildJvm.of(NativesProbe.class)
                .without(name -> name.startsWith(artifact) && name.endsWith(platform + ".jar"))
                .run("twice");
        assertThat(result.output().lines().filter(line -> line.startsWith("failed: ")))
                .allMatch(line -> line.startsWith("failed: jni" + artifact.replace("py", "")))
                .allMatch(line -> line.contains(" is missing: add org.bytedeco:" + artifact + ":"
                        + Artifacts.version(artifact) + ":" + platform + " to the class path"))
                .allMatch(line -> line.contains("looked for there in org/bytedeco/" + artifact + "/" + platform))
                .hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"javacpp", "openblas", "pytorch"})
    void namesTheArtifactOfMissingClassesEveryTime(String artifact) {
        ChildJvm.Result result = ChildJvm.of(NativesProbe.class)
                .without(name -> name.startsWith(artifact) && !name.contains(Artifacts.platform()))
                .run("twice");
        assertThat(result.output().lines().filter(line -> line.startsWith("failed: ")))
                .hasSize(2)
                .allMatch(line -> line.matches("failed: class org\\.bytedeco\\.\\S+ is missing: add org\\.bytedeco:"
                        + artifact + "(:\\S+)? to the class path, where it was looked for"));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void takesOneBuildOnlyWhereBothAreOnTheClassPath(@TempDir Path folder) throws IOException {
        Path gpu = Files.createDirectories(folder.resolve(Artifacts.folder("pytorch", "-gpu")));
        Files.copy(Natives.load().folder().resolve("libc10.so"), gpu.resolve("libc10.so"));
        Files.writeString(gpu.resolve("libjnitorch.so"), "for a GPU that is not here");

        ChildJvm.Result ours = ChildJvm.of(NativesProbe.class).with(folder).run("once");
        assertThat(ours.output())
                .contains("loaded: both builds are there and no GPU can be used", "/libtorch_cpu.so")
                .doesNotContain("mapped " + folder);
        assertThat(ours.exit()).isZero();

        ChildJvm.Result javaCpp = ChildJvm.of(NativesProbe.class).with(folder).run("javacpp-alone");
        assertThat(javaCpp.output())
                .as("what JavaCPP does when left alone, so that the test above means something")
                .contains("mapped " + gpu.resolve("libc10.so"));
    }

    @Test
    void switchesOffTheMemoryChecksOfJavaCpp() {
        assertThat(ChildJvm.of(NativesProbe.class).run("once").output())
                .contains("loaded: ")
                .doesNotContain("warning: ");
    }

    @Test
    void warnsWhenItIsTooLateForThatOrTheUserWantsThem() {
        String cure = "start java with -Dorg.bytedeco.javacpp.maxPhysicalBytes=0 -Dorg.bytedeco.javacpp.maxBytes=0";
        assertThat(ChildJvm.of(NativesProbe.class).run("pointer-first").output())
                .contains("warning: JavaCPP checks its memory limits (maxPhysicalBytes = ", cure)
                .contains("WARNING: JavaCPP checks its memory limits");
        assertThat(ChildJvm.of(NativesProbe.class)
                        .flag("-Dorg.bytedeco.javacpp.maxBytes=1g")
                        .run("once")
                        .output())
                .contains("(maxBytes = 1073741824)", cure);
    }
}
