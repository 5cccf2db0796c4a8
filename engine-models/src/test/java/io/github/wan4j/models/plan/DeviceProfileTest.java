package io.github.wan4j.models.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.wan4j.video.InvalidRequestException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeviceProfileTest {
    private static final long GIB = 1L << 30;

    @ParameterizedTest
    @CsvSource({
        "NVIDIA H200, h200",
        "NVIDIA H100 80GB HBM3, h100",
        "NVIDIA A100-SXM4-80GB, a100",
        "NVIDIA GeForce RTX 4090, rtx-4090",
        "NVIDIA L40S, l40s",
        "NVIDIA RTX PRO 6000 Blackwell Server Edition, rtx-pro-6000"
    })
    void aCardThatIsKnownHasItsRates(String title, String name) {
        DeviceProfile device = DeviceProfile.atHand("cuda:0", title, 90, 7, 10 * GIB);
        assertThat(device.rates()).isEqualTo(DeviceProfile.named(name).rates());
        assertThat(device.title()).isEqualTo(title);
        assertThat(device.name()).isEqualTo("cuda:0");
    }

    @Test
    void whatMayBeAllocatedIsAllButTheRuntime() {
        DeviceProfile device = DeviceProfile.atHand("cuda:0", "NVIDIA H200", 90, 132, 10 * GIB);
        assertThat(device.memoryBytes()).isEqualTo(10 * GIB + MemoryModel.GPU_RUNTIME);
    }

    @Test
    void anUnknownCardIsLikeTheNearestInProportionToItsSize() {
        DeviceProfile b200 = DeviceProfile.atHand("cuda:0", "NVIDIA B200", 100, 148, 10 * GIB);
        assertThat(b200.rates().bf16())
                .isCloseTo(DeviceProfile.named("h100").rates().bf16() * 148 / 132, within(1e-6));
        assertThat(b200.hasFp8()).isTrue();
    }

    @Test
    void aMistypedNameIsAnsweredWithTheNearest() {
        assertThatThrownBy(() -> DeviceProfile.named("rtx4090"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("unknown device profile 'rtx4090'; did you mean 'rtx-4090'?");
    }

    @Test
    void beforeAdaNothingHasFp8() {
        assertThat(DeviceProfile.atHand("cuda:0", "NVIDIA RTX A6000", 86, 84, GIB)
                        .hasFp8())
                .isFalse();
        assertThat(DeviceProfile.atHand("cuda:0", "NVIDIA L4", 89, 58, GIB).hasFp8())
                .isTrue();
    }
}
