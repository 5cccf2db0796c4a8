package io.github.wan4j.cuda;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.core.AttentionBackend;
import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.EngineStartException;
import io.github.wan4j.core.Precision;
import io.github.wan4j.cuda.load.DeviceProfile;
import org.junit.jupiter.api.Test;

class CudaSessionRefusalTest {
    private static DeviceProfile gpu(String name, int major, int minor) {
        return new DeviceProfile(0, name, "0", major, minor, 100, 1L << 36, 1L << 36, 0);
    }

    @Test
    void fp8OnAGpuWithoutItNamesTheGpuAndBf16() {
        EngineConfig fp8 = EngineConfig.builder().precision(Precision.FP8).build();
        assertThatThrownBy(() -> CudaSession.refuse(fp8, gpu("NVIDIA A100", 8, 0)))
                .isInstanceOf(EngineStartException.class)
                .hasMessageContaining("precision=fp8 needs")
                .hasMessageContaining("NVIDIA A100 has 8.0; take precision=bf16");
        assertThatCode(() -> CudaSession.refuse(fp8, gpu("NVIDIA L4", 8, 9))).doesNotThrowAnyException();
        assertThatCode(() -> CudaSession.refuse(fp8, gpu("NVIDIA H200", 9, 0))).doesNotThrowAnyException();
    }

    @Test
    void fp32WithAnAttentionThatHasNone() {
        EngineConfig config = EngineConfig.builder()
                .precision(Precision.FP32)
                .attention(AttentionBackend.CUDNN)
                .build();
        assertThatThrownBy(() -> CudaSession.refuse(config, gpu("NVIDIA H200", 9, 0)))
                .isInstanceOf(EngineStartException.class)
                .hasMessageContaining("take attention=auto");
    }
}
