package io.github.wan4j.models.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LanczosTest {
    @Test
    void theSameSizeIsTheSamePicture() {
        Rgb8 picture = random(7, 5);
        assertThat(Lanczos.resize(picture, 7, 5)).isSameAs(picture);
    }

    @Test
    void changingOnlyTheWidthKeepsRowsApart() {
        Rgb8 picture = random(20, 4);
        Rgb8 resized = Lanczos.resize(picture, 9, 4);
        for (int y = 0; y < 4; y++) {
            Rgb8 alone = Lanczos.resize(new Rgb8(20, 1, row(picture, y)), 9, 1);
            assertThat(row(resized, y)).isEqualTo(alone.pixels());
        }
    }

    @Test
    void heightIsResizedAsWidth() {
        Rgb8 picture = random(6, 31);
        assertThat(turned(Lanczos.resize(turned(picture), 12, 6)).pixels())
                .isEqualTo(Lanczos.resize(picture, 6, 12).pixels());
    }

    @Test
    void oneColourStaysThatColour() {
        for (int value : new int[] {0, 1, 127, 128, 254, 255}) {
            byte[] pixels = new byte[13 * 11 * 3];
            Arrays.fill(pixels, (byte) value);
            assertThat(Lanczos.resize(new Rgb8(13, 11, pixels), 40, 3).pixels()).containsOnly((byte) value);
        }
    }

    @Test
    void overshootIsClampedNotWrapped() {
        byte[] pixels = new byte[40 * 3];
        Arrays.fill(pixels, 20 * 3, 40 * 3, (byte) 255);
        byte[] wide = Lanczos.resize(new Rgb8(40, 1, pixels), 400, 1).pixels();
        for (int x = 0; x < 195; x++) {
            assertThat(wide[3 * x] & 0xFF).isLessThan(16);
            assertThat(wide[3 * (399 - x)] & 0xFF).isGreaterThan(239);
        }
    }

    @Test
    void farSizesWork() {
        assertThat(Lanczos.resize(random(1, 1), 3, 2).size().area()).isEqualTo(6);
        assertThat(Lanczos.resize(random(500, 1), 1, 70).size().area()).isEqualTo(70);
        assertThat(Lanczos.resize(random(2, 300), 900, 1).size().area()).isEqualTo(900);
    }

    private static Rgb8 random(int width, int height) {
        byte[] pixels = new byte[width * height * 3];
        new Random(width * 31L + height).nextBytes(pixels);
        return new Rgb8(width, height, pixels);
    }

    private static byte[] row(Rgb8 picture, int y) {
        int stride = picture.width() * 3;
        return Arrays.copyOfRange(picture.pixels(), y * stride, (y + 1) * stride);
    }

    private static Rgb8 turned(Rgb8 picture) {
        byte[] pixels = new byte[picture.pixels().length];
        for (int y = 0; y < picture.height(); y++) {
            for (int x = 0; x < picture.width(); x++) {
                int from = (y * picture.width() + x) * 3;
                System.arraycopy(picture.pixels(), from, pixels, (x * picture.height() + y) * 3, 3);
            }
        }
        return new Rgb8(picture.height(), picture.width(), pixels);
    }
}
