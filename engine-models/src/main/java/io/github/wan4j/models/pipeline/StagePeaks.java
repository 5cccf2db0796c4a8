package io.github.wan4j.models.pipeline;

import io.github.wan4j.core.spi.DeviceSession;
import io.github.wan4j.video.Stage;
import java.util.EnumMap;
import java.util.Map;

/** The most that a device held in each stage of a job, where it tells. */
final class StagePeaks {
    private final DeviceSession session;
    private final Map<Stage, Long> peaks = new EnumMap<>(Stage.class);

    StagePeaks(DeviceSession session) {
        this.session = session;
        session.takePeak(); // what was before is another job's
    }

    /** {@code stage} is over. */
    void left(Stage stage) {
        session.takePeak().ifPresent(bytes -> peaks.merge(stage, bytes, Math::max));
    }

    Map<Stage, Long> bytes() {
        return peaks;
    }
}
