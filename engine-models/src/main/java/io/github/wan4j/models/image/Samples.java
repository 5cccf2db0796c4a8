package io.github.wan4j.models.image;

import io.github.wan4j.video.InvalidRequestException;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;

/**
 * An image's samples as they are stored. {@link BufferedImage#getRGB} would convert gray and profiled images through colour
 * spaces, which the reference does not do; it serves only palettes and colours that hold their alpha.
 */
final class Samples {
    private static final int[] GRAY = {0, 0, 0};
    private static final int[] COLOURS = {0, 1, 2};

    private Samples() {}

    /** @param name what an error calls the image */
    static Rgb8 of(BufferedImage image, String name) {
        ColorModel model = image.getColorModel();
        if (model instanceof IndexColorModel || model.isAlphaPremultiplied()) {
            return converted(image);
        }
        int type = model.getTransferType();
        if (type != DataBuffer.TYPE_BYTE && type != DataBuffer.TYPE_USHORT && type != DataBuffer.TYPE_INT) {
            throw unsupported(name, "samples that are no unsigned integers");
        }
        int space = model.getColorSpace().getType();
        if (space == ColorSpace.TYPE_GRAY) {
            return stored(image, GRAY);
        }
        if (space == ColorSpace.TYPE_RGB) {
            return stored(image, COLOURS);
        }
        throw unsupported(
                name, space == ColorSpace.TYPE_CMYK ? "CMYK colours" : "colours that are neither RGB nor gray");
    }

    private static InvalidRequestException unsupported(String name, String what) {
        return new InvalidRequestException(name + " has " + what + ", convert it to RGB with 8 bits a channel");
    }

    private static Rgb8 stored(BufferedImage image, int[] bands) {
        int width = image.getWidth();
        Raster raster = image.getRaster();
        int stride = raster.getNumBands();
        byte[][] to8Bits = {to8Bits(image, bands[0]), to8Bits(image, bands[1]), to8Bits(image, bands[2])};
        byte[] pixels = new byte[width * image.getHeight() * Rgb8.CHANNELS];
        int[] row = new int[width * stride];
        int p = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            raster.getPixels(0, y, width, 1, row);
            for (int x = 0; x < row.length; x += stride) {
                for (int c = 0; c < Rgb8.CHANNELS; c++) {
                    pixels[p++] = to8Bits[c][row[x + bands[c]]];
                }
            }
        }
        return new Rgb8(width, image.getHeight(), pixels);
    }

    /** For every value of a band its 8 bits: the upper ones of many, few stretched to the whole range. */
    private static byte[] to8Bits(BufferedImage image, int band) {
        int bits = image.getColorModel().getComponentSize(band);
        byte[] table = new byte[1 << bits];
        for (int v = 0; v < table.length; v++) {
            table[v] = (byte) (bits >= 8 ? v >> (bits - 8) : Math.round(v * 255f / (table.length - 1)));
        }
        return table;
    }

    private static Rgb8 converted(BufferedImage image) {
        int width = image.getWidth();
        byte[] pixels = new byte[width * image.getHeight() * Rgb8.CHANNELS];
        int[] row = new int[width];
        int p = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            image.getRGB(0, y, width, 1, row, 0, width);
            for (int argb : row) {
                pixels[p++] = (byte) (argb >> 16);
                pixels[p++] = (byte) (argb >> 8);
                pixels[p++] = (byte) argb;
            }
        }
        return new Rgb8(width, image.getHeight(), pixels);
    }
}
