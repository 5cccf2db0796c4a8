package io.github.wan4j.models.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.wan4j.video.Frame;
import io.github.wan4j.video.VideoInfo;
import io.github.wan4j.video.WriteOption;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContactSheetTest {
    private final Path folder;

    ContactSheetTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void showsEveryFrameExactly() throws IOException {
        VideoInfo info = Clips.info(40, 30, 9);
        List<Frame> slopes = Clips.slopes(info);
        Path file = Clips.write(new ContactSheet(), folder.resolve("x.png"), info, slopes, WriteOption.columns(4));
        BufferedImage sheet = ImageIO.read(file.toFile());
        assertThat(sheet.getWidth()).isEqualTo(160);
        assertThat(sheet.getHeight()).isEqualTo(90);
        for (int i = 0; i < 9; i++) {
            BufferedImage part = sheet.getSubimage(i % 4 * 40, i / 4 * 30, 40, 30);
            assertThat(Frame.of(i, part).rgb())
                    .as("frame %d", i)
                    .isEqualTo(slopes.get(i).rgb());
        }
        BufferedImage empty = sheet.getSubimage(40, 60, 120, 30);
        assertThat(empty.getRGB(0, 0, 120, 30, null, 0, 120)).containsOnly(0xff000000);
    }

    @Test
    void mayHaveOneFrame() throws IOException {
        VideoInfo info = Clips.info(20, 10, 1);
        Path file = Clips.write(new ContactSheet(), folder.resolve("x.png"), info, Clips.disc(info));
        assertThat(ImageIO.read(file.toFile()).getWidth()).isEqualTo(20);
    }

    @Test
    void takesNoMoreColumnsThanFrames() throws IOException {
        VideoInfo info = Clips.info(20, 10, 5);
        Path file = Clips.write(
                new ContactSheet(), folder.resolve("x.png"), info, Clips.disc(info), WriteOption.columns(99));
        assertThat(ImageIO.read(file.toFile()).getWidth()).isEqualTo(100);
    }

    @ParameterizedTest
    @CsvSource({"128,128,33,7", "1280,720,81,9", "832,480,81,9", "128,128,1,1", "128,128,5,3", "480,832,17,6"})
    void choosesColumnsThatLeaveFewPlacesEmpty(int width, int height, int frames, int columns) {
        assertThat(ContactSheet.columns(Clips.info(width, height, frames))).isEqualTo(columns);
    }
}
