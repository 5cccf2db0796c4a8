package io.github.wan4j.bench.cli;

import io.github.wan4j.models.write.AtomicFile;
import io.github.wan4j.video.OutputException;
import io.github.wan4j.video.ProgressListener;
import io.github.wan4j.video.WriteOption.Existing;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;

/** What {@code --preview} writes: a row for each preview so far, the latest at the bottom. The file is whole at any moment. */
final class PreviewSheet implements ProgressListener {
    /** Height of a row at least, in pixels. */
    private static final int ROW = 96;

    private static final int GAP = 2;

    private final Path file;
    private final List<BufferedImage> rows = new ArrayList<>();
    private int last = -1;

    PreviewSheet(Path file) {
        this.file = file;
    }

    /** {@code x.mp4} has its previews in {@code x.preview.png}. */
    static Path beside(Path output) {
        String name = String.valueOf(output.getFileName());
        int dot = name.lastIndexOf('.');
        return output.resolveSibling((dot > 0 ? name.substring(0, dot) : name) + ".preview.png");
    }

    @Override
    public void onPreview(BufferedImage image, int step) {
        if (step <= last) { // sampling began anew
            rows.clear();
        }
        last = step;
        rows.add(image);
        try (AtomicFile target = AtomicFile.create(file, Existing.OVERWRITE)) {
            if (!ImageIO.write(sheet(), "png", target.temporary().toFile())) {
                throw new IllegalStateException("this Java cannot write PNG files");
            }
            Path written = target.commit();
            assert written.equals(file);
        } catch (IOException e) {
            throw new OutputException("cannot write '" + file + "': " + e.getMessage(), e);
        }
    }

    private BufferedImage sheet() {
        BufferedImage first = rows.get(0);
        int scale = Math.max(1, (ROW + first.getHeight() - 1) / first.getHeight());
        int width = first.getWidth() * scale;
        int height = first.getHeight() * scale;
        BufferedImage sheet = new BufferedImage(width, rows.size() * (height + GAP) - GAP, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = sheet.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        for (int i = 0; i < rows.size(); i++) {
            graphics.drawImage(rows.get(i), 0, i * (height + GAP), width, height, null);
        }
        graphics.dispose();
        return sheet;
    }
}
