package io.github.wan4j.models.vae;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.kernels.ReferenceKernels;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.testkit.NoTensorLeaks;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** No layer computes past the {@link Kernels}: their calls are counted against the layer lists. */
@ExtendWith(NoTensorLeaks.class)
class VaeKernelsTest {
    private final Map<String, Integer> calls = new TreeMap<>();

    private Kernels recording() {
        Kernels plain = new ReferenceKernels();
        return (Kernels) Proxy.newProxyInstance(
                Kernels.class.getClassLoader(), new Class<?>[] {Kernels.class}, (proxy, method, arguments) -> {
                    calls.merge(method.getName(), 1, Integer::sum);
                    try {
                        return method.invoke(plain, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /** And the norm of the head. */
    private void residualBlocks(int count) {
        assertThat(calls).containsEntry("channelNormSilu", count + 1);
        assertThat(calls).containsEntry("convolutionNormSilu", count).containsEntry("convolutionAdd", count);
    }

    @Test
    void everyLayerOfTheSmallVaeIsAKernel() {
        try (VaeFixture fixture = new VaeFixture(21, recording(), DType.F32);
                Scope scope = Scope.open("test")) {
            fixture.decode(fixture.smallLatents(), 100);
            // 14 residual blocks, conv1, conv2, the head, one shortcut, two convolutions in time
            residualBlocks(14);
            assertThat(calls).containsEntry("convolution", 2 + 1 + 1 + 2);
            assertThat(calls).containsEntry("upsampleConvolution", 3);
            assertThat(calls).containsEntry("channelNorm", 1).containsEntry("linear", 2);
            assertThat(calls).containsEntry("attention", 1).containsEntry("layout", 1);

            calls.clear();
            assertThat(fixture.vae()
                            .encode(fixture.smallVideo(), 100, VaeFixture.GO_ON)
                            .rank())
                    .isEqualTo(4);
            // 10 residual blocks, conv1 at both ends, the head, two shortcuts, three levels down, two of them in time
            residualBlocks(10);
            assertThat(calls).containsEntry("convolution", 2 + 1 + 2 + 3 + 2);
            assertThat(calls).containsEntry("attention", 1).containsEntry("layout", 1);
        }
    }

    @Test
    void everyLayerOfTheLargeVaeIsAKernel() {
        try (VaeFixture fixture = new VaeFixture(22, recording(), DType.F32);
                Scope scope = Scope.open("test")) {
            fixture.decode(fixture.smallLatents(), 100);
            residualBlocks(14);
            assertThat(calls).containsEntry("convolution", 2 + 1 + 2 + 2);
            assertThat(calls).containsEntry("upsampleConvolution", 3);
            assertThat(calls).containsEntry("attention", 1).containsEntry("layout", 1);

            calls.clear();
            assertThat(fixture.vae()
                            .encode(fixture.smallVideo(), 100, VaeFixture.GO_ON)
                            .rank())
                    .isEqualTo(4);
            residualBlocks(10);
            assertThat(calls).containsEntry("convolution", 2 + 1 + 2 + 3 + 2);
        }
    }
}
