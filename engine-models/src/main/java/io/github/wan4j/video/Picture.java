package io.github.wan4j.video;

import java.awt.image.BufferedImage;
import java.util.Arrays;

/** A copy of a caller's image that nobody else can change, compared by its pixels. */
final class Picture {
    private final BufferedImage image;

    Picture(BufferedImage image) {
        this.image = copy(image);
    }

    BufferedImage toImage() {
        return copy(image);
    }

    /** Keeps the colour model, so that palettes, alpha and 16 bits reach the resizing code as they came. */
    private static BufferedImage copy(BufferedImage image) {
        return new BufferedImage(
                image.getColorModel(),
                image.copyData(image.getRaster().createCompatibleWritableRaster()),
                image.isAlphaPremultiplied(),
                null);
    }

    private int[] pixels() {
        return image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Picture that
                && image.getWidth() == that.image.getWidth()
                && image.getColorModel().equals(that.image.getColorModel())
                && Arrays.equals(pixels(), that.pixels());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(pixels());
    }
}
