package io.github.wan4j.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.github.wan4j.core.AttentionBackend;
import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.EngineStartException;
import io.github.wan4j.core.KernelSet;
import io.github.wan4j.core.OutOfDeviceMemoryException;
import io.github.wan4j.core.Precision;
import io.github.wan4j.core.spi.Choice;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.core.testkit.GpuTest;
import io.github.wan4j.core.testkit.TensorAssert;
import io.github.wan4j.cuda.launch.Graph;
import io.github.wan4j.cuda.load.Nvml;
import org.junit.jupiter.api.Test;

@GpuTest
class CudaSessionTest {
    @Test
    void memoryIsBackWhereItWas() {
        try (Gpu gpu = Gpu.open()) {
            gpu.run(kernels -> assertThat(Gpu.random(1, 10).count()).isEqualTo(10));
            long before = gpu.session().memory().used().orElseThrow();
            gpu.run(kernels -> {
                Tensor x = Gpu.random(1, 1, 4096, 5120);
                Tensor sum = kernels.gatedAdd(x, x, null);
                assertThat(gpu.session().memory().used().orElseThrow()).isGreaterThan(before + sum.count() * 4);
            });
            assertThat(gpu.session().memory().used().orElseThrow()).isEqualTo(before);
        }
    }

    @Test
    void outOfMemorySaysSoAndLeavesTheSessionUsable() {
        EngineConfig limited = EngineConfig.builder().vramLimit(2L << 30).build();
        try (Gpu gpu = Gpu.open(limited)) {
            assertThatThrownBy(() -> gpu.run(kernels -> {
                        Tensor huge = Tensors.empty(DType.U8, Gpu.DEVICE, 3L << 30);
                        assertThat(huge.count()).isPositive();
                    }))
                    .isInstanceOfSatisfying(
                            OutOfDeviceMemoryException.class,
                            e -> assertThat(e.neededBytes()).isEqualTo(3L << 30));
            gpu.run(kernels -> assertThat(Gpu.random(1, 1 << 20).isFinite()).isTrue());
            assertThat(gpu.session().memory().total()) // what the driver takes beside the tensors counts as well
                    .isGreaterThan(1L << 30)
                    .isLessThan(2L << 30);
        }
        try (Gpu gpu = Gpu.open()) {
            gpu.run(kernels -> assertThat(
                            Tensors.empty(DType.U8, Gpu.DEVICE, 3L << 30).count())
                    .isPositive());
        }
    }

    @Test
    void aSecondSessionWithOtherWishesIsRefused() {
        try (Gpu gpu = Gpu.open()) {
            assertThatThrownBy(() -> Gpu.open(EngineConfig.builder().tf32(true).build()))
                    .isInstanceOf(EngineStartException.class)
                    .hasMessageContaining("tf32 is false and cannot become true");
            assertThat(gpu.session().choices())
                    .extracting(Choice::name, Choice::value)
                    .contains(tuple("tf32", "off"));
        }
        try (Gpu gpu = Gpu.open(EngineConfig.builder().tf32(true).build())) {
            assertThat(gpu.session().choices())
                    .extracting(Choice::name, Choice::value)
                    .contains(tuple("tf32", "on"));
        }
    }

    @Test
    void whatCannotWorkTogetherIsRefused() {
        EngineConfig config = EngineConfig.builder()
                .precision(Precision.FP32)
                .attention(AttentionBackend.CUDNN)
                .build();
        assertThatThrownBy(() -> Gpu.open(config))
                .isInstanceOf(EngineStartException.class)
                .hasMessageContaining("attention=cudnn computes in bf16 only");
    }

    @Test
    void everyAttentionAndKernelSetGivesTheSame() {
        for (KernelSet kernels : KernelSet.values()) {
            for (AttentionBackend backend : AttentionBackend.values()) {
                EngineConfig config = EngineConfig.builder()
                        .kernels(kernels)
                        .attention(backend)
                        .build();
                try (Gpu gpu = Gpu.open(config)) {
                    gpu.run(own -> {
                        Tensor q = Gpu.random(1, DType.BF16, 1, 577, 2, 128);
                        Tensor k = Gpu.random(2, DType.BF16, 1, 577, 2, 128);
                        Tensor exact = own.attention(q.to(DType.F64), k.to(DType.F64), k.to(DType.F64), 0.1, null);
                        TensorAssert.assertClose(own.attention(q, k, k, 0.1, null), exact, 6e-3);
                    });
                    assertThat(gpu.session().warnings()).isEmpty();
                }
            }
        }
    }

    @Test
    void aGraphRepeatsItsWorkOnNewInput() {
        try (Gpu gpu = Gpu.open()) {
            gpu.run(kernels -> {
                Tensor input = Gpu.random(1, 1, 64, 256);
                Tensor output = Tensors.zeros(DType.F32, Gpu.DEVICE, 1, 64, 256);
                Runnable work = () -> {
                    try (Scope scope = Scope.open("captured")) {
                        output.copyFrom(kernels.gatedAdd(input, kernels.gatedAdd(input, input, null), null));
                    }
                };
                work.run();
                try (Graph graph = new Graph(0, work)) {
                    Tensor next = Gpu.random(2, 1, 64, 256);
                    input.copyFrom(next);
                    graph.replay();
                    TensorAssert.assertIdentical(output, next.add(next).add(next));
                }
            });
        }
    }

    @Test
    void theDeviceTellsHowItFares() {
        Nvml.Reading reading = Nvml.read(CudaProcess.get().devices().get(0));
        assertThat(reading.celsius()).isBetween(5, 110);
        assertThat(reading.milliwatts()).isPositive();
        assertThat(new CudaProvider().devices().get(0).details()).containsKeys("driver", "compute capability");
    }
}
