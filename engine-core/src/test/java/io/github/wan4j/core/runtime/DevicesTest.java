package io.github.wan4j.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.EngineStartException;
import io.github.wan4j.core.spi.DeviceInfo;
import io.github.wan4j.core.spi.DeviceProvider;
import io.github.wan4j.core.spi.DeviceSession;
import io.github.wan4j.core.tensor.Device;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DevicesTest {
    private static final EngineConfig CONFIG = EngineConfig.builder().build();

    @Test
    void takesTheFirstGpuThatCanBeUsedAndElseTheCpu() {
        DeviceProvider cpu = new CpuProvider(List.of());
        assertThat(new Devices(List.of(new Gpus(2), cpu)).chosen(CONFIG)).containsExactly(Device.cuda(0));
        assertThat(new Devices(List.of(new Gpus(0), cpu)).chosen(CONFIG)).containsExactly(Device.CPU);
        assertThat(new Devices(List.of(new Gpus(2), cpu))
                        .chosen(CONFIG.toBuilder().devices(Device.cuda(1)).build()))
                .containsExactly(Device.cuda(1));
    }

    @Test
    void namesTheArtifactThatAMissingKindOfDeviceNeeds() {
        assertThatThrownBy(() -> new Devices(List.of(new CpuProvider(List.of()))).open(Device.cuda(0), CONFIG))
                .isInstanceOf(EngineStartException.class)
                .hasMessage("device cuda:0 needs io.github.wan4j:wan4j-engine-cuda on the class path");
    }

    @Test
    void namesTheDevicesThatThereAre() {
        assertThatThrownBy(() -> new Devices(List.of(new Gpus(2))).open(Device.cuda(3), CONFIG))
                .isInstanceOf(EngineStartException.class)
                .hasMessage("there is no device cuda:3, only cuda:0, cuda:1");
    }

    @Test
    void passesOnWhatStandsInTheWay() {
        assertThatThrownBy(() -> new Devices(List.of(new Gpus(0))).open(Device.cuda(0), CONFIG))
                .isInstanceOf(EngineStartException.class)
                .hasMessage("there is no device cuda:0: no driver in /usr/lib");
    }

    @Test
    void cannotRunOnADeviceWithoutMemory() {
        assertThatThrownBy(() -> Devices.find().open(Device.META, CONFIG))
                .hasMessage("nothing can be run on the device meta");
    }

    @Test
    void aRunThatTakesTheCpuForAGpuThatCannotBeUsedSaysSo() {
        CpuProvider cpu = new CpuProvider(List.of(new Gpus(0)));
        try (DeviceSession session = cpu.open(Device.CPU, CONFIG)) {
            assertThat(session.warnings()).containsExactly("this runs on the CPU: no driver in /usr/lib");
        }
        try (DeviceSession wanted =
                cpu.open(Device.CPU, CONFIG.toBuilder().devices(Device.CPU).build())) {
            assertThat(wanted.warnings()).isEmpty();
        }
        try (DeviceSession plain = new CpuProvider(List.of()).open(Device.CPU, CONFIG)) {
            assertThat(plain.warnings()).isEmpty();
        }
    }

    private record Gpus(int count) implements DeviceProvider {
        @Override
        public String type() {
            return "cuda";
        }

        @Override
        public List<DeviceInfo> devices() {
            return java.util.stream.IntStream.range(0, count)
                    .mapToObj(i -> new DeviceInfo(Device.cuda(i), "test", 1, "sm_90", 1, Map.of()))
                    .toList();
        }

        @Override
        public boolean isNear() {
            return true;
        }

        @Override
        public Optional<String> obstacle() {
            return count == 0 ? Optional.of("no driver in /usr/lib") : Optional.empty();
        }

        @Override
        public DeviceSession open(Device device, EngineConfig config) {
            throw new AssertionError("not a real device");
        }
    }
}
