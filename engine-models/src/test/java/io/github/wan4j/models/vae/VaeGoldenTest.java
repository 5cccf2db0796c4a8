package io.github.wan4j.models.vae;

import static io.github.wan4j.core.testkit.TensorAssert.assertClose;
import static io.github.wan4j.core.testkit.TensorAssert.assertNoWorseThan;
import static io.github.wan4j.core.testkit.TensorAssert.relativeError;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.wan4j.core.kernels.CpuKernels;
import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.kernels.ReferenceKernels;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.testkit.GpuTest;
import io.github.wan4j.core.testkit.NoTensorLeaks;
import io.github.wan4j.models.OnGpu;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against the reference's own results for 9, 1 and 17 frames. */
@ExtendWith(NoTensorLeaks.class)
class VaeGoldenTest {
    private static final double TOLERANCE = 1e-5;

    private final Kernels cpu = new CpuKernels();
    private final Kernels plain = new ReferenceKernels(); // slow: the two smaller samples only

    @ParameterizedTest
    @ValueSource(ints = {21, 22})
    void decodesAsTheReference(int version) {
        decode(version, cpu, "a", "b", "c");
        decode(version, plain, "b", "c");
    }

    private static void decode(int version, Kernels kernels, String... samples) {
        try (VaeFixture fixture = new VaeFixture(version, kernels, DType.F32)) {
            for (String sample : samples) {
                try (Scope scope = Scope.open("test")) {
                    Tensor frames = fixture.decode(fixture.golden(sample + ".z"), 2);
                    assertThat(frames.dtype()).isEqualTo(DType.F32);
                    assertClose(frames, fixture.golden(sample + ".out"), TOLERANCE);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {21, 22})
    void encodesAsTheReference(int version) {
        encode(version, cpu, "a", "b", "c");
        encode(version, plain, "b", "c");
    }

    private static void encode(int version, Kernels kernels, String... samples) {
        try (VaeFixture fixture = new VaeFixture(version, kernels, DType.F32)) {
            for (String sample : samples) {
                try (Scope scope = Scope.open("test")) {
                    Tensor z = fixture.vae().encode(fixture.golden(sample + ".video"), 2, VaeFixture.GO_ON);
                    assertThat(z.size(0)).isEqualTo(fixture.vae().zChannels());
                    assertClose(z, fixture.golden(sample + ".z"), TOLERANCE);
                }
            }
        }
    }

    /** bf16 keeps eight bits; some forty layers in a row lose a little more than one rounding does. */
    @ParameterizedTest
    @ValueSource(ints = {21, 22})
    void staysCloseInBf16(int version) {
        try (VaeFixture fixture = new VaeFixture(version, new CpuKernels(), DType.BF16);
                Scope scope = Scope.open("test")) {
            Tensor frames = fixture.decode(fixture.golden("b.z"), 1);
            assertThat(frames.dtype()).isEqualTo(DType.F32);
            assertThat(relativeError(frames, fixture.golden("b.out"))).isBetween(1e-4, 3e-2);
            Tensor z = fixture.vae().encode(fixture.golden("b.video"), 1, VaeFixture.GO_ON);
            assertThat(relativeError(z, fixture.golden("b.z"))).isBetween(1e-4, 3e-2);
        }
    }

    @GpuTest
    @ParameterizedTest
    @ValueSource(ints = {21, 22})
    void roundsOnAGpuNoWorseThanPlainOperators(int version) {
        OnGpu.run((gpu, device) -> {
            try (VaeFixture own = new VaeFixture(version, gpu, DType.BF16, device);
                    VaeFixture honest = new VaeFixture(version, plain, DType.BF16, device)) {
                for (String sample : new String[] {"a", "b", "c"}) {
                    Tensor z = own.golden(sample + ".z");
                    Tensor video = own.golden(sample + ".video");
                    Tensor frames = own.golden(sample + ".out");
                    assertNoWorseThan(own.decode(z, 2), honest.decode(z, 2), frames, 2);
                    Tensor latents = own.vae().encode(video, 2, VaeFixture.GO_ON);
                    assertNoWorseThan(latents, honest.vae().encode(video, 2, VaeFixture.GO_ON), z, 2);
                }
            }
        });
    }
}
