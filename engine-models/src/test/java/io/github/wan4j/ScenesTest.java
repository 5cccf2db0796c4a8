package io.github.wan4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.wan4j.models.write.Mp4Reader;
import io.github.wan4j.video.Frame;
import io.github.wan4j.video.Video;
import io.github.wan4j.video.VideoHandlers;
import io.github.wan4j.video.VideoRequest;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Looks at the videos: does what the prompt says happen in what the files show? */
class ScenesTest {
    private static final long SEED = 20220;
    private static final int SCENES = 8;

    /** One of so many goes on from a picture. */
    private static final int IMAGE_EVERY = 4;

    private final Path folder;

    ScenesTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void theScenesHoldEveryWord() {
        for (long seed : new long[] {SEED, SEED + 1}) {
            List<Scene> scenes = Scene.draw(seed, SCENES);
            assertThat(scenes.stream().map(Scene::colour).distinct()).hasSize(6);
            assertThat(scenes.stream().map(Scene::shape).distinct()).hasSize(3);
            assertThat(scenes.stream().map(Scene::direction).distinct()).hasSize(4);
            assertThat(scenes.stream().map(Scene::background).distinct()).hasSize(3);
        }
    }

    @Test
    void theTwoExpertsDrawWhatTheyAreAskedFor() throws IOException {
        try (VideoEngine engine = VideoEngine.open("mini-t2v")) {
            List<Scene> scenes = Scene.draw(SEED, SCENES);
            for (int i = 0; i < scenes.size(); i++) {
                Scene scene = scenes.get(i);
                Video video = engine.generate(
                        VideoRequest.builder(scene.prompt()).seed(i).build());
                check(scene, scenes.get((i + 1) % scenes.size()), video, i);
            }
        }
    }

    @Test
    void theOneTransformerDrawsFromTextAndFromImages() throws IOException {
        try (VideoEngine engine = VideoEngine.open("mini-ti2v")) {
            List<Scene> scenes = Scene.draw(SEED + 1, SCENES);
            BufferedImage first = null;
            for (int i = 0; i < scenes.size(); i++) {
                Scene scene = scenes.get(i);
                VideoRequest.Builder request =
                        VideoRequest.builder(scene.prompt()).seed(i);
                if (i % IMAGE_EVERY == IMAGE_EVERY - 1) {
                    // the first frame of the text's own video, as a user would go on from a still
                    BufferedImage still =
                            engine.generate(request.build()).frame(0).toImage();
                    request.image(still);
                    first = still;
                }
                Video video = engine.generate(request.build());
                check(scene, scenes.get((i + 1) % scenes.size()), video, i);
                if (i % IMAGE_EVERY == IMAGE_EVERY - 1 && first != null) {
                    assertThat(difference(video.frame(0).toImage(), first))
                            .as("first frame against the image")
                            .isLessThan(12);
                }
            }
        }
    }

    private void check(Scene scene, Scene other, Video video, int index) throws IOException {
        Path mp4 = video.writeTo(
                VideoHandlers.mp4(folder.resolve(index + "-" + video.info().model() + ".mp4")));
        Path gif = video.writeTo(
                VideoHandlers.gif(folder.resolve(index + "-" + video.info().model() + ".gif")));
        Path png = video.writeTo(VideoHandlers.contactSheet(
                folder.resolve(index + "-" + video.info().model() + ".png")));
        for (List<BufferedImage> frames : List.of(readMp4(mp4), readGif(gif), readSheet(png, video))) {
            assertThat(frames).hasSize(video.frameCount());
            assertThat(scene.faults(frames)).as(scene.prompt()).isEmpty();
            assertThat(other.faults(frames)).as("another prompt's check").isNotEmpty();
        }
    }

    private static List<BufferedImage> readMp4(Path file) throws IOException {
        List<BufferedImage> frames = new ArrayList<>();
        try (Mp4Reader reader = Mp4Reader.open(file)) {
            for (Frame frame = reader.next(); frame != null; frame = reader.next()) {
                frames.add(frame.toImage());
            }
        }
        return frames;
    }

    private static List<BufferedImage> readGif(Path file) throws IOException {
        Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName("gif");
        ImageReader reader = readers.next();
        List<BufferedImage> frames = new ArrayList<>();
        try (ImageInputStream in = ImageIO.createImageInputStream(file.toFile())) {
            reader.setInput(in);
            int count = reader.getNumImages(true);
            for (int i = 0; i < count; i++) {
                BufferedImage frame =
                        new BufferedImage(reader.getWidth(0), reader.getHeight(0), BufferedImage.TYPE_INT_RGB);
                Graphics2D graphics = frame.createGraphics();
                graphics.drawImage(reader.read(i), 0, 0, null);
                graphics.dispose();
                frames.add(frame);
            }
        } finally {
            reader.dispose();
        }
        return frames;
    }

    private static List<BufferedImage> readSheet(Path file, Video video) throws IOException {
        BufferedImage sheet = ImageIO.read(file.toFile());
        int width = video.info().width();
        int height = video.info().height();
        int columns = sheet.getWidth() / width;
        List<BufferedImage> frames = new ArrayList<>();
        for (int i = 0; i < video.frameCount(); i++) {
            frames.add(sheet.getSubimage(i % columns * width, i / columns * height, width, height));
        }
        return frames;
    }

    private static double difference(BufferedImage a, BufferedImage b) {
        double sum = 0;
        for (int y = 0; y < a.getHeight(); y++) {
            for (int x = 0; x < a.getWidth(); x++) {
                for (int shift = 0; shift < 24; shift += 8) {
                    sum += Math.abs((a.getRGB(x, y) >> shift & 255) - (b.getRGB(x, y) >> shift & 255));
                }
            }
        }
        return sum / (3.0 * a.getWidth() * a.getHeight());
    }
}
