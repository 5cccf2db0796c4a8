package io.github.wan4j.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.GraphUse;
import io.github.wan4j.core.kernels.Replays;
import io.github.wan4j.core.spi.Choice;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.core.testkit.GpuTest;
import io.github.wan4j.core.testkit.TensorAssert;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.bytedeco.pytorch.global.torch_cuda;
import org.junit.jupiter.api.Test;

@GpuTest
class GraphsTest {
    private static Gpu open(GraphUse use) {
        return Gpu.open(EngineConfig.builder().graphs(use).build());
    }

    private static Choice choice(Gpu gpu) {
        return gpu.session().choices().stream()
                .filter(choice -> choice.name().equals("graphs"))
                .findFirst()
                .orElseThrow();
    }

    /** Thirty launches of a microsecond or two. */
    private static Tensor manySmallSteps(CudaKernels kernels, List<Tensor> inputs) {
        try (Scope scope = Scope.open("steps")) {
            Tensor x = inputs.get(0);
            for (int i = 0; i < 30; i++) {
                x = kernels.gatedAdd(x, inputs.get(1), null).mul(0.7);
            }
            return scope.keep(x);
        }
    }

    private static Tensor input(int seed) {
        return Gpu.random(seed, 1, 64, 256);
    }

    @Test
    void replaysSmallWorkAndSaysWhy() {
        try (Gpu gpu = open(GraphUse.AUTO)) {
            assertThat(choice(gpu))
                    .isEqualTo(new Choice("graphs", "off", "where launches are not hidden: no work came often enough"));
            gpu.run(kernels -> {
                try (Replays replays = kernels.replays("small work")) {
                    for (int i = 0; i < 6; i++) {
                        Tensor a = input(i);
                        Tensor b = input(100 + i);
                        Tensor made = replays.run("it", inputs -> manySmallSteps(kernels, inputs), a, b);
                        TensorAssert.assertIdentical(made, manySmallSteps(kernels, List.of(a, b)));
                    }
                }
            });
            assertThat(choice(gpu).value()).isEqualTo("on");
            assertThat(choice(gpu).why()).contains("small work took ").endsWith("so it is replayed");
        }
    }

    /** Each takes a pool that reserves addresses for a whole card: about eight hundred would be all there are. */
    @Test
    void addressesAreNotUsedUpByGraphsThatAreGone() {
        try (Gpu gpu = open(GraphUse.ON)) {
            gpu.run(kernels -> {
                for (int i = 0; i < 1500; i++) {
                    try (Replays replays = kernels.replays("short-lived")) {
                        Tensor x = Tensors.ones(DType.F32, Gpu.DEVICE, 16);
                        for (int run = 0; run < 2; run++) {
                            Tensor twice =
                                    replays.run("it", inputs -> inputs.get(0).mul(2), x);
                            assertThat(twice.isFinite()).isTrue();
                        }
                    }
                }
            });
        }
    }

    @Test
    void leavesWorkAloneThatHidesItsLaunches() {
        try (Gpu gpu = open(GraphUse.AUTO)) {
            gpu.run(kernels -> {
                Tensor x = Gpu.random(1, DType.BF16, 8192, 8192);
                try (Replays replays = kernels.replays("large work")) {
                    for (int i = 0; i < 4; i++) {
                        Tensor made = replays.run("it", inputs -> inputs.get(0).matmul(inputs.get(0)), x);
                        assertThat(made.count()).isEqualTo(x.count());
                    }
                }
            });
            assertThat(choice(gpu).value()).isEqualTo("off");
            assertThat(choice(gpu).why()).endsWith("so it hides its launches");
        }
    }

    @Test
    void recordsNothingWhereThatIsAskedFor() {
        try (Gpu gpu = open(GraphUse.OFF)) {
            gpu.run(kernels -> assertThat(kernels.replays("work")).isSameAs(Replays.PLAIN));
            assertThat(choice(gpu)).isEqualTo(new Choice("graphs", "off", "asked for"));
        }
    }

    /** One record for each shape and each thing that it stands for; all memory is back when they are forgotten. */
    @Test
    void keepsRecordsApartAndGivesTheirMemoryBack() {
        try (Gpu gpu = open(GraphUse.ON)) {
            gpu.run(kernels ->
                    manySmallSteps(kernels, List.of(input(1), input(2))).close());
            long used = gpu.session().memory().used().orElseThrow();
            long reserved = reserved(gpu);
            for (int round = 0; round < 2; round++) {
                gpu.run(kernels -> {
                    Replays replays = kernels.replays("work");
                    for (int i = 0; i < 4; i++) {
                        for (double factor : new double[] {2, 3}) {
                            for (long tokens : new long[] {5, 64}) {
                                Tensor x = Gpu.random(i, 1, tokens, 256);
                                Tensor made = replays.run(
                                        factor, in -> in.get(0).mul(factor).add(1), x);
                                TensorAssert.assertIdentical(made, x.mul(factor).add(1));
                            }
                        }
                    }
                    long held = gpu.session().memory().used().orElseThrow();
                    replays.forget(2.0);
                    assertThat(gpu.session().memory().used().orElseThrow()).isLessThan(held);
                    replays.close();
                    replays.close();
                });
                assertThat(gpu.session().memory().used().orElseThrow()).isEqualTo(used);
                assertThat(reserved(gpu)).isEqualTo(reserved);
            }
            assertThat(choice(gpu)).isEqualTo(new Choice("graphs", "on", "asked for: work is replayed"));
        }
    }

    private static long reserved(Gpu gpu) {
        return gpu.session().call(() -> {
            torch_cuda.getAllocator().emptyCache();
            return torch_cuda
                    .getAllocator()
                    .getDeviceStats((byte) 0)
                    .reserved_bytes()
                    .current();
        });
    }

    /** What reads a number on the host cannot be recorded; it is computed all the same, and the stream stays usable. */
    @Test
    void computesWhatCannotBeRecordedAndSaysWhy() {
        try (Gpu gpu = open(GraphUse.ON)) {
            gpu.run(kernels -> {
                try (Replays replays = kernels.replays("work")) {
                    for (int i = 1; i < 5; i++) {
                        Tensor x = input(i);
                        Tensor made =
                                replays.run("it", in -> in.get(0).mul(in.get(0).maxAbs()), x);
                        TensorAssert.assertIdentical(made, x.mul(x.maxAbs()));
                    }
                }
            });
            assertThat(choice(gpu).value()).isEqualTo("off");
            assertThat(choice(gpu).why()).startsWith("asked for: work cannot be recorded: ");
        }
    }

    @Test
    void stopsWhileItRecords() {
        try (Gpu gpu = open(GraphUse.ON)) {
            gpu.run(kernels -> {
                try (Replays replays = kernels.replays("work")) {
                    Tensor x = input(1);
                    Replays.Work fine = in -> in.get(0).mul(2);
                    Replays.Work stopped = in -> {
                        Tensor begun = in.get(0).mul(2);
                        throw new CancellationException("stopped at " + begun);
                    };
                    TensorAssert.assertIdentical(replays.run("it", fine, x), x.mul(2));
                    assertThatThrownBy(() -> replays.run("it", stopped, x)).hasMessageStartingWith("stopped at f32");
                    for (int i = 0; i < 2; i++) {
                        TensorAssert.assertIdentical(replays.run("it", fine, x), x.mul(2));
                    }
                }
            });
            assertThat(choice(gpu).value()).isEqualTo("on");
        }
    }
}
