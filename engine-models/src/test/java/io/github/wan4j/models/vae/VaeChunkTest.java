package io.github.wan4j.models.vae;

import static io.github.wan4j.core.testkit.TensorAssert.assertClose;
import static io.github.wan4j.core.testkit.TensorAssert.assertIdentical;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.core.kernels.CpuKernels;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.core.testkit.NoTensorLeaks;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Chunks: their length changes nothing, they arrive in order, and one that fails leaves nothing behind. */
@ExtendWith(NoTensorLeaks.class)
class VaeChunkTest {
    private static final int[] LENGTHS = {1, 2, 3};
    private static final int ALL = 100;

    @ParameterizedTest
    @ValueSource(ints = {21, 22})
    void decodesTheSameInAnyChunks(int version) {
        try (VaeFixture fixture = new VaeFixture(version, new CpuKernels(), DType.F32);
                Scope scope = Scope.open("test")) {
            Tensor z = fixture.golden("c.z");
            Tensor atOnce = fixture.decode(z, ALL);
            for (int length : LENGTHS) {
                assertClose(fixture.decode(z, length), atOnce, 1e-5);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {21, 22})
    void encodesTheSameInAnyChunks(int version) {
        try (VaeFixture fixture = new VaeFixture(version, new CpuKernels(), DType.F32);
                Scope scope = Scope.open("test")) {
            Tensor video = fixture.golden("c.video");
            Tensor atOnce = fixture.vae().encode(video, ALL, VaeFixture.GO_ON);
            for (int length : LENGTHS) {
                assertClose(fixture.vae().encode(video, length, VaeFixture.GO_ON), atOnce, 1e-5);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {21, 22})
    void handsOverFramesInOrderAndAsksBeforeEachChunk(int version) {
        try (VaeFixture fixture = new VaeFixture(version, new CpuKernels(), DType.F32);
                Scope scope = Scope.open("test")) {
            List<Object> events = new ArrayList<>();
            fixture.vae()
                    .decode(fixture.smallLatents(), 2, () -> events.add("?"), frames -> events.add(frames.size(1)));
            assertThat(events).containsExactly("?", 1L, "?", 8L);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {21, 22})
    void ignoresFramesBeyondTheLastGroupOfFour(int version) {
        try (VaeFixture fixture = new VaeFixture(version, new CpuKernels(), DType.F32);
                Scope scope = Scope.open("test")) {
            Tensor video = fixture.golden("c.video");
            Tensor nine = fixture.vae().encode(video.narrow(1, 0, 9), 2, VaeFixture.GO_ON);
            Tensor twelve = fixture.vae().encode(video.narrow(1, 0, 12), 2, VaeFixture.GO_ON);
            assertThat(nine.size(1)).isEqualTo(3);
            assertIdentical(twelve, nine);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {21, 22})
    void leavesNothingBehindWhenAChunkFailsAndThenDecodesAsBefore(int version) {
        FailingKernels kernels = new FailingKernels();
        try (VaeFixture fixture = new VaeFixture(version, kernels, DType.F32);
                Scope scope = Scope.open("test")) {
            Tensor z = fixture.smallLatents();
            Tensor video = fixture.smallVideo();
            Tensor frames = fixture.decode(z, 1);
            Tensor latents = fixture.vae().encode(video, 1, VaeFixture.GO_ON);
            for (int convolution : new int[] {1, 20, 50, 70}) {
                kernels.failAt(convolution);
                assertThatThrownBy(() -> fixture.decode(z, 1)).hasMessage("convolution " + convolution);
                kernels.failAt(convolution);
                assertThatThrownBy(() -> fixture.vae().encode(video, 1, VaeFixture.GO_ON))
                        .hasMessage("convolution " + convolution);
            }
            assertIdentical(fixture.decode(z, 1), frames);
            assertIdentical(fixture.vae().encode(video, 1, VaeFixture.GO_ON), latents);
        } // NoTensorLeaks compares the number of native objects with that before the test
    }

    @ParameterizedTest
    @ValueSource(ints = {21, 22})
    void leavesNothingBehindWhenCancelledBetweenChunks(int version) {
        try (VaeFixture fixture = new VaeFixture(version, new CpuKernels(), DType.F32);
                Scope scope = Scope.open("test")) {
            AtomicInteger calls = new AtomicInteger();
            Runnable cancelThird = () -> {
                if (calls.incrementAndGet() == 3) {
                    throw new IllegalStateException("cancelled");
                }
            };
            List<Long> chunks = new ArrayList<>();
            assertThatThrownBy(() -> fixture.vae()
                            .decode(fixture.smallLatents(), 1, cancelThird, frames -> chunks.add(frames.size(1))))
                    .hasMessage("cancelled");
            assertThat(chunks).containsExactly(1L, 4L);
            calls.set(0);
            assertThatThrownBy(() -> fixture.vae().encode(fixture.smallVideo(), 1, cancelThird))
                    .hasMessage("cancelled");
            assertThatThrownBy(() -> fixture.vae().decode(fixture.smallLatents(), 1, VaeFixture.GO_ON, frames -> {
                        throw new IllegalStateException("consumer");
                    }))
                    .hasMessage("consumer");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {21, 22})
    void saysWhatIsWrongWithItsArguments(int version) {
        try (VaeFixture fixture = new VaeFixture(version, new CpuKernels(), DType.F32);
                Scope scope = Scope.open("test")) {
            Vae vae = fixture.vae();
            Tensor z = Tensors.zeros(DType.F32, Device.CPU, 5, 1, 2, 2);
            assertThatThrownBy(() -> vae.decode(z, 1, VaeFixture.GO_ON, frames -> {}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("latents are [5, 1, 2, 2], expected [" + vae.zChannels() + ", frames, height, width]");
            Tensor video = Tensors.zeros(DType.F32, Device.CPU, 3, 1, 100, 35);
            String nearest =
                    version == 21 ? "multiples of 8, the nearest is 32x104" : "multiples of 16, the nearest is 32x96";
            assertThatThrownBy(() -> vae.encode(video, 1, VaeFixture.GO_ON))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("video of 35x100 cannot be encoded: width and height are " + nearest);
            assertThatThrownBy(() -> vae.encode(z, 1, VaeFixture.GO_ON))
                    .hasMessage("video is [5, 1, 2, 2], expected [3, frames, height, width]");
            assertThatThrownBy(() -> vae.decode(fixture.golden("b.z"), 0, VaeFixture.GO_ON, frames -> {}))
                    .hasMessage("a chunk of 0 latent frames; the least is 1");
        }
    }
}
