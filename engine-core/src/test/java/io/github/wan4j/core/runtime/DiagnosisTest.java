package io.github.wan4j.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.wan4j.core.ConfigSource;
import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.spi.DeviceInfo;
import io.github.wan4j.core.spi.DeviceProvider;
import io.github.wan4j.core.spi.DeviceSession;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.testkit.ChildJvm;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DiagnosisTest {
    private static final EngineConfig CONFIG = EngineConfig.builder(
                    new ConfigSource(Map.of("user.home", "/home/ann"), Map.of("WAN4J_TF32", "on")))
            .build();

    @Test
    void tellsWhatThereIs() {
        Diagnosis diagnosis = Diagnosis.of(CONFIG, List.of(new CpuProvider(List.of())), Map.of("PATH", "/bin"));
        assertThat(diagnosis.problems()).isEmpty();
        assertThat(diagnosis.sections())
                .extracting(Diagnosis.Section::title)
                .containsExactly("java", "system", "natives", "devices", "settings");
        assertThat(diagnosis.toString())
                .contains(System.getProperty("java.version"))
                .contains("libtorch       " + Natives.torchVersion())
                .contains("build          CPU: only the CPU build is there")
                .containsPattern("cpu {2}.+ cores, ")
                .contains("tf32           on (variable WAN4J_TF32)")
                .contains("/home/ann/.cache/wan4j, will be made")
                .endsWith("no problems\n");
    }

    @Test
    void tellsWhatStandsInTheWayAndWhatDisturbs() {
        Diagnosis diagnosis = Diagnosis.of(
                CONFIG,
                List.of(new Broken(), new CpuProvider(List.of())),
                Map.of("CUDA_LAUNCH_BLOCKING", "1", "NCCL_DEBUG", "INFO", "HOME", "/home/ann"));
        assertThat(diagnosis.problems())
                .containsExactly(
                        "cuda: no driver in /usr/lib; everything runs on the CPU, far slower",
                        "CUDA_LAUNCH_BLOCKING=1 makes every kernel wait for the one before it: times mean nothing");
        assertThat(diagnosis.sections())
                .contains(
                        new Diagnosis.Section("cuda", Map.of("libcudnn.so.9", "/opt/libcudnn.so.9")),
                        new Diagnosis.Section(
                                "environment", Map.of("CUDA_LAUNCH_BLOCKING", "1", "NCCL_DEBUG", "INFO")));
        assertThat(diagnosis.toString()).contains("problems\n  cuda: no driver in /usr/lib; ");
    }

    @Test
    void survivesMissingNativesAndNamesThem() {
        ChildJvm.Result result = ChildJvm.of(DiagnosisProbe.class)
                .without(name -> name.startsWith("pytorch") && name.contains(Artifacts.platform()))
                .run();
        assertThat(result.exit()).isZero();
        assertThat(result.output())
                .contains("java\n", "settings\n", "problems\n  jnitorch is missing: add org.bytedeco:pytorch:");
    }

    private static final class Broken implements DeviceProvider {
        @Override
        public String type() {
            return "cuda";
        }

        @Override
        public List<DeviceInfo> devices() {
            return List.of();
        }

        @Override
        public Optional<String> obstacle() {
            return Optional.of("no driver in /usr/lib");
        }

        @Override
        public Map<String, String> findings() {
            return Map.of("libcudnn.so.9", "/opt/libcudnn.so.9");
        }

        @Override
        public DeviceSession open(Device device, EngineConfig config) {
            throw new AssertionError("not a real device");
        }
    }
}
