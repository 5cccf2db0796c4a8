package io.github.wan4j.core.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.spi.DeviceInfo;
import io.github.wan4j.core.spi.DeviceProvider;
import io.github.wan4j.core.spi.DeviceSession;
import io.github.wan4j.core.tensor.Device;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;

class GpuConditionTest {
    @Test
    void runsWhereThereAreEnough() {
        assertThat(GpuCondition.decide(List.of(new Gpus(1)), 1, "gpu").isDisabled())
                .isFalse();
    }

    @Test
    void skipsWithTheReason() {
        assertThat(reason(GpuCondition.decide(List.of(), 1, ""))).isEqualTo("engine-cuda is not on the class path");
        assertThat(reason(GpuCondition.decide(List.of(new Gpus(0)), 1, ""))).isEqualTo("no driver");
        assertThat(reason(GpuCondition.decide(List.of(new Gpus(1)), 2, "weights")))
                .isEqualTo("2 GPUs are needed and 1 found");
    }

    @Test
    void failsWhereAGpuIsRequired() {
        assertThatThrownBy(() -> GpuCondition.decide(List.of(new Gpus(0)), 1, "weights,gpu"))
                .isInstanceOf(AssertionError.class)
                .hasMessage("wan4j.test.require=gpu, but no driver");
    }

    private static String reason(ConditionEvaluationResult result) {
        assertThat(result.isDisabled()).isTrue();
        return result.getReason().orElseThrow();
    }

    private record Gpus(int count) implements DeviceProvider {
        @Override
        public String type() {
            return "cuda";
        }

        @Override
        public List<DeviceInfo> devices() {
            return IntStream.range(0, count)
                    .mapToObj(i -> new DeviceInfo(Device.cuda(i), "test", 1, "sm_90", 1, Map.of()))
                    .toList();
        }

        @Override
        public Optional<String> obstacle() {
            return Optional.of("no driver");
        }

        @Override
        public DeviceSession open(Device device, EngineConfig config) {
            throw new AssertionError("not a real device");
        }
    }
}
