package io.github.wan4j.models.write;

import io.github.wan4j.video.Frame;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/** At most 256 colours for one picture, which keeps its own where it has no more, and the picture in them. */
final class Palette {
    private static final int MOST = 256;

    private final ColourCells cells;
    private final byte[] rgb;
    private final byte[] indexOfCell;

    private Palette(ColourCells cells, List<ColourBox> boxes) {
        this.cells = cells;
        rgb = new byte[boxes.size() * 3];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) Math.round(boxes.get(i / 3).mean(i % 3));
        }
        indexOfCell = new byte[cells.count()];
        for (int cell = 0; cell < indexOfCell.length; cell++) {
            indexOfCell[cell] = (byte) nearest(cells.mean(cell, 0), cells.mean(cell, 1), cells.mean(cell, 2));
        }
    }

    static Palette of(Frame frame) {
        ColourCells cells = ColourCells.of(frame.rgb(), MOST);
        return new Palette(cells, ColourBox.divide(cells, MOST));
    }

    private int nearest(float red, float green, float blue) {
        int best = 0;
        float least = Float.POSITIVE_INFINITY;
        for (int i = 0; i < rgb.length; i += 3) {
            float r = (rgb[i] & 255) - red;
            float g = (rgb[i + 1] & 255) - green;
            float b = (rgb[i + 2] & 255) - blue;
            float distance = r * r + g * g + b * b;
            if (distance < least) {
                least = distance;
                best = i / 3;
            }
        }
        return best;
    }

    /** The picture without dithering, which would flicker and hardly compress. */
    BufferedImage apply(Frame frame) {
        int bits = Math.max(1, 32 - Integer.numberOfLeadingZeros(rgb.length / 3 - 1));
        IndexColorModel model = new IndexColorModel(8, 1 << bits, Arrays.copyOf(rgb, 3 << bits), 0, false);
        byte[] indices = new byte[frame.width() * frame.height()];
        ByteBuffer pixels = frame.rgb();
        for (int i = 0; i < indices.length; i++) {
            indices[i] = indexOfCell[cells.of(pixels.get() & 255, pixels.get() & 255, pixels.get() & 255)];
        }
        BufferedImage image = new BufferedImage(frame.width(), frame.height(), BufferedImage.TYPE_BYTE_INDEXED, model);
        image.getRaster().setDataElements(0, 0, frame.width(), frame.height(), indices);
        return image;
    }
}
