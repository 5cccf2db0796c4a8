package io.github.wan4j.models.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.runtime.Devices;
import io.github.wan4j.core.spi.Safety;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.testkit.GpuTest;
import io.github.wan4j.video.Stage;
import io.github.wan4j.video.Video;
import io.github.wan4j.video.VideoHandlers;
import io.github.wan4j.video.VideoJob;
import io.github.wan4j.video.VideoRequest;
import java.awt.image.BufferedImage;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The safer path of a GPU leads to a video. */
@GpuTest
class RetryOnGpuTest {
    @ParameterizedTest
    @CsvSource({"guidance, DENOISE, mini-t2v", "layout, DECODE, mini-t2v", "layout, DECODE, mini-ti2v"})
    void theJobIsDoneOnceMoreInThePlainWay(String operation, Stage stage, String model) {
        EngineConfig config = EngineConfig.builder().devices(Device.cuda(0)).build();
        UnsureSession session = new UnsureSession(Devices.find().open(Device.cuda(0), config));
        assertThat(session.ways()).containsExactly(Safety.values());
        VideoRequest request = VideoRequest.builder("a red circle moves right on a black background")
                .frames(9)
                .seed(42)
                .build();
        try (OpenModel mini = OpenModel.on(session, config, model)) {
            Jobs jobs = new Jobs(mini.model(), mini.queue());
            Video expected = jobs.submit(request, VideoHandlers.inMemory()).join();
            session.breakAt(operation, 1);
            VideoJob<Video> job = jobs.submit(request, VideoHandlers.inMemory());
            Video video = job.join();
            assertThat(job.report().retries()).hasSize(1);
            assertThat(job.report().retries().get(0).stage()).isEqualTo(stage);
            assertThat(job.report().retries().get(0).change()).contains("plain kernels and attention");
            assertThat(session.computed()).endsWith(Safety.PLAIN, Safety.FAST);
            assertThat(distance(video.frame(8).toImage(), expected.frame(8).toImage()))
                    .isLessThan(12); // the same scene: bf16 by other kernels, or fp32 frames
        }
    }

    /** Mean difference of all levels. */
    private static double distance(BufferedImage one, BufferedImage other) {
        double sum = 0;
        for (int y = 0; y < one.getHeight(); y++) {
            for (int x = 0; x < one.getWidth(); x++) {
                for (int shift = 0; shift < 24; shift += 8) {
                    sum += Math.abs(((one.getRGB(x, y) >> shift) & 255) - ((other.getRGB(x, y) >> shift) & 255));
                }
            }
        }
        return sum / (3.0 * one.getWidth() * one.getHeight());
    }
}
