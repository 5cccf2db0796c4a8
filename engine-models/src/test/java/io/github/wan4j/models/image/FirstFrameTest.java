package io.github.wan4j.models.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.wan4j.video.Size;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FirstFrameTest {
    private static final GoldenImages GOLDEN = GoldenImages.load();

    static Stream<String> cropped() {
        return GOLDEN.names().stream().filter(name -> name.contains(".ti2v."));
    }

    static Stream<String> stretched() {
        return GOLDEN.names().stream().filter(name -> name.contains(".i2v."));
    }

    @Test
    void theGoldensHoldBothKinds() {
        assertThat(cropped()).hasSize(5);
        assertThat(stretched()).hasSize(3);
    }

    @ParameterizedTest
    @MethodSource("cropped")
    void croppedIsTheReferenceByteForByte(String name) {
        String[] parts = name.split("\\.", -1);
        Rgb8 picture = GOLDEN.picture(parts[0] + ".u8");
        Rgb8 expected = GOLDEN.picture(name);
        Size size = AreaBudget.textImageToVideo(picture.size(), budget(parts[2]));
        assertThat(size).isEqualTo(expected.size());
        assertThat(FirstFrame.cover(picture, size).pixels()).isEqualTo(expected.pixels());
        FirstFrame frame = FirstFrame.cropped(picture, budget(parts[2]));
        assertThat(frame.size()).isEqualTo(expected.size());
        assertThat(frame.planes()).isEqualTo(expected.planes());
    }

    @ParameterizedTest
    @MethodSource("stretched")
    void stretchedIsTheReferenceWithinItsLastBits(String name) {
        String[] parts = name.split("\\.", -1);
        FirstFrame frame = FirstFrame.stretched(GOLDEN.picture(parts[0] + ".u8"), budget(parts[2]));
        int[] shape = GOLDEN.shape(name);
        assertThat(frame.size()).isEqualTo(new Size(shape[2], shape[1]));
        float[] expected = GOLDEN.floats(name);
        float[] actual = frame.planes();
        assertThat(actual).hasSameSizeAs(expected);
        double worst = 0;
        for (int i = 0; i < expected.length; i++) {
            worst = Math.max(worst, Math.abs(actual[i] - expected[i]));
        }
        // Math.max hands a NaN on, and the comparison then fails
        assertThat(worst).isLessThanOrEqualTo(2e-6);
    }

    @Test
    void planesRunChannelByChannelFromMinusOneToOne() {
        Rgb8 picture = new Rgb8(2, 1, new byte[] {0, (byte) 255, 51, (byte) 204, 0, (byte) 255});
        float[] expected = {-1f, 0.6f, 1f, -1f, -0.6f, 1f};
        assertThat(picture.planes()).containsExactly(expected, within(1e-6f));
    }

    @Test
    void aSinglePixelFillsTheFrame() {
        Rgb8 pixel = new Rgb8(1, 1, new byte[] {(byte) 255, 0, 51});
        Size size = new Size(64, 64);
        for (FirstFrame frame : List.of(FirstFrame.cropped(pixel, size), FirstFrame.stretched(pixel, size))) {
            assertThat(frame.size()).isEqualTo(size);
            for (int i = 0; i < 64 * 64; i++) {
                assertThat(frame.planes()[i]).isCloseTo(1f, within(1e-6f));
                assertThat(frame.planes()[64 * 64 + i]).isCloseTo(-1f, within(1e-6f));
                assertThat(frame.planes()[2 * 64 * 64 + i]).isCloseTo(-0.6f, within(1e-6f));
            }
        }
    }

    @Test
    void aVeryLongPictureIsResizedBothWays() {
        byte[] pixels = new byte[2000 * 10 * 3];
        new Random(3).nextBytes(pixels);
        Rgb8 picture = new Rgb8(2000, 10, pixels);
        assertThat(FirstFrame.cropped(picture, new Size(500, 500)).size()).isEqualTo(new Size(7040, 32));
        assertThat(FirstFrame.stretched(picture, new Size(500, 500)).size()).isEqualTo(new Size(7056, 32));
    }

    @Test
    void aPictureOfTheSizeIsLeftAsItIs() {
        byte[] pixels = new byte[96 * 64 * 3];
        new Random(1).nextBytes(pixels);
        Rgb8 picture = new Rgb8(96, 64, pixels);
        assertThat(FirstFrame.cover(picture, new Size(96, 64)).pixels()).isEqualTo(pixels);
        assertThat(Bicubic.resize(picture.planes(), picture.size(), picture.size()))
                .isEqualTo(picture.planes());
    }

    private static Size budget(String area) {
        return new Size(Integer.parseInt(area), 1);
    }
}
