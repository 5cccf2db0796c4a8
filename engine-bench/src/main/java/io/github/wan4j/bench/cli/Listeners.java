package io.github.wan4j.bench.cli;

import io.github.wan4j.video.Latents;
import io.github.wan4j.video.ProgressListener;
import io.github.wan4j.video.Stage;
import io.github.wan4j.video.StepEvent;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.function.Supplier;

/** Several listeners as one. */
record Listeners(List<ProgressListener> all) implements ProgressListener {
    @Override
    public void onStage(Stage stage, int i, int n) {
        all.forEach(listener -> listener.onStage(stage, i, n));
    }

    @Override
    public void onDetail(Stage stage, String text, double fraction) {
        all.forEach(listener -> listener.onDetail(stage, text, fraction));
    }

    @Override
    public void onPreview(BufferedImage image, int step) {
        all.forEach(listener -> listener.onPreview(image, step));
    }

    @Override
    public void onStep(StepEvent step) {
        all.forEach(listener -> listener.onStep(step));
    }

    @Override
    public void onLatents(Supplier<Latents> state, int step) {
        all.forEach(listener -> listener.onLatents(state, step));
    }

    @Override
    public void onWarning(String text) {
        all.forEach(listener -> listener.onWarning(text));
    }
}
