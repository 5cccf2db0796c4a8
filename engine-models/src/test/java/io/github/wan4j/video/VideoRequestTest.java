package io.github.wan4j.video;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class VideoRequestTest {
    private static final Latents FRAME = Latents.of(new float[4], 1, 1, 2, 2);
    private static final EncodedPrompt ENCODED = EncodedPrompt.of(new int[] {1}, new float[2], 2);

    @Test
    void leavesEverythingButThePromptToTheModel() {
        VideoRequest request = VideoRequest.builder("a cat").build();
        assertThat(request.prompt()).contains("a cat");
        assertThat(request.negativePrompt()).isEmpty();
        assertThat(request.size()).isEmpty();
        assertThat(request.frames()).isEmpty();
        assertThat(request.seconds()).isEmpty();
        assertThat(request.steps()).isEmpty();
        assertThat(request.shift()).isEmpty();
        assertThat(request.guidance()).isEmpty();
        assertThat(request.solver()).isEmpty();
        assertThat(request.seed()).isEmpty();
        assertThat(request.noise()).isEmpty();
        assertThat(request.hasImage()).isFalse();
    }

    @Test
    void remembersWhatIsSet() {
        VideoRequest request = VideoRequest.builder("a cat")
                .negativePrompt("")
                .size(832, 480)
                .frames(81)
                .steps(20)
                .shift(12)
                .guidance(3, 4)
                .solver(Solver.EULER)
                .seed(0)
                .build();
        assertThat(request.negativePrompt()).contains("");
        assertThat(request.size()).contains(new Size(832, 480));
        assertThat(request.frames()).hasValue(81);
        assertThat(request.steps()).hasValue(20);
        assertThat(request.shift()).hasValue(12);
        assertThat(request.guidance()).contains(new Guidance(3, 4));
        assertThat(request.solver()).contains(Solver.EULER);
        assertThat(request.seed()).hasValue(0);
    }

    @Test
    void reportsAllProblemsAtOnce() {
        var builder = VideoRequest.builder("a cat")
                .image(Path.of("a.png"))
                .firstFrame(Latents.of(new float[8], 1, 2, 2, 2))
                .size(0, 480)
                .frames(0)
                .seconds(2)
                .steps(-1)
                .shift(Double.NaN)
                .guidance(-1, 4)
                .seed(-5);
        InvalidRequestException e = catchThrowableOfType(InvalidRequestException.class, builder::build);
        assertThat(e.problems())
                .containsExactly(
                        "the first frame is given in several forms, give one image or its latents",
                        "first frame has 2 latent frames, give 1",
                        "size is 0x480, both sides must be at least 1",
                        "frames and seconds are both given, give one of them",
                        "frames is 0, take at least 1",
                        "steps is -1, take at least 1",
                        "shift is NaN, take a number above 0",
                        "guidance is -1.0,4.0, take numbers from 0 upwards",
                        "seed is -5, take 0 or more, or a random one");
        assertThat(e).hasMessage(String.join("; ", e.problems()));
    }

    @Test
    void refusesNumbersThatAreNone() {
        for (double value : new double[] {Double.NaN, Double.POSITIVE_INFINITY, 0, -1}) {
            assertThatThrownBy(() -> VideoRequest.builder("x").seconds(value).build())
                    .hasMessage("seconds is " + value + ", take a number above 0");
        }
        assertThatThrownBy(() -> VideoRequest.builder("x").guidance(Double.NaN).build())
                .hasMessageContaining("guidance is NaN");
        assertThat(VideoRequest.builder("x").guidance(0).build().guidance()).contains(new Guidance(0));
    }

    @Test
    @SuppressWarnings("NullAway") // what a caller without null checks can do
    void refusesNoPrompt() {
        assertThatThrownBy(() -> VideoRequest.builder((String) null).build())
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("prompt is missing");
    }

    @Test
    void showsACheckOnlyWhatIsValidByItself() {
        assertThatThrownBy(() -> VideoRequest.builder("x").steps(0).frames(32).build(request -> {
                    assertThat(request.steps()).isEmpty();
                    return List.of("frames is " + request.frames().orElseThrow() + ", take 33");
                }))
                .hasMessage("steps is 0, take at least 1; frames is 32, take 33");
    }

    @Test
    void doesNotChangeWithItsBuilder() {
        var builder = VideoRequest.builder("x").steps(4);
        VideoRequest request = builder.build();
        builder.steps(5);
        request.toBuilder().steps(6);
        assertThat(request.steps()).hasValue(4);
    }

    @Test
    void doesNotChangeWithItsImage() {
        BufferedImage image = new BufferedImage(4, 4, BufferedImage.TYPE_4BYTE_ABGR).getSubimage(1, 1, 2, 3);
        image.setRGB(0, 0, 0x80ff0000);
        VideoRequest request = VideoRequest.builder("x").image(image).build();
        image.setRGB(0, 0, 0);
        BufferedImage copy = request.image().orElseThrow();
        assertThat(copy.getRGB(0, 0)).isEqualTo(0x80ff0000);
        assertThat(copy.getHeight()).isEqualTo(3);
        copy.setRGB(0, 0, 0);
        assertThat(request.image().orElseThrow().getRGB(0, 0)).isEqualTo(0x80ff0000);
    }

    @Test
    void equalsOneThatAsksForTheSameVideo() {
        BufferedImage image = new BufferedImage(2, 2, BufferedImage.TYPE_INT_RGB);
        VideoRequest request =
                VideoRequest.builder("x").image(image).seconds(1).seed(3).build();
        assertThat(request)
                .isEqualTo(request.toBuilder().build())
                .hasSameHashCodeAs(request.toBuilder().build());
        assertThat(VideoRequest.builder("x").image(image).seconds(1).seed(3).build())
                .isEqualTo(request);
        assertThat(request.toBuilder().listener(new ProgressListener() {}).build())
                .isEqualTo(request);
        assertThat(VideoRequest.builder(ENCODED).build())
                .isEqualTo(VideoRequest.builder(ENCODED).build());
    }

    @Test
    void differsInEverySetting() {
        VideoRequest plain = VideoRequest.builder("x").build();
        List<UnaryOperator<VideoRequest.Builder>> changes = List.of(
                b -> b.prompt("y"),
                b -> b.prompt(ENCODED),
                b -> b.negativePrompt(""),
                b -> b.negativePrompt(ENCODED),
                b -> b.image(Path.of("a.png")),
                b -> b.image(new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB)),
                b -> b.firstFrame(FRAME),
                b -> b.size(1, 1),
                b -> b.frames(1),
                b -> b.seconds(1),
                b -> b.steps(1),
                b -> b.shift(1),
                b -> b.guidance(1),
                b -> b.solver(Solver.UNIPC),
                b -> b.seed(1),
                b -> b.noise(FRAME));
        for (var change : changes) {
            VideoRequest changed = change.apply(plain.toBuilder()).build();
            assertThat(changed).isNotEqualTo(plain);
            assertThat(changed.toBuilder().build()).as("a copy of it").isEqualTo(changed);
        }
    }

    @Test
    void drawsARandomSeedOnce() {
        VideoRequest request = VideoRequest.builder("x").randomSeed().build();
        assertThat(request.seed().orElseThrow()).isBetween(0L, 0xffff_ffffL);
        assertThat(request.toBuilder().build().seed()).isEqualTo(request.seed());
    }
}
