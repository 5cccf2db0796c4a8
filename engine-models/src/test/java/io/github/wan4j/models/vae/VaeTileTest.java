package io.github.wan4j.models.vae;

import static io.github.wan4j.core.testkit.TensorAssert.assertIdentical;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.core.VaeTile;
import io.github.wan4j.core.kernels.CpuKernels;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.core.testkit.NoTensorLeaks;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.LongStream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tiles against the whole, on 256×256 pixels. */
@ExtendWith(NoTensorLeaks.class)
class VaeTileTest {
    private static final double GOOD = 45; // dB
    private static final int SIZE = 256;
    private static final int FRAMES = 5;

    /** An overlap of 32 is enough for VAE 2.1; 2.2 needs 64, 32 being two of its latents (33 dB). */
    @ParameterizedTest
    @CsvSource({"21,144,32", "22,160,64"})
    void tilesAreNearTheWhole(int version, int size, int overlap) {
        try (VaeFixture fixture = new VaeFixture(version, new CpuKernels(), DType.F32);
                Scope scope = Scope.open("test")) {
            Vae tiled = fixture.vae().tiled(new VaeTile(size, overlap));
            Tensor video = video();
            Tensor z = fixture.vae().encode(video, 2, VaeFixture.GO_ON);
            assertThat(psnr(tiled.encode(video, 2, VaeFixture.GO_ON), z)).isGreaterThan(GOOD);
            Tensor frames = VaeFixture.decode(fixture.vae(), z, 2);
            assertThat(psnr(VaeFixture.decode(tiled, z, 2), frames)).isGreaterThan(GOOD);
        }
    }

    /** Colours that change slowly and a disc that moves, [3, FRAMES, SIZE, SIZE]. */
    private static Tensor video() {
        float[] values = new float[3 * FRAMES * SIZE * SIZE];
        int i = 0;
        for (int colour = 0; colour < 3; colour++) {
            for (int frame = 0; frame < FRAMES; frame++) {
                for (int y = 0; y < SIZE; y++) {
                    for (int x = 0; x < SIZE; x++) {
                        boolean disc = Math.hypot(x - SIZE * (0.3 + 0.04 * frame), y - SIZE * 0.45) < 0.2 * SIZE;
                        double back = 0.6 * Math.sin(x / 17.0 + colour) * Math.cos(y / 23.0 - colour) - 0.2;
                        values[i++] = (float) (disc ? colour == 0 ? 0.8 : -0.7 : back);
                    }
                }
            }
        }
        return Tensors.of(values, 3, FRAMES, SIZE, SIZE);
    }

    /** Peak 2, the range of a pixel. */
    private static double psnr(Tensor x, Tensor exact) {
        return 20 * Math.log10(2 / (x.sub(exact).norm() / Math.sqrt((double) exact.count())));
    }

    @ParameterizedTest
    @ValueSource(ints = {21, 22})
    void oneTileForAllChangesNothing(int version) {
        try (VaeFixture fixture = new VaeFixture(version, new CpuKernels(), DType.F32);
                Scope scope = Scope.open("test")) {
            Vae tiled = fixture.vae().tiled(new VaeTile(64, 16));
            Tensor z = fixture.smallLatents();
            assertIdentical(VaeFixture.decode(tiled, z, 2), fixture.decode(z, 2));
            Tensor video = fixture.smallVideo();
            assertIdentical(
                    tiled.encode(video, 2, VaeFixture.GO_ON), fixture.vae().encode(video, 2, VaeFixture.GO_ON));
        }
    }

    /** Two chunks each of the whole and of two tiles; frames leave while the second tile is decoded. */
    @ParameterizedTest
    @ValueSource(ints = {21, 22})
    void framesLeaveInOrderAndEachChunkOfATileAsks(int version) {
        try (VaeFixture fixture = new VaeFixture(version, new CpuKernels(), DType.F32);
                Scope scope = Scope.open("test")) {
            List<Object> events = new ArrayList<>();
            Tensor z = oneByTwoTiles(fixture);
            fixture.vae().tiled(new VaeTile(64, 0)).decode(z, 2, () -> events.add("?"), frames -> {
                assertThat(frames.shape()).containsExactly(3, frames.size(1), 64, 96);
                events.add(frames.size(1));
            });
            assertThat(events).containsExactly("?", "?", "?", "?", "?", 1L, "?", 8L);
        }
    }

    private static Tensor oneByTwoTiles(VaeFixture fixture) {
        int stride = fixture.vae().spatialStride();
        long[] shape = {fixture.vae().zChannels(), 3, 64 / stride, 96 / stride};
        float[] values = new float[(int) LongStream.of(shape).reduce(1, (a, b) -> a * b)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(i);
        }
        return Tensors.of(values, shape);
    }

    @ParameterizedTest
    @ValueSource(ints = {21, 22})
    void leavesNothingBehindWhenCancelledInAnyTile(int version) {
        try (VaeFixture fixture = new VaeFixture(version, new CpuKernels(), DType.F32);
                Scope scope = Scope.open("test")) {
            Tensor z = oneByTwoTiles(fixture);
            Tensor video = VaeFixture.decode(fixture.vae(), z, 2);
            Vae tiled = fixture.vae().tiled(new VaeTile(64, 16));
            for (int chunk : new int[] {1, 2, 3, 4, 6}) {
                assertThatThrownBy(() -> VaeFixture.decode(tiled, z, 2, cancelled(chunk)))
                        .isInstanceOf(CancellationException.class);
                assertThatThrownBy(() -> tiled.encode(video, 2, cancelled(chunk)))
                        .isInstanceOf(CancellationException.class);
            }
        } // NoTensorLeaks compares the number of native objects with that before the test
    }

    /** Throws the n-th time. */
    private static Runnable cancelled(int n) {
        int[] left = {n};
        return () -> {
            if (--left[0] == 0) {
                throw new CancellationException("chunk " + n);
            }
        };
    }
}
