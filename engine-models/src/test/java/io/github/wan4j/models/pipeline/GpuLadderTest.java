package io.github.wan4j.models.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.VaeTile;
import io.github.wan4j.core.runtime.Devices;
import io.github.wan4j.core.spi.DeviceSession;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.core.testkit.GpuTest;
import io.github.wan4j.models.load.ModelFolder;
import io.github.wan4j.models.plan.Arrangement;
import io.github.wan4j.models.plan.ExecutionPlan;
import io.github.wan4j.models.plan.MemoryLadder;
import io.github.wan4j.video.Frame;
import io.github.wan4j.video.ModelSource;
import io.github.wan4j.video.ProgressListener;
import io.github.wan4j.video.RunReport;
import io.github.wan4j.video.Stage;
import io.github.wan4j.video.Video;
import io.github.wan4j.video.VideoHandlers;
import io.github.wan4j.video.VideoRequest;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every rung of the ladder on a GPU whose allocator refuses: the same video as of a job that was planned that way. */
@GpuTest
class GpuLadderTest {
    private static final int SIDE = 256;

    /** Of pictures large enough that chunks and tiles differ by more than the allocator's pages. */
    private static final int LARGE = 512;

    private static final long PAGE = 20L << 20;

    /** Asks the allocator for more than any GPU has, so many times, whenever a part of a stage is done. */
    private static final class Refused implements ProgressListener {
        private final Stage stage;
        private final int part;
        private int left;

        Refused(Stage stage, int part, int times) {
            this.stage = stage;
            this.part = part;
            left = times;
        }

        @Override
        public void onStage(Stage now, int i, int n) {
            if (now == stage && i == part && left > 0) {
                left--;
                try (Scope scope = Scope.open("refused")) {
                    assertThat(Tensors.empty(DType.U8, Device.cuda(0), 1L << 45).count())
                            .isPositive();
                }
            }
        }
    }

    /** Takes memory when the decoder begins and keeps it to the end of the job. */
    private static final class Hog implements ProgressListener, AutoCloseable {
        private final LongSupplier bytes;
        private final List<Tensor> taken = new ArrayList<>();

        Hog(LongSupplier bytes) {
            this.bytes = bytes;
        }

        @Override
        public void onStage(Stage now, int i, int n) {
            if (now == Stage.DECODE && i == 0 && taken.isEmpty()) {
                for (long left = bytes.getAsLong(); left >= PAGE; left -= PAGE) {
                    try (Scope scope = Scope.open("hog")) {
                        taken.add(scope.release(Tensors.empty(DType.U8, Device.cuda(0), PAGE)));
                    }
                }
            }
        }

        @Override
        public void close() {
            taken.forEach(Tensor::close);
        }
    }

    private static VideoRequest request(ProgressListener listener) {
        return request(SIDE, listener);
    }

    private static VideoRequest request(int side, ProgressListener listener) {
        return VideoRequest.builder("a red circle moves right on a black background")
                .size(side, side)
                .frames(33)
                .steps(3)
                .shift(5)
                .listener(listener)
                .build();
    }

    private static ProgressListener nobody() {
        return new ProgressListener() {};
    }

    private static Video run(Model model, ResolvedRequest request) {
        Pipeline pipeline = new Pipeline(model, request, new Cancellation(), progress -> {});
        return model.parts().session().call(() -> pipeline.run(VideoHandlers.inMemory()));
    }

    private static Video arranged(Model model, Arrangement arrangement) {
        return arranged(model, SIDE, arrangement);
    }

    private static Video arranged(Model model, int side, Arrangement arrangement) {
        ResolvedRequest resolved = model.resolve(request(side, nobody()));
        return run(
                model,
                new ResolvedRequest(
                        resolved.plan().arranged(arrangement, "for a test"),
                        resolved.prompt(),
                        resolved.negative(),
                        resolved.image(),
                        resolved.firstFrame(),
                        resolved.seed(),
                        resolved.noise(),
                        resolved.listener(),
                        resolved.previewEvery()));
    }

    private static List<ByteBuffer> pixels(Video video) {
        return video.frames().map(Frame::rgb).toList();
    }

    private interface Work {
        void run(DeviceSession session, Model model);
    }

    private static void onGpu(Work work) {
        onGpu(EngineConfig.builder(), work);
    }

