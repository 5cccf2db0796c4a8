package io.github.wan4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.wan4j.video.Video;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs and their steps show in a flight recording. */
class RecordingTest {
    @Test
    void aJobAndItsStepsAreEvents(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("job.jfr");
        try (Recording recording = new Recording();
                VideoEngine engine = VideoEngine.open("mini-t2v")) {
            recording.start();
            Video video = engine.generate(SmallJobs.request().seed(9).build());
            assertThat(video.frameCount()).isEqualTo(5);
            recording.stop();
            recording.dump(file);
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(file);
        List<RecordedEvent> jobs = named(events, "wan4j.Job");
        assertThat(jobs).hasSize(1);
        assertThat(jobs.get(0).getLong("seed")).isEqualTo(9);
        assertThat(jobs.get(0).getString("model")).isEqualTo("mini-t2v");
        List<RecordedEvent> steps = named(events, "wan4j.Step");
        assertThat(steps).extracting(step -> step.getInt("index")).containsExactly(0, 1);
        assertThat(steps).extracting(step -> step.getInt("forwards")).containsExactly(2, 2);
        assertThat(steps).allSatisfy(step -> assertThat(step.getDuration()).isPositive());
    }

    private static List<RecordedEvent> named(List<RecordedEvent> events, String name) {
        return events.stream()
                .filter(event -> event.getEventType().getName().equals(name))
                .toList();
    }
}
