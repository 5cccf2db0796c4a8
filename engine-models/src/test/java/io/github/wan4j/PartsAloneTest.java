package io.github.wan4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.core.testkit.NoTensorLeaks;
import io.github.wan4j.video.EncodedPrompt;
import io.github.wan4j.video.Frame;
import io.github.wan4j.video.InvalidRequestException;
import io.github.wan4j.video.Latents;
import io.github.wan4j.video.Tokenizer;
import io.github.wan4j.video.Video;
import io.github.wan4j.video.VideoHandlers;
import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The parts of an engine by themselves. */
@ExtendWith(NoTensorLeaks.class)
@Timeout(60)
class PartsAloneTest {
    @Test
    void anEncodedPromptGivesTheVideoOfItsText(@TempDir Path folder) {
        try (VideoEngine engine = VideoEngine.open("mini-t2v")) {
            List<ByteBuffer> expected = SmallJobs.pixels(engine.generate(
                    SmallJobs.request().negativePrompt("blurred").build()));
            EncodedPrompt prompt = engine.textEncoder().encode(SmallJobs.PROMPT);
            EncodedPrompt negative = engine.textEncoder().encode("blurred");
            Path file = folder.resolve("prompt.safetensors");
            prompt.save(file);
            Video video = engine.generate(SmallJobs.request()
                    .prompt(EncodedPrompt.read(file))
                    .negativePrompt(negative)
                    .build());
            assertThat(SmallJobs.pixels(video)).isEqualTo(expected);
            assertThat(video.report().settings()).containsEntry("prompt", SmallJobs.PROMPT);
        }
    }

    @Test
    void theTokenizerCountsWhatItCuts() {
        try (VideoEngine engine = VideoEngine.open("mini-t2v")) {
            Tokenizer.Tokens tokens = engine.tokenizer().tokenize(SmallJobs.PROMPT);
            assertThat(tokens.isCut()).isFalse();
            assertThat(engine.textEncoder().encode(SmallJobs.PROMPT).tokens())
                    .isEqualTo(tokens.ids().size());
            Tokenizer.Tokens many = engine.tokenizer().tokenize("red circle ".repeat(5000));
            assertThat(many.isCut()).isTrue();
            assertThat(many.ids()).hasSize(512);
            Video video = engine.generate(
                    SmallJobs.request().prompt("red circle ".repeat(5000)).build());
            assertThat(video.report().warnings()).singleElement().asString().contains("was cut to the first 512");
        }
    }

    @Test
    void framesComeBackFromTheAutoencoder() {
        for (String model : List.of("mini-t2v", "mini-ti2v")) {
            try (VideoEngine engine = VideoEngine.open(model)) {
                Video video = engine.generate(
                        SmallJobs.request().size(128, 128).steps(6).build());
                List<BufferedImage> images = video.frames().map(Frame::toImage).toList();
                Latents latents = engine.vae().encode(images);
                assertThat(latents.frames()).isEqualTo(2);
                Video back = engine.vae().decode(latents);
                assertThat(back.frameCount()).isEqualTo(5);
                assertThat(back.info().seed()).isNull();
                assertThat(meanDifference(video, back)).isLessThan(10);
                List<Integer> indices = new ArrayList<>();
                engine.vae().decode(latents, VideoHandlers.frames(frame -> indices.add(frame.index())));
                assertThat(indices).containsExactly(0, 1, 2, 3, 4);
            }
        }
    }

    private static double meanDifference(Video a, Video b) {
        double sum = 0;
        long count = 0;
        for (int i = 0; i < a.frameCount(); i++) {
            ByteBuffer left = a.frame(i).rgb();
            ByteBuffer right = b.frame(i).rgb();
            while (left.hasRemaining()) {
                sum += Math.abs((left.get() & 255) - (right.get() & 255));
                count++;
            }
        }
        return sum / count;
    }

    @Test
    void theAutoencoderSaysWhatItCannotTake() {
        try (VideoEngine engine = VideoEngine.open("mini-t2v")) {
            BufferedImage image = SmallJobs.picture();
            assertThatThrownBy(() -> engine.vae().encode(List.of(image, image)))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("there are 2 frames")
                    .hasMessageContaining("take 1");
            assertThatThrownBy(() -> engine.vae().encode(List.of()))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("there are 0 frames");
            BufferedImage odd = new BufferedImage(60, 64, BufferedImage.TYPE_INT_RGB);
            assertThatThrownBy(() -> engine.vae().encode(List.of(odd)))
                    .hasMessage("frames are 60x64, both sides must be multiples of 16");
            assertThatThrownBy(() -> engine.vae().decode(Latents.of(new float[4], 1, 1, 2, 2)))
                    .hasMessage("latents have 1 channels, mini-t2v decodes 16");
        }
    }
}
