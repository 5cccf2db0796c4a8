package io.github.wan4j.models.pipeline;

import io.github.wan4j.video.Progress;
import io.github.wan4j.video.ProgressListener;
import io.github.wan4j.video.RunReport;
import io.github.wan4j.video.Stage;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Where a job stands: measures its stages and tells whoever watches. */
final class StageClock {
    private final ProgressListener listener;
    private final Consumer<Progress> watcher;
    private final Consumer<Stage> left;
    private final long begin = System.nanoTime();
    private final Map<Stage, Long> nanos = new EnumMap<>(Stage.class);
    private Stage stage = Stage.LOAD;
    private long since = begin;
    private boolean begun;
    private int parts;
    private int finished;
    private double partDone;

    /** {@code left} is told of every stage that is over. */
    StageClock(ProgressListener listener, Consumer<Progress> watcher, Consumer<Stage> left) {
        this.listener = listener;
        this.watcher = watcher;
        this.left = left;
    }

    /** The one that is on, or was last. */
    Stage stage() {
        return stage;
    }

    /** A stage of {@code count} parts begins. */
    void begin(Stage next, int count) {
        lap();
        if (begun) {
            left.accept(stage);
        }
        begun = true;
        stage = next;
        parts = count;
        done(0, Optional.empty());
    }

    /** {@code done} parts of the stage are finished. */
    void done(int done, Optional<Duration> remaining) {
        lap();
        finished = done;
        partDone = 0;
        watcher.accept(new Progress(Optional.of(stage), done, parts, "", share(done), elapsed(), remaining));
        listener.onStage(stage, done, parts);
    }

    /** What is being done of the part in progress, and how much of that part is done, from 0 to 1. */
    void detail(String text, double partDone) {
        lap();
        this.partDone = Math.max(0, Math.min(1, partDone));
        double fraction = share(finished + this.partDone);
        watcher.accept(new Progress(Optional.of(stage), finished, parts, text, fraction, elapsed(), Optional.empty()));
        listener.onDetail(stage, text, fraction);
    }

    /** The same of something that the part has to wait for. */
    void detail(String text) {
        detail(text, partDone);
    }

    private double share(double done) {
        return parts == 0 ? 0 : Math.min(1, done / parts);
    }

    /** The stage is over, and with it the job: whoever listens hears of that from the job itself. */
    void ended() {
        lap();
        watcher.accept(new Progress(Optional.of(stage), parts, parts, "", 1, elapsed(), Optional.of(Duration.ZERO)));
    }

    /** Moves time that was spent in this stage on behalf of another. */
    void charge(Stage other, long spent) {
        nanos.merge(stage, -spent, Long::sum);
        nanos.merge(other, spent, Long::sum);
    }

    /** Time in the stage so far. */
    Duration inStage() {
        lap();
        return Duration.ofNanos(nanos.getOrDefault(stage, 0L));
    }

    Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    private void lap() {
        long now = System.nanoTime();
        nanos.merge(stage, now - since, Long::sum);
        since = now;
    }

    RunReport.Seconds seconds() {
        lap();
        return new RunReport.Seconds(
                of(Stage.LOAD) + of(Stage.QUANTISE) + of(Stage.COMPILE),
                of(Stage.ENCODE),
                of(Stage.DENOISE),
                of(Stage.DECODE),
                of(Stage.WRITE),
                elapsed().toNanos() / 1e9);
    }

    private double of(Stage stage) {
        return nanos.getOrDefault(stage, 0L) / 1e9;
    }
}
