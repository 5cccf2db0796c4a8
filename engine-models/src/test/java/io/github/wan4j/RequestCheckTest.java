package io.github.wan4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.video.EncodedPrompt;
import io.github.wan4j.video.InvalidRequestException;
import io.github.wan4j.video.Latents;
import io.github.wan4j.video.ModelSource;
import io.github.wan4j.video.Size;
import io.github.wan4j.video.VideoRequest;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a model cannot do is said at once, all of it, with what it could do instead. */
class RequestCheckTest {
    private static Latents latents(int... shape) {
        int count = 1;
        for (int side : shape) {
            count *= side;
        }
        return Latents.of(new float[count], shape);
    }

    private static VideoRequest prompt() {
        return VideoRequest.builder("a cat").build();
    }

    @Test
    void everythingAtOnce(@TempDir Path folder) {
        try (VideoEngine engine = VideoEngine.open("mini-t2v")) {
            VideoRequest request = prompt().toBuilder()
                    .size(100, 130)
                    .frames(32)
                    .steps(2000)
                    .image(folder.resolve("none.png"))
                    .prompt(EncodedPrompt.of(new int[] {1}, new float[2], 2))
                    .build();
            assertThat(engine.problems(request))
                    .containsExactly(
                            "mini-t2v makes videos from text alone, leave the image away or take a model of kind"
                                    + " ti2v-5b or i2v-a14b",
                            "size is 100x130, mini-t2v needs multiples of 16, take 96x128",
                            "frames is 32, it must be one more than a multiple of 4, take 33",
                            "steps is 2000, take at most 1000",
                            "prompt is encoded in vectors of 2, mini-t2v takes "
                                    + engine.textEncoder().encode("a cat").dim()
                                    + ": encode it with this model's text encoder");
            assertThatThrownBy(() -> engine.submit(request))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessage(String.join("; ", engine.problems(request)));
            assertThatThrownBy(() -> engine.plan(request)).isInstanceOf(InvalidRequestException.class);
            assertThat(engine.problems(prompt())).isEmpty();
        }
    }

    @Test
    void theFirstLatentsMustHaveTheShapeOfTheVideo() {
        try (VideoEngine engine = VideoEngine.open("mini-t2v")) {
            VideoRequest request =
                    prompt().toBuilder().noise(latents(16, 2, 8, 8)).build();
            assertThat(engine.problems(request))
                    .containsExactly("noise has shape [16, 2, 8, 8], this size and length need [16, 9, 16, 16]");
            assertThat(engine.problems(
                            request.toBuilder().size(64, 64).frames(5).build()))
                    .isEmpty();
        }
    }

    @Test
    void oneTransformerHasOneGuidance() {
        try (VideoEngine engine = VideoEngine.open("mini-ti2v")) {
            assertThat(engine.problems(prompt().toBuilder().guidance(3, 4).build()))
                    .containsExactly("guidance is 3.0,4.0, but mini-ti2v has one transformer, give one number: 3.0");
            assertThat(engine.problems(prompt().toBuilder()
                            .firstFrame(latents(48, 1, 4, 4))
                            .size(128, 128)
                            .build()))
                    .containsExactly("first frame has shape [48, 1, 4, 4], this size needs [48, 1, 8, 8]");
        }
    }

    @Test
    void withAPictureOnlyTheAreaCounts(@TempDir Path folder) throws IOException {
        try (VideoEngine engine = VideoEngine.open("mini-ti2v")) {
            BufferedImage wide = new BufferedImage(200, 100, BufferedImage.TYPE_INT_RGB);
            VideoRequest.Builder request = prompt().toBuilder().size(100, 130);
            Size size = engine.plan(request.image(wide).build()).request().size();
            assertThat(size.width()).isGreaterThan(size.height());
            assertThat(size.width() % 32).isZero();
            assertThat(engine.plan(request.build()).request().options().image()).isTrue();
            assertThat(engine.plan(prompt()).request().options().image()).isFalse();
            Size ofLatents = engine.plan(prompt().toBuilder()
                            .firstFrame(latents(48, 1, 2, 4))
                            .build())
                    .request()
                    .size();
            assertThat(ofLatents).isEqualTo(new Size(64, 32));
            Path text = Files.writeString(folder.resolve("picture.png"), "no picture");
            assertThat(engine.problems(prompt().toBuilder()
                            .size(100, 130)
                            .image(text)
                            .frames(6)
                            .build()))
                    .hasSize(2)
                    .anySatisfy(problem -> assertThat(problem).contains("picture.png"))
                    .anySatisfy(problem -> assertThat(problem).contains("frames is 6"));
        }
    }

    @Test
    void aModelThatNeedsAPictureAsksForIt(@TempDir Path folder) throws IOException {
        MiniFolders.i2v(folder);
        try (VideoEngine engine = VideoEngine.open(ModelSource.of(folder.toString()), EngineConfig.fromEnvironment())) {
            assertThat(engine.problems(prompt()))
                    .containsExactly(engine.model().name() + " makes videos from an image, give one");
            assertThat(engine.problems(prompt().toBuilder()
                            .firstFrame(latents(16, 1, 90, 160))
                            .build()))
                    .containsExactly(
                            engine.model().name() + " encodes its image itself, give the picture instead of latents");
        }
    }
}