    private static void onGpu(EngineConfig.Builder settings, Work work) {
        EngineConfig config =
                settings.cacheDir(EngineConfig.fromEnvironment().cacheDir()).build();
        ModelFolder folder = ModelFolder.open(ModelSource.of("mini-t2v"), config.cacheDir());
        try (DeviceSession session = Devices.find().open(Device.cuda(0), config);
                Model model = new Model(folder, config, session, "test")) {
            work.run(session, model);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "LOAD | 1 | text encoder free; residency one-expert; residency stream, text encoder cpu",
                "ENCODE | 1 | text encoder free; residency one-expert; residency stream, text encoder cpu",
                "DENOISE | 1 | branches by themselves; text encoder free; residency one-expert; residency stream",
                "DECODE | 0 | vae chunk 2; vae chunk 1; vae tile 128,32; text encoder free; residency one-expert"
            })
    void everyRungLeadsToTheVideoOfAJobThatWasPlannedSo(Stage stage, int part, String rungs) {
        List<String> changes = List.of(rungs.split("; "));
        onGpu((session, model) -> {
            ExecutionPlan plan = model.plan(request(nobody()));
            for (int failures = 1; failures <= changes.size(); failures++) {
                plan = plan.arranged(new MemoryLadder(plan, stage).next().orElseThrow(), "a test");
                List<ByteBuffer> expected =
                        pixels(arranged(model, plan.placement().arrangement()));
                long bytes = session.memory().used().orElseThrow();
                Video video = run(model, model.resolve(request(new Refused(stage, part, failures))));
                assertThat(video.report().retries())
                        .extracting(RunReport.Retry::change)
                        .isEqualTo(changes.subList(0, failures));
                assertThat(pixels(video)).as(changes.get(failures - 1)).isEqualTo(expected);
                assertThat(session.memory().used().orElseThrow()) // weights that went may not have been needed again
                        .isLessThanOrEqualTo(bytes);
                assertThat(pixels(arranged(model, plan.placement().arrangement())))
                        .isEqualTo(expected);
                assertThat(session.memory().used().orElseThrow())
                        .as("bytes on the device after " + changes.get(failures - 1))
                        .isEqualTo(bytes);
            }
        });
    }

    @Test
    void memoryThatIsReallyShortLeadsToShorterChunksAndToTiles() {
        onGpu(EngineConfig.builder().vramLimit(6L << 30), (session, model) -> {
            Arrangement planned =
                    model.plan(request(LARGE, nobody())).placement().arrangement();
            long whole = decoding(arranged(model, LARGE, planned));
            long frames = decoding(arranged(model, LARGE, with(planned, 1, false)));
            long tiles = decoding(arranged(model, LARGE, with(planned, 1, true)));
            assertThat(tiles).isLessThan(frames);
            assertThat(frames).isLessThan(whole);
            long before = session.memory().used().orElseThrow();
            for (long limit : new long[] {(whole + frames) / 2, (frames + tiles) / 2}) {
                Video video;
                try (Hog hog = new Hog(() -> room(session, limit))) {
                    video = run(model, model.resolve(request(LARGE, hog)));
                }
                assertThat(video.frameCount()).isEqualTo(33);
                List<RunReport.Retry> retries = video.report().retries();
                assertThat(retries).isNotEmpty().allMatch(retry -> retry.stage() == Stage.DECODE);
                assertThat(retries.get(0).change()).startsWith("vae chunk");
                if (limit < frames) {
                    assertThat(retries).anyMatch(retry -> retry.change().startsWith("vae tile"));
                }
                assertThat(session.memory().used().orElseThrow()) // weights that went may not have been needed again
                        .isLessThanOrEqualTo(before);
            }
        });
    }

    /** What has to be taken so that the decoder finds as much as {@code limit} in all. */
    private static long room(DeviceSession session, long limit) {
        long used = session.memory().used().orElseThrow();
        return session.memory().free() - Math.max(0, limit - used);
    }

    private static Arrangement with(Arrangement planned, int chunk, boolean tiles) {
        return new Arrangement(
                planned.residency(),
                planned.textEncoder(),
                chunk,
                tiles ? new VaeTile(256, 32) : null,
                planned.sharesBranches());
    }

    /** The most that was held while decoding. */
    private static long decoding(Video video) {
        assertThat(video.report().retries()).isEmpty();
        return video.report().peakBytes().stages().getOrDefault(Stage.DECODE, 0L);
    }
}
