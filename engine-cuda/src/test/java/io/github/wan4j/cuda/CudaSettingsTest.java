package io.github.wan4j.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.cuda.load.DeviceProfile;
import org.junit.jupiter.api.Test;

class CudaSettingsTest {
    private static final long GIB = 1L << 30;
    private static final long BESIDE = 768L << 20;
    private static final DeviceProfile GPU = new DeviceProfile(0, "a GPU", "0", 9, 0, 132, 80 * GIB, 70 * GIB, 0);

    private static long limit(EngineConfig.Builder config) {
        return CudaSettings.limitBytes(config.build(), GPU);
    }

    @Test
    void theAllocatorLeavesRoomForWhatItDoesNotCount() {
        assertThat(limit(EngineConfig.builder())).isEqualTo(80 * GIB - BESIDE);
        assertThat(limit(EngineConfig.builder().vramLimit(12 * GIB))).isEqualTo(12 * GIB - BESIDE);
        assertThat(limit(EngineConfig.builder().reserveVram(2 * GIB))).isEqualTo(78 * GIB - BESIDE);
    }

    @Test
    void theSmallerOfTheTwoLimitsCounts() {
        assertThat(limit(EngineConfig.builder().vramLimit(100 * GIB).reserveVram(2 * GIB)))
                .isEqualTo(78 * GIB - BESIDE);
        assertThat(limit(EngineConfig.builder().vramLimit(10 * GIB).reserveVram(2 * GIB)))
                .isEqualTo(10 * GIB - BESIDE);
    }

    @Test
    void aLimitThatIsTooSmallForAnythingIsNoNegativeOne() {
        assertThat(limit(EngineConfig.builder().vramLimit(1024))).isPositive();
        assertThat(limit(EngineConfig.builder().reserveVram(200 * GIB))).isPositive();
    }
}
