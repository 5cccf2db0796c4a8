package io.github.wan4j.video;

import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;

/** One picture of a video: 8 bits a channel, red, green, blue, row by row from the top. */
public final class Frame {
    private final int index;
    private final int width;
    private final int height;
    private final ByteBuffer rgb;

    private Frame(int index, int width, int height, ByteBuffer rgb) {
        if (index < 0 || width < 1 || height < 1) {
            throw new IllegalArgumentException("frame " + index + " of " + width + "x" + height);
        }
        if (rgb.remaining() != Math.multiplyExact(Math.multiplyExact(width, height), 3)) {
            throw new IllegalArgumentException("frame " + index + " of " + width + "x" + height + " needs "
                    + 3L * width * height + " bytes, there are " + rgb.remaining());
        }
        this.index = index;
        this.width = width;
        this.height = height;
        this.rgb = rgb.slice().asReadOnlyBuffer();
    }

    /** A view of the bytes [height, width, 3] between position and limit, which nobody may write to from now on. */
    public static Frame of(int index, int width, int height, ByteBuffer rgb) {
        return new Frame(index, width, height, rgb);
    }

    /** The colours of an image; what is transparent in it is ignored. */
    public static Frame of(int index, BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        ByteBuffer rgb = ByteBuffer.allocate(Math.multiplyExact(Math.multiplyExact(width, height), 3));
        for (int pixel : image.getRGB(0, 0, width, height, null, 0, width)) {
            rgb.put((byte) (pixel >> 16)).put((byte) (pixel >> 8)).put((byte) pixel);
        }
        return new Frame(index, width, height, rgb.flip());
    }

    /** Counts from 0. */
    public int index() {
        return index;
    }

    public int width() {
        return width;
    }

    public int height() {
        return height;
    }

    /** The bytes [height, width, 3], read-only, with a position of their own. */
    public ByteBuffer rgb() {
        return rgb.duplicate();
    }

    /** A copy as an image of type {@link BufferedImage#TYPE_INT_RGB}. */
    public BufferedImage toImage() {
        int[] pixels = new int[width * height];
        ByteBuffer bytes = rgb();
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (bytes.get() & 255) << 16 | (bytes.get() & 255) << 8 | (bytes.get() & 255);
        }
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        image.setRGB(0, 0, width, height, pixels, 0, width);
        return image;
    }

    @Override
    public String toString() {
        return "frame " + index + " " + width + "x" + height;
    }
}
