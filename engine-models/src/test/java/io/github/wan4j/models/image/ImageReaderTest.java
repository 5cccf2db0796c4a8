package io.github.wan4j.models.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.wan4j.video.InvalidRequestException;
import io.github.wan4j.video.Size;
import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageReaderTest {
    private final Path folder;

    ImageReaderTest(@TempDir Path folder) {
        this.folder = folder;
    }

    /** Written by Pillow, with what its convert('RGB') makes of it beside it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "rgb",
                "rgba",
                "gray",
                "gray-alpha",
                "palette",
                "palette-alpha",
                "one-bit",
                "four-bit",
                "rgb16",
                "gamma"
            })
    void pngsAreReadAsTheReferenceReadsThem(String name) throws IOException {
        Rgb8 picture = ImageReader.read(resource(name + ".png"));
        assertThat(picture.size()).isEqualTo(new Size(13, 9));
        assertThat(picture.pixels()).isEqualTo(Files.readAllBytes(resource(name + ".png.rgb")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rgb", "gray", "progressive", "orientation", "profile"})
    void jpegsAreReadAsTheReferenceReadsThemUpToRounding(String name) throws IOException {
        Rgb8 picture = ImageReader.read(resource(name + ".jpg"));
        assertThat(picture.size()).isEqualTo(new Size(13, 9));
        byte[] expected = Files.readAllBytes(resource(name + ".jpg.rgb"));
        for (int i = 0; i < expected.length; i++) {
            assertThat(picture.pixels()[i] & 0xFF).isBetween((expected[i] & 0xFF) - 3, (expected[i] & 0xFF) + 3);
        }
    }

    @Test
    void sixteenBitGrayKeepsItsUpperHalf() {
        BufferedImage image = new BufferedImage(3, 1, BufferedImage.TYPE_USHORT_GRAY);
        image.getRaster().setPixels(0, 0, 3, 1, new int[] {0, 0x1234, 0xFFFF});
        assertThat(ImageReader.of(image).pixels()).containsExactly(0, 0, 0, 0x12, 0x12, 0x12, 0xFF, 0xFF, 0xFF);
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                BufferedImage.TYPE_INT_RGB,
                BufferedImage.TYPE_INT_ARGB,
                BufferedImage.TYPE_INT_BGR,
                BufferedImage.TYPE_3BYTE_BGR,
                BufferedImage.TYPE_4BYTE_ABGR
            })
    void everyWayToStoreColoursGivesTheSameBytes(int type) {
        BufferedImage image = new BufferedImage(2, 2, type);
        image.setRGB(0, 0, 2, 2, new int[] {0xFF010203, 0xFFFF8040, 0xFF000000, 0xFFABCDEF}, 0, 2);
        assertThat(ImageReader.of(image).pixels())
                .containsExactly(1, 2, 3, 0xFF, 0x80, 0x40, 0, 0, 0, 0xAB, 0xCD, 0xEF);
        assertThat(ImageReader.of(image.getSubimage(1, 1, 1, 1)).pixels()).containsExactly(0xAB, 0xCD, 0xEF);
    }

    @Test
    void alphaIsDroppedNotComposited() {
        BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_INT_ARGB);
        image.setRGB(0, 0, 0x00C86432);
        image.setRGB(1, 0, 0x80C86432);
        assertThat(ImageReader.of(image).pixels()).containsExactly(0xC8, 0x64, 0x32, 0xC8, 0x64, 0x32);
        BufferedImage multiplied = new BufferedImage(1, 1, BufferedImage.TYPE_INT_ARGB_PRE);
        multiplied.setRGB(0, 0, 0xCCC86432);
        Rgb8 restored = ImageReader.of(multiplied);
        assertThat(restored.pixels()[0] & 0xFF).isBetween(0xC7, 0xC9);
    }

    @Test
    void fewBitsAreStretchedToTheWholeRange() {
        BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_USHORT_565_RGB);
        image.setRGB(0, 0, 0xFFFFFFFF);
        assertThat(ImageReader.of(image).pixels()).containsExactly(0xFF, 0xFF, 0xFF, 0, 0, 0);
        byte[] levels = {0, (byte) 200};
        IndexColorModel palette = new IndexColorModel(1, 2, levels, new byte[] {7, 8}, levels);
        BufferedImage indexed = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_BINARY, palette);
        indexed.getRaster().setSample(1, 0, 0, 1);
        assertThat(ImageReader.of(indexed).pixels()).containsExactly(0, 7, 0, 200, 8, 200);
    }

    @Test
    void coloursThatAreNoRgbAreRefused() {
        ComponentColorModel floats = new ComponentColorModel(
                ColorSpace.getInstance(ColorSpace.CS_sRGB), false, false, Transparency.OPAQUE, DataBuffer.TYPE_FLOAT);
        WritableRaster raster = floats.createCompatibleWritableRaster(4, 2);
        assertThatThrownBy(() -> ImageReader.of(new BufferedImage(floats, raster, false, null)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("image of 4x2 pixels has samples that are no unsigned integers,"
                        + " convert it to RGB with 8 bits a channel");
        ComponentColorModel xyz = new ComponentColorModel(
                ColorSpace.getInstance(ColorSpace.CS_CIEXYZ), false, false, Transparency.OPAQUE, DataBuffer.TYPE_BYTE);
        WritableRaster bytes = Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, 4, 2, 3, null);
        assertThatThrownBy(() -> ImageReader.of(new BufferedImage(xyz, bytes, false, null)))
                .hasMessageContaining("colours that are neither RGB nor gray");
    }

    @Test
    void aCmykJpegIsRefusedByName() throws IOException {
        Path file = resource("cmyk.jpg");
        assertThatThrownBy(() -> ImageReader.read(file))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageStartingWith("image '" + file + "' ");
    }

    @Test
    void whatIsNoImageIsRefusedInOneSentence() throws IOException {
        Map<String, String> expected = new TreeMap<>();
        expected.put("absent.png", "does not exist");
        Files.createDirectory(folder.resolve("folder.png"));
        expected.put("folder.png", "is not a file");
        Files.createFile(folder.resolve("empty.png"));
        expected.put("empty.png", "is empty");
        Files.writeString(folder.resolve("text.png"), "not an image");
        expected.put("text.png", "is neither PNG nor JPEG, save it as one of these");
        ImageIO.write(
                new BufferedImage(2, 2, BufferedImage.TYPE_INT_RGB),
                "bmp",
                folder.resolve("x.bmp").toFile());
        expected.put("x.bmp", "is neither PNG nor JPEG, save it as one of these");
        expected.forEach((name, reason) -> assertThatThrownBy(() -> ImageReader.read(folder.resolve(name)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("image '" + folder.resolve(name) + "' " + reason));
    }

    @Test
    void aBombIsRefusedBeforeItIsUnpacked() throws IOException {
        byte[] png = Files.readAllBytes(resource("rgb.png"));
        Arrays.fill(png, 18, 20, (byte) 0x40);
        Arrays.fill(png, 22, 24, (byte) 0x40);
        Path file = Files.write(folder.resolve("bomb.png"), png);
        assertThatThrownBy(() -> ImageReader.read(file))
                .hasMessage("image '" + file + "' has 270536704 pixels, at most 178956970 are read");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rgb.png", "rgb.jpg", "progressive.jpg"})
    void aFileCutAnywhereIsRefusedUntilAllPixelsAreThere(String name) throws IOException {
        byte[] whole = Files.readAllBytes(resource(name));
        byte[] pixels = ImageReader.read(resource(name)).pixels();
        Path file = folder.resolve(name);
        int refused = 0;
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            Rgb8[] picture = new Rgb8[1];
            Throwable thrown = catchThrowable(() -> picture[0] = ImageReader.read(file));
            if (thrown == null) {
                assertThat(picture[0].pixels()).isEqualTo(pixels);
            } else {
                assertThat(thrown).isInstanceOf(InvalidRequestException.class).hasMessageStartingWith("image '" + file);
                refused++;
            }
        }
        // PNG: the checksum of the pixels and the end chunk may be missing
        assertThat(whole.length - refused).isBetween(0, 24);
    }

    private Path resource(String name) throws IOException {
        Path file = folder.resolve(name);
        try (InputStream in = ImageReaderTest.class.getResourceAsStream("/images/" + name)) {
            assertThat(in).as(name).isNotNull();
            return Files.write(file, in.readAllBytes());
        }
    }
}
