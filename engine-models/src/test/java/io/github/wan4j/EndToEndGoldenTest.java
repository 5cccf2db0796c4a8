package io.github.wan4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.testkit.Golden;
import io.github.wan4j.video.CachePolicy;
import io.github.wan4j.video.Frame;
import io.github.wan4j.video.Latents;
import io.github.wan4j.video.ModelKind;
import io.github.wan4j.video.ModelSource;
import io.github.wan4j.video.ProgressListener;
import io.github.wan4j.video.Solver;
import io.github.wan4j.video.Video;
import io.github.wan4j.video.VideoRequest;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs, from text to pixels, against the reference's. */
class EndToEndGoldenTest {
    private static final double LATENTS = 1e-4;
    private static final int GREY_LEVELS = 1;

    @Test
    void textToVideoWithUniPc() {
        GoldenRun golden = GoldenRun.read("t2v_unipc");
        try (VideoEngine engine = VideoEngine.open("mini-t2v")) {
            // the seed's own noise: torch's generator is met bit for bit
            compare(
                    engine,
                    VideoRequest.builder("a red circle moves right on a black background")
                            .seed(42),
                    golden);
        }
    }

    @Test
    void textToVideoWithDpmPlusPlus() {
        GoldenRun golden = GoldenRun.read("t2v_dpm");
        try (VideoEngine engine = VideoEngine.open("mini-t2v")) {
            compare(
                    engine,
                    VideoRequest.builder("a yellow triangle shrinks on a gray background")
                            .solver(Solver.DPMPP)
                            .steps(12)
                            .seed(7),
                    golden);
        }
    }

    @Test
    void textToVideoThatReusesWhatTheBlocksAdded() {
        GoldenRun golden = GoldenRun.read("t2v_cached");
        try (VideoEngine engine = VideoEngine.open("mini-t2v")) {
            compare(
                    engine,
                    VideoRequest.builder("a red circle moves right on a black background")
                            .seed(42)
                            .cache(CachePolicy.mask("#####.##.##.###.#.##")),
                    golden);
        }
    }

    @Test
    void textToVideoWithOneTransformer() {
        GoldenRun golden = GoldenRun.read("ti2v_text");
        try (VideoEngine engine = VideoEngine.open("mini-ti2v")) {
            compare(
                    engine,
                    VideoRequest.builder("a blue square grows on a white background")
                            .seed(3),
                    golden);
        }
    }

    @Test
    void imageAndTextToVideo() {
        GoldenRun golden = GoldenRun.read("ti2v_image");
        Latents image;
        try (Golden file = Golden.open("e2e_ti2v_image");
                Scope scope = Scope.open("golden")) {
            image = Latents.of(file.tensor("image_z").toFloats(), 48, 1, 8, 8);
        }
        try (VideoEngine engine = VideoEngine.open("mini-ti2v")) {
            compare(
                    engine,
                    VideoRequest.builder("a green circle moves down on a white background")
                            .firstFrame(image)
                            .noise(golden.noise()),
                    golden);
        }
    }

    @Test
    void imageToVideoFromAFolderInTheOriginalLayout(@TempDir Path folder) throws IOException {
        GoldenRun golden = GoldenRun.read("i2v");
        BufferedImage image;
        try (Golden file = Golden.open("e2e_i2v");
                Scope scope = Scope.open("golden")) {
            Tensor pixels = file.tensor("image_u8");
            image = picture(Math.toIntExact(pixels.size(1)), Math.toIntExact(pixels.size(0)), pixels.toBytes());
        }
        MiniFolders.i2v(folder);
        try (VideoEngine engine = VideoEngine.open(ModelSource.of(folder.toString()), EngineConfig.fromEnvironment())) {
            assertThat(engine.model().kind()).isEqualTo(ModelKind.I2V_A14B);
            compare(
                    engine,
                    VideoRequest.builder("a red circle moves right on a black background")
                            .image(image)
                            .size(128, 128)
                            .frames(17)
                            .steps(10)
                            .guidance(3, 4)
                            .noise(golden.noise()),
                    golden);
        }
    }

    private static BufferedImage picture(int width, int height, byte[] rgb) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < width * height; i++) {
            int value = (rgb[3 * i] & 255) << 16 | (rgb[3 * i + 1] & 255) << 8 | (rgb[3 * i + 2] & 255);
            image.setRGB(i % width, i / width, value);
        }
        return image;
    }

    private static void compare(VideoEngine engine, VideoRequest.Builder request, GoldenRun golden) {
        List<float[]> states = new ArrayList<>();
        ProgressListener recorder = new ProgressListener() {
            @Override
            public void onLatents(Supplier<Latents> state, int step) {
                float[] values = new float[state.get().values().remaining()];
                state.get().values().get(values);
                states.add(values);
            }
        };
        Video video = engine.generate(request.listener(recorder).build());
        assertThat(states).hasSize((int) golden.latentsAt()[golden.latentsAt().length - 1] + 1);
        for (int i = 0; i < golden.latents().length; i++) {
            int step = (int) golden.latentsAt()[i];
            double error = GoldenRun.relativeError(states.get(step), golden.latents()[i]);
            assertThat(error <= (step == 0 ? 0 : LATENTS))
                    .as("relative error of the latents that enter step %d is %s", step, error)
                    .isTrue();
        }
        for (int i = 0; i < golden.frames().length; i++) {
            Frame frame = video.frame((int) golden.framesAt()[i]);
            byte[] pixels = new byte[frame.rgb().remaining()];
            frame.rgb().get(pixels);
            assertThat(pixels).hasSameSizeAs(golden.frames()[i]);
            assertThat(GoldenRun.levels(pixels, golden.frames()[i]))
                    .as("grey levels apart in frame %d", golden.framesAt()[i])
                    .isLessThanOrEqualTo(GREY_LEVELS);
        }
    }
}
