package io.github.wan4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.wan4j.video.InvalidRequestException;
import io.github.wan4j.video.ProgressListener;
import io.github.wan4j.video.Video;
import io.github.wan4j.video.VideoRequest;
import java.awt.image.BufferedImage;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What a job lets its listener see of the video it is making. */
class PreviewsTest {
    @Test
    void showsWhatTheVideoBecomes() {
        Map<Integer, BufferedImage> previews = new LinkedHashMap<>();
        VideoRequest request = VideoRequest.builder("a red circle moves right on a black background")
                .seed(42)
                .previewEvery(8)
                .listener(new ProgressListener() {
                    @Override
                    public void onPreview(BufferedImage image, int step) {
                        previews.put(step, image);
                    }
                })
                .build();
        try (VideoEngine engine = VideoEngine.open("mini-t2v")) {
            Video video = engine.generate(request);
            assertThat(previews.keySet()).containsExactly(7, 15, 19);
            BufferedImage last = Objects.requireNonNull(previews.get(19));
            assertThat(last.getWidth()).isEqualTo(5 * 16); // of nine latent frames
            assertThat(last.getHeight()).isEqualTo(16);
            // the last moment and the last frame, where the circle is and where it is not
            BufferedImage frame = video.frame(32).toImage();
            assertThat(redness(last, 64, 16)).isCloseTo(redness(frame, 0, 128), within(0.06));
            VideoRequest small =
                    SmallJobs.request().listener(new ProgressListener() {}).build();
            assertThat(SmallJobs.pixels(
                            engine.generate(small.toBuilder().previewEvery(1).build())))
                    .isEqualTo(SmallJobs.pixels(engine.generate(small))); // looking changes nothing
        }
    }

    /** The share of red pixels among those from column {@code left} on. */
    private static double redness(BufferedImage image, int left, int side) {
        int red = 0;
        for (int y = 0; y < side; y++) {
            for (int x = left; x < left + side; x++) {
                int rgb = image.getRGB(x, y);
                red += (rgb >> 16 & 255) > 128 && (rgb >> 8 & 255) < 100 && (rgb & 255) < 100 ? 1 : 0;
            }
        }
        return (double) red / side / side;
    }

    @Test
    void areRefusedMoreOftenThanEveryStep() {
        assertThatThrownBy(() -> VideoRequest.builder("x").previewEvery(0).build())
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("every 0 steps, take at least 1");
    }
}
