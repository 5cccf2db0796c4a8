package io.github.wan4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.OutOfDeviceMemoryException;
import io.github.wan4j.core.Residency;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.core.testkit.GpuTest;
import io.github.wan4j.video.GenerationCancelledException;
import io.github.wan4j.video.ModelSource;
import io.github.wan4j.video.ProgressListener;
import io.github.wan4j.video.StepEvent;
import io.github.wan4j.video.Video;
import io.github.wan4j.video.VideoJob;
import io.github.wan4j.video.VideoRequest;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.bytedeco.pytorch.global.torch_cuda;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A day's work: jobs of many sizes one after the other, of which some go wrong. */
@GpuTest
class GpuTwelveJobsTest {
    private static final int OUT_OF_MEMORY = 4;
    private static final int CANCELLED = 7;

    private static VideoRequest.Builder request(int side, int frames) {
        return VideoRequest.builder(SmallJobs.PROMPT)
                .size(side, side)
                .frames(frames)
                .steps(6);
    }

    private static ProgressListener onStep(Consumer<StepEvent> reaction) {
        return new ProgressListener() {
            @Override
            public void onStep(StepEvent step) {
                reaction.accept(step);
            }
        };
    }

    /** More than any GPU has. */
    private static void exhaust(StepEvent step) {
        try (Scope scope = Scope.open("exhaust")) {
            assertThat(Tensors.empty(DType.U8, Device.cuda(0), 1L << 45).count())
                    .isPositive();
        }
    }

    private static long deviceBytes() {
        return torch_cuda
                .getAllocator()
                .getDeviceStats((byte) 0)
                .allocated_bytes()
                .current();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
    void bytesAndTimesStayFlat(Residency residency) {
        EngineConfig config = EngineConfig.builder()
                .cacheDir(EngineConfig.fromEnvironment().cacheDir())
                .residency(residency)
                .build();
        try (VideoEngine engine = VideoEngine.open(ModelSource.of("mini-t2v"), config)) {
            for (int i = 0; i < 3; i++) { // kernels and trials of every size
                assertThat(engine.generate(sized(i).build()).frameCount()).isPositive();
            }
            List<ByteBuffer> expected = SmallJobs.pixels(engine.generate(sized(0).build()));
            long bytes = deviceBytes();
            List<Double> seconds = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                VideoRequest.Builder asked = sized(i);
                if (i == OUT_OF_MEMORY) {
                    VideoJob<Video> job = engine.submit(
                            asked.listener(onStep(GpuTwelveJobsTest::exhaust)).build());
                    assertThatThrownBy(job::join).isInstanceOf(OutOfDeviceMemoryException.class);
                } else if (i == CANCELLED) {
                    CompletableFuture<VideoJob<Video>> self = new CompletableFuture<>();
                    ProgressListener cancelling =
                            onStep(step -> assertThat(self.join().cancel()).isTrue());
                    VideoJob<Video> job =
                            engine.submit(asked.listener(cancelling).build());
                    assertThat(self.complete(job)).isTrue();
                    assertThatThrownBy(job::join).isInstanceOf(GenerationCancelledException.class);
                } else {
                    long begin = System.nanoTime();
                    List<ByteBuffer> pixels = SmallJobs.pixels(engine.generate(asked.build()));
                    if (i % 3 == 0) {
                        seconds.add((System.nanoTime() - begin) / 1e9);
                        assertThat(pixels).isEqualTo(expected);
                    }
                }
                if (i == OUT_OF_MEMORY) { // tried again with less on the device, so weights may have left it
                    assertThat(deviceBytes()).isLessThanOrEqualTo(bytes);
                } else {
                    assertThat(deviceBytes())
                            .as("bytes on the device after job " + i)
                            .isEqualTo(bytes);
                }
            }
            assertThat(seconds.get(seconds.size() - 1))
                    .as("seconds of the last of " + seconds)
                    .isLessThan(1.5 * seconds.get(0) + 0.2);
        }
    }

    private static VideoRequest.Builder sized(int i) {
        return switch (i % 3) {
            case 0 -> request(128, 9);
            case 1 -> request(64, 17);
            default -> request(192, 5);
        };
    }
}
