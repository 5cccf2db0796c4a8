package io.github.wan4j.models.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.Precision;
import io.github.wan4j.core.Residency;
import io.github.wan4j.core.TextEncoderPlace;
import io.github.wan4j.core.runtime.Devices;
import io.github.wan4j.core.spi.DeviceSession;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.testkit.GpuTest;
import io.github.wan4j.models.load.ModelFolder;
import io.github.wan4j.models.plan.Arrangement;
import io.github.wan4j.video.Frame;
import io.github.wan4j.video.ModelSource;
import io.github.wan4j.video.Video;
import io.github.wan4j.video.VideoHandlers;
import io.github.wan4j.video.VideoRequest;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole jobs with the weights in every place, against those with all of them on the GPU. */
@GpuTest
class GpuResidencyTest {
    private static List<ByteBuffer> video(Model model, Residency residency, TextEncoderPlace place) {
        VideoRequest request = VideoRequest.builder("a red circle moves right on a black background")
                .size(128, 128)
                .frames(9)
                .steps(6)
                .build();
        ResolvedRequest resolved = model.resolve(request);
        ResolvedRequest arranged = new ResolvedRequest(
                resolved.plan().arranged(new Arrangement(residency, place, 2, null, true), "for a test"),
                resolved.prompt(),
                resolved.negative(),
                resolved.image(),
                resolved.firstFrame(),
                resolved.seed(),
                resolved.noise(),
                resolved.listener(),
                resolved.previewEvery());
        Pipeline pipeline = new Pipeline(model, arranged, new Cancellation(), progress -> {});
        Video video = model.parts().session().call(() -> pipeline.run(VideoHandlers.inMemory()));
        assertThat(video.report().warnings()).isEmpty();
        return video.frames().map(Frame::rgb).toList();
    }

    @ParameterizedTest
    @CsvSource({"mini-t2v, bf16", "mini-t2v, fp8", "mini-t2v, fp32", "mini-ti2v, bf16", "mini-ti2v, fp8"})
    void everyResidencyGivesTheSameVideo(String name, String precision) {
        EngineConfig config = EngineConfig.builder()
                .precision(Precision.parse(precision))
                .cacheDir(EngineConfig.fromEnvironment().cacheDir())
                .build();
        try (DeviceSession session = Devices.find().open(Device.cuda(0), config);
                Model model =
                        new Model(ModelFolder.open(ModelSource.of(name), config.cacheDir()), config, session, "test")) {
            List<ByteBuffer> expected = video(model, Residency.RESIDENT, TextEncoderPlace.FREE);
            assertThat(video(model, Residency.STREAM, TextEncoderPlace.FREE)).isEqualTo(expected);
            long empty = session.memory().used().orElseThrow();
            for (int round = 0; round < 3; round++) {
                for (Residency residency : new Residency[] {Residency.STREAM, Residency.ONE_EXPERT}) {
                    assertThat(video(model, residency, TextEncoderPlace.FREE))
                            .as(residency.toString())
                            .isEqualTo(expected);
                    assertThat(session.memory().used().orElseThrow())
                            .as("bytes on the device after " + residency)
                            .isEqualTo(empty);
                }
            }
            assertThat(video(model, Residency.RESIDENT, TextEncoderPlace.GPU)).isEqualTo(expected);
            assertThat(video(model, Residency.ONE_EXPERT, TextEncoderPlace.CPU)).hasSameSizeAs(expected);
            assertThat(session.memory().used().orElseThrow()).isEqualTo(empty);
        }
    }
}
