package io.github.wan4j.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.kernels.Operand;
import io.github.wan4j.core.kernels.ReferenceKernels;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Rng;
import io.github.wan4j.core.tensor.Scope;
import org.junit.jupiter.api.Test;

class Fp8KernelsTest {
    /** libtorch's product on a CPU scales whole tensors only: a device whose product is not what is needed. */
    @Test
    void aProductThatFailsItsTrialIsSwitchedOffAndSaysWhy() {
        Fp8Kernels kernels = new Fp8Kernels((instance, parameters, trial) -> null, new SelfCheck(Device.CPU));
        Kernels plain = new ReferenceKernels();
        try (Rng rng = new Rng(1);
                Scope scope = Scope.open("test")) {
            Operand x = plain.quantise(rng.normal(3, 32));
            Operand weight = plain.quantise(rng.normal(16, 32).to(DType.BF16));
            assertThat(kernels.switchedOff()).isEmpty();
            for (int i = 0; i < 2; i++) {
                assertThat(kernels.linear(x, weight, null)).isNull();
            }
            assertThat(kernels.switchedOff())
                    .hasValueSatisfying(
                            why -> assertThat(why).contains("fp8 products are switched off", "precision=bf16"));
        }
    }
}
