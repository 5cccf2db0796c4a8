package io.github.wan4j.bench.report;

import io.github.wan4j.VideoEngine;
import io.github.wan4j.video.Latents;
import io.github.wan4j.video.ModelSource;
import io.github.wan4j.video.ProgressListener;
import io.github.wan4j.video.RunReport;
import io.github.wan4j.video.Stage;
import io.github.wan4j.video.Video;
import io.github.wan4j.video.VideoRequest;
import java.awt.image.BufferedImage;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Whole jobs of one model in several setups: what each stage was expected to hold on the device and what it held, how long it
 * took, and whether latents and video are those of the first setup.
 *
 * <pre>{@code
 * MemoryReport MODEL SETUP SETUP...
 * MemoryReport /tmp/wan-a14b size=320x192,frames=17,steps=2 size=320x192,frames=17,steps=2,residency=stream
 * }</pre>
 *
 * A setup is written as in {@link QualityReport}; each has an engine of its own. A model that needs a picture gets one.
 */
public final class MemoryReport {
    private static final String PROMPT = "a red circle moves right on a black background";
    private static final double GIB = 1L << 30;

    private MemoryReport() {}

    /** What a job made. */
    private record Result(Video video, Latents latents) {}

    public static void main(String... arguments) {
        run(new PrintWriter(System.out, true, StandardCharsets.UTF_8), arguments);
    }

    static void run(PrintWriter out, String... arguments) {
        if (arguments.length < 2) {
            throw new IllegalArgumentException("write MODEL SETUP SETUP..., not " + List.of(arguments));
        }
        out.println(
                "| setup | arrangement | GiB expected and held: encode | denoise | decode | seconds: load, encode, denoise,"
                        + " decode, write | passes | against the first |\n|---|---|---|---|---|---|---|---|");
        Result first = null;
        for (String text : List.of(arguments).subList(1, arguments.length)) {
            Result result = result(ModelSource.of(arguments[0]), Setup.parse(text));
            out.println(row(text, result, first));
            result.video().report().retries().forEach(retry -> out.println("retried: " + retry));
            result.video().report().warnings().forEach(warning -> out.println("warning: " + warning));
            first = first == null ? result : first;
        }
    }

    private static Result result(ModelSource model, Setup setup) {
        Last last = new Last();
        try (VideoEngine engine = VideoEngine.open(model, setup.config())) {
            VideoRequest.Builder request = setup.builder(PROMPT, 0).listener(last);
            if (engine.model().kind().needsImage()) {
                request = request.image(new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB));
            }
            return new Result(engine.generate(request.build()), last.latents());
        }
    }

    /** The latents of the last step. */
    private static final class Last implements ProgressListener {
        private @Nullable Latents latents;

        @Override
        public void onLatents(Supplier<Latents> state, int step) {
            latents = state.get();
        }

        Latents latents() {
            if (latents == null) {
                throw new IllegalStateException("the job made no latents");
            }
            return latents;
        }
    }

    private static String row(String setup, Result result, @Nullable Result first) {
        RunReport report = result.video().report();
        Map<Stage, Long> expected =
                report.predicted().map(plan -> plan.peakBytes().stages()).orElse(Map.of());
        List<String> cells = new ArrayList<>(List.of(setup, arrangement(report)));
        for (Stage stage : List.of(Stage.ENCODE, Stage.DENOISE, Stage.DECODE)) {
            cells.add(bytes(expected.get(stage), report.peakBytes().stages().get(stage)));
        }
        RunReport.Seconds seconds = report.seconds();
        cells.add(String.format(
                Locale.ROOT,
                "%.1f, %.2f, %.1f, %.1f, %.1f",
                seconds.load(),
                seconds.encode(),
                seconds.denoise(),
                seconds.decode(),
                seconds.write()));
        cells.add(String.valueOf(report.forwards()));
        cells.add(first == null ? "" : difference(result, first));
        return "| " + String.join(" | ", cells) + " |";
    }

    private static String arrangement(RunReport report) {
        List<String> values = report.choices().stream()
                .filter(choice -> List.of(
                                "residency", "text encoder", "prompt weights", "vae chunk", "vae tile", "arrangement")
                        .contains(choice.name()))
                .map(RunReport.Choice::value)
                .toList();
        return String.join(", ", values);
    }

    private static String bytes(@Nullable Long expected, @Nullable Long held) {
        return expected == null || held == null
                ? ""
                : String.format(
                        Locale.ROOT,
                        "%.2f, %.2f (%+.0f %%)",
                        expected / GIB,
                        held / GIB,
                        100.0 * (expected - held) / held);
    }

    private static String difference(Result result, Result first) {
        double decibels = Psnr.of(result.video(), first.video());
        boolean same = result.latents().equals(first.latents());
        return (same ? "latents equal bit for bit" : "latents differ")
                + (decibels == Psnr.IDENTICAL
                        ? ", video equal"
                        : String.format(Locale.ROOT, ", video %.1f dB", decibels));
    }
}
