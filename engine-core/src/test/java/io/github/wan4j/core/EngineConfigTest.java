package io.github.wan4j.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.wan4j.core.tensor.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EngineConfigTest {
    private static final Map<String, String> LINUX = Map.of("os.name", "Linux", "user.home", "/home/ann");

    @Test
    void hasADefaultForEverySettingAndSaysSo() {
        EngineConfig config = from(Map.of(), Map.of()).build();
        assertThat(config.devices()).isEmpty();
        assertThat(config.cpuThreads()).isEqualTo(PhysicalCores.available());
        assertThat(config.cacheDir()).isEqualTo(Path.of("/home/ann/.cache/wan4j"));
        assertThat(config.precision()).isEmpty();
        assertThat(config.tf32()).isFalse();
        assertThat(config.attention()).isEqualTo(AttentionBackend.AUTO);
        assertThat(config.kernels()).isEqualTo(KernelSet.OWN);
        assertThat(config.products()).isEqualTo(ProductBackend.AUTO);
        assertThat(config.graphs()).isEqualTo(GraphUse.AUTO);
        assertThat(config.shareBranches()).isEqualTo(BranchSharing.AUTO);
        assertThat(config.residency()).isEqualTo(Residency.AUTO);
        assertThat(config.textEncoder()).isEqualTo(TextEncoderPlace.AUTO);
        assertThat(config.vaeChunk()).isEmpty();
        assertThat(config.vaeTile()).isEmpty();
        assertThat(config.vramLimit()).isEmpty();
        assertThat(config.reserveVram()).isZero();
        assertThat(config.parallel()).isEmpty();
        assertThat(config.calibration()).isEmpty();
        assertThat(config.cudaLibraries()).isEmpty();
        assertThat(config.explain())
                .hasSize(19)
                .allSatisfy(entry -> assertThat(entry.origin()).startsWith("default"));
    }

    @Test
    void takesTheBuilderBeforeThePropertyBeforeTheVariable() {
        Map<String, String> properties = Map.of("wan4j.cpuThreads", "2", "wan4j.kernels", "reference");
        Map<String, String> variables =
                Map.of("WAN4J_CPU_THREADS", "1", "WAN4J_KERNELS", "own", "WAN4J_VAE_CHUNK", "4");
        EngineConfig config = from(properties, variables).cpuThreads(3).build();
        assertThat(config.cpuThreads()).isEqualTo(3);
        assertThat(config.kernels()).isEqualTo(KernelSet.REFERENCE);
        assertThat(config.vaeChunk()).hasValue(4);
        assertThat(config.explain())
                .contains(
                        new EngineConfig.Entry("cpuThreads", "3", "builder"),
                        new EngineConfig.Entry("kernels", "reference", "property wan4j.kernels"),
                        new EngineConfig.Entry("vaeChunk", "4", "variable WAN4J_VAE_CHUNK"),
                        new EngineConfig.Entry("tf32", "off", "default"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "devices | cuda:1,cuda:0 | cuda:1,cuda:0",
                "devices | AUTO | ",
                "cpuThreads | 4 | 4",
                "precision | BF16 | bf16",
                "tf32 | true | on",
                "attention | flash | flash",
                "products | torch | torch",
                "graphs | off | off",
                "shareBranches | ON | on",
                "residency | one-expert | one-expert",
                "textEncoder | cpu | cpu",
                "vaeChunk | auto | auto",
                "vaeTile | 256, 32 | 256,32",
                "vramLimit | 12 GiB | 12GiB",
                "vramLimit | 1.5kB | 1500B",
                "reserveVram | 512MiB | 512MiB",
                "parallel | 2x4 | 2x4",
            })
    void readsEveryFormAndPrintsItBack(String name, String text, String printed) {
        if (printed == null) {
            assertThatThrownBy(() -> from(Map.of(), Map.of()).set(name, text).build())
                    .hasMessageContaining("unknown device 'AUTO'");
            return;
        }
        EngineConfig config = from(Map.of(), Map.of()).set(name, text).build();
        assertThat(config.explain()).contains(new EngineConfig.Entry(name, printed, "builder"));
        EngineConfig again = from(Map.of(), Map.of()).set(name, printed).build();
        assertThat(again).isEqualTo(config).hasSameHashCodeAs(config);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "devices | gpu | unknown device 'gpu'; it is cpu, cuda or cuda:N; write auto, cpu, cuda, cuda:N or a list",
                "devices | cuda:0,cuda | cuda:0 is named twice",
                "devices | cpu,cuda | devices of one engine are of one kind",
                "cpuThreads | 0 | 0 is below 1; write a whole number from 1 to 1024",
                "cpuThreads | 2000 | 2000 is above 1024",
                "cpuThreads | two | 'two' is not a whole number",
                "precision | fp16 | 'fp16' is not one of fp32|bf16|fp8; write auto|fp32|bf16|fp8",
                "tf32 | maybe | 'maybe' is neither on nor off",
                "attention | sage | write auto|own|cudnn|flash|efficient|math|fp8",
                "vaeChunk | 0 | 0 is below 1",
                "vaeTile | 256 | 'SIZE,OVERLAP' | ",
                "vaeTile | 250,32 | tile size 250 is not a multiple of 16",
                "vaeTile | 256,160 | tile overlap 160",
                "vramLimit | 12 | '12' is not a number with a unit such as GiB",
                "vramLimit | 0 | nothing runs in no memory",
                "vramLimit | 1iB | units are B, KiB",
                "reserveVram | 99999999TiB | more than any machine has",
                "parallel | 3x2 | 1 or 2 guidance branches, not 3",
                "parallel | 2 | not two numbers with an x",
                "cudaLibraries | /no/such/folder | there is no folder",
                "calibration | /no/such/file | there is no file",
                "cacheDir | '' | it is empty; write the path of a folder",
            })
    void refusesABadValueWithTheReasonAndTheForm(String name, String text, String message) {
        assertThatThrownBy(() -> from(Map.of("wan4j." + name, text), Map.of()).build())
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageStartingWith("wan4j." + name + "=" + text + ": ")
                .hasMessageContaining(message.equals("'SIZE,OVERLAP'") ? "SIZE,OVERLAP" : message);
    }

    @Test
    void reportsAllProblemsAtOnce() {
        Map<String, String> properties = Map.of("wan4j.cputhreads", "2", "wan4j.vaeTile", "1");
        InvalidConfigException problems = catchThrowableOfType(
                InvalidConfigException.class,
                () -> from(properties, Map.of("WAN4J_CACHEDIR", "/x", "WAN4J_TF32", "2"))
                        .cpuThreads(-1)
                        .build());
        assertThat(problems.problems())
                .containsExactly(
                        "unknown property wan4j.cputhreads; the nearest is wan4j.cpuThreads",
                        "unknown variable WAN4J_CACHEDIR; the nearest is WAN4J_CACHE_DIR",
                        "cpuThreads=-1: -1 is below 1; write a whole number from 1 to 1024",
                        "WAN4J_TF32=2: '2' is neither on nor off; write on|off",
                        "wan4j.vaeTile=1: '1' is not two numbers with a comma; write auto or SIZE,OVERLAP in pixels such as 256,32");
        assertThat(problems).hasMessage(String.join("; ", problems.problems()));
    }

    @Test
    void leavesTheNamesOfTestsAndOfOthersAlone() {
        Map<String, String> properties =
                Map.of("wan4j.test.golden", "/x", "wan4j.track", "true", "wan4", "x", "java.home", "x");
        assertThat(from(properties, Map.of("WAN4", "x", "PATH", "x")).build()).isNotNull();
    }

    @Test
    void knowsNoSettingThatTheBuilderMisspells() {
        assertThatThrownBy(
                        () -> from(Map.of(), Map.of()).set("vramlimit", "1GiB").build())
                .hasMessage("unknown setting vramlimit; the nearest is vramLimit");
    }

    @Test
    void takesThePrecisionOfTheDeviceUnlessToldOtherwise() {
        EngineConfig config = from(Map.of(), Map.of()).build();
        assertThat(config.precision(Device.CPU)).isEqualTo(Precision.FP32);
        assertThat(config.precision(Device.cuda(0))).isEqualTo(Precision.BF16);
        assertThat(config.toBuilder().precision(Precision.FP32).build().precision(Device.cuda(0)))
                .isEqualTo(Precision.FP32);
    }

    @Test
    void refusesFp8OnACpuAndNamesWhatItHas() {
        EngineConfig config = EngineConfig.builder().precision(Precision.FP8).build();
        assertThat(config.precision(Device.cuda(0))).isEqualTo(Precision.FP8);
        assertThat(config.precision(Device.CPU)).isEqualTo(Precision.FP32); // the plan says so, or refuses if strict
    }

    @Test
    void everyTypedChoiceOfTheBuilderReachesItsSetting(@TempDir Path folder) throws IOException {
        Path file = Files.createFile(folder.resolve("calibration.json"));
        EngineConfig config = from(Map.of(), Map.of())
                .devices(Device.cuda(1), Device.cuda(2))
                .cpuThreads(5)
                .cacheDir(folder)
                .precision(Precision.BF16)
                .tf32(true)
                .attention(AttentionBackend.MATH)
                .kernels(KernelSet.REFERENCE)
                .products(ProductBackend.TORCH)
                .graphs(GraphUse.ON)
                .shareBranches(BranchSharing.OFF)
                .residency(Residency.STREAM)
                .textEncoder(TextEncoderPlace.FREE)
                .vaeChunk(3)
                .vaeTile(256, 32)
                .vramLimit(12L << 30)
                .reserveVram(1L << 30)
                .parallel(2, 1)
                .calibration(file)
                .cudaLibraries(folder, folder.getRoot())
                .build();
        assertThat(config.explain()).extracting(EngineConfig.Entry::origin).containsOnly("builder");
        assertThat(config.devices()).isEqualTo(List.of(Device.cuda(1), Device.cuda(2)));
        assertThat(config.cacheDir()).isEqualTo(folder.toAbsolutePath());
        assertThat(config.vaeTile()).contains(new VaeTile(256, 32));
        assertThat(config.vramLimit()).hasValue(12L << 30);
        assertThat(config.reserveVram()).isEqualTo(1L << 30);
        assertThat(config.parallel()).contains(new Parallelism(2, 1));
        assertThat(config.calibration()).contains(file);
        assertThat(config.cudaLibraries()).containsExactly(folder, folder.getRoot());
        assertThat(config.toBuilder().build()).isEqualTo(config);
    }

    private static EngineConfig.Builder from(Map<String, String> properties, Map<String, String> variables) {
        Map<String, String> all = new HashMap<>(LINUX);
        all.putAll(properties);
        return EngineConfig.builder(new ConfigSource(all, variables));
    }
}
