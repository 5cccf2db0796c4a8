package io.github.wan4j.bench.cli;

import io.github.wan4j.video.ProgressListener;
import io.github.wan4j.video.Stage;
import io.github.wan4j.video.StepEvent;
import java.io.PrintWriter;
import java.util.Locale;

/** Tells on standard error how a job gets on: a line that is written over on a terminal, a few lines elsewhere. */
final class ProgressPrinter implements ProgressListener {
    private final PrintWriter err;
    private final boolean terminal;
    private boolean open;

    ProgressPrinter(PrintWriter err, boolean terminal) {
        this.err = err;
        this.terminal = terminal;
    }

    @Override
    public void onStage(Stage stage, int i, int n) {
        if (stage == Stage.DENOISE && i > 0) {
            return; // steps say more
        }
        if (terminal || i == 0) {
            show(stage.name().toLowerCase(Locale.ROOT) + (i == 0 ? "" : " " + i + "/" + n));
        }
    }

    @Override
    public void onDetail(Stage stage, String text, double fraction) {
        if (terminal) {
            show(String.format(
                    Locale.ROOT, "%s %.0f %%: %s", stage.name().toLowerCase(Locale.ROOT), 100 * fraction, text));
        }
    }

    @Override
    public void onStep(StepEvent step) {
        int taken = step.index() + 1;
        if (terminal || taken == step.steps() || taken % Math.max(1, step.steps() / 5) == 0) {
            show(String.format(
                    Locale.ROOT,
                    "step %d/%d, %.1f s, %.1f s left",
                    taken,
                    step.steps(),
                    step.elapsed().toMillis() / 1e3,
                    step.remaining().toMillis() / 1e3));
        }
    }

    @Override
    public void onWarning(String text) {
        finish();
        err.println("wan: warning: " + text);
    }

    private void show(String text) {
        if (terminal) {
            err.print("\r\u001b[Kwan: " + text);
            err.flush();
            open = true;
        } else {
            err.println("wan: " + text);
        }
    }

    /** Clears the line that was being written over. */
    void finish() {
        if (open) {
            err.print("\r\u001b[K");
            err.flush();
            open = false;
        }
    }
}
