package io.github.wan4j.models.vae;

import static io.github.wan4j.core.testkit.TensorAssert.assertClose;
import static io.github.wan4j.core.testkit.TensorAssert.assertNoWorseThan;
import static io.github.wan4j.core.testkit.TensorAssert.relativeError;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.wan4j.core.VaeTile;
import io.github.wan4j.core.kernels.CpuKernels;
import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.kernels.ReferenceKernels;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Rng;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.testkit.GpuTest;
import io.github.wan4j.core.testkit.NoTensorLeaks;
import io.github.wan4j.models.OnGpu;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

    /** Peak 2, the range of a pixel. The full-size VAEs with random weights are above 58 dB. */
    @GpuTest
    @ParameterizedTest
    @ValueSource(ints = {21, 22})
    void isNearFp32InBf16OnAGpu(int version) {
        OnGpu.run((gpu, device) -> {
            try (VaeFixture exact = new VaeFixture(version, gpu, DType.F32, device);
                    VaeFixture rounded = new VaeFixture(version, gpu, DType.BF16, device)) {
                for (String sample : new String[] {"a", "c"}) {
                    Tensor z = exact.golden(sample + ".z");
                    Tensor frames = exact.decode(z, 2);
                    double rms = rounded.decode(z, 2).sub(frames).norm() / Math.sqrt((double) frames.count());
                    assertThat(20 * Math.log10(2 / rms)).as(sample).isGreaterThan(50);
                }
            }
        });
    }

    /** Attention sees the whole picture whatever the tiles; an overlap of four latents is enough for the rest. */
    @GpuTest
    @ParameterizedTest
    @CsvSource({"21,144,32", "22,160,64"})
    void tilesAreNearTheWholeOnAGpu(int version, int size, int overlap) {
        OnGpu.run((gpu, device) -> {
            try (VaeFixture fixture = new VaeFixture(version, gpu, DType.F32, device)) {
                long side = 256 / fixture.vae().spatialStride();
                Tensor z;
                try (Rng rng = new Rng(1)) {
                    z = rng.normal(fixture.vae().zChannels(), 3, side, side).to(device, DType.F32);
                }
                Tensor whole = fixture.decode(z, 2).to(Device.CPU, DType.F32);
                Tensor tiled = VaeFixture.decode(fixture.vae().tiled(new VaeTile(size, overlap)), z, 2);
                double rms = tiled.sub(whole).norm() / Math.sqrt((double) whole.count());
                assertThat(20 * Math.log10(2 / rms)).isGreaterThan(45);
            }
        });
    }
}
