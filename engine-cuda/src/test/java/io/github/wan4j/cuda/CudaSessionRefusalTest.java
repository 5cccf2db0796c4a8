package io.github.wan4j.cuda;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.core.AttentionBackend;
import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.EngineStartException;
import io.github.wan4j.core.Precision;
import org.junit.jupiter.api.Test;

class CudaSessionRefusalTest {
    /** A GPU without it is for the plan to see, which takes bf16 and says so. */
    @Test
    void fp8IsNoReasonToRefuse() {
        EngineConfig fp8 = EngineConfig.builder().precision(Precision.FP8).build();
        assertThatCode(() -> CudaSession.refuse(fp8)).doesNotThrowAnyException();
    }

    @Test
    void fp32WithAnAttentionThatHasNone() {
        EngineConfig config = EngineConfig.builder()
                .precision(Precision.FP32)
                .attention(AttentionBackend.CUDNN)
                .build();
        assertThatThrownBy(() -> CudaSession.refuse(config))
                .isInstanceOf(EngineStartException.class)
                .hasMessageContaining("take attention=auto");
    }
}
