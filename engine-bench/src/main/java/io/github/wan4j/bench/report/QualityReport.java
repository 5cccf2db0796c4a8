package io.github.wan4j.bench.report;

import io.github.wan4j.VideoEngine;
import io.github.wan4j.video.ModelSource;
import io.github.wan4j.video.Video;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * Prints how far videos get from a reference when the engine is set up in another way:
 *
 * <pre>{@code
 * QualityReport [--prompts N] [--each] MODEL REFERENCE CANDIDATE ...
 * QualityReport mini-t2v precision=bf16,tier=exact precision=fp8,tier=exact
 * }</pre>
 *
 * Every prompt of a fixed list (or the first N), its place in the list as the seed, goes through each setup. PSNR in dB over
 * all pixels of a video; {@code --each} prints every prompt's.
 */
public final class QualityReport {
    private static final String PROMPTS = "/wan4j/bench/prompts.txt";

    private QualityReport() {}

    /** All prompts, in the words of the bundled models. */
    static List<String> prompts() {
        try (InputStream in = Objects.requireNonNull(QualityReport.class.getResourceAsStream(PROMPTS), PROMPTS);
                BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            return lines.lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static void main(String... arguments) {
        run(new PrintWriter(System.out, true, StandardCharsets.UTF_8), arguments);
    }

    static void run(PrintWriter out, String... arguments) {
        Arguments given = new Arguments(arguments);
        boolean each = given.flag("--each");
        List<String> prompts = given.prompts();
        List<String> rest = given.rest();
        if (rest.size() < 3) {
            throw new IllegalArgumentException("write MODEL REFERENCE CANDIDATE ..., not " + rest);
        }
        ModelSource model = ModelSource.of(rest.get(0));
        Setup reference = Setup.parse(rest.get(1));
        List<Video> expected = videos(model, reference, prompts, out);
        out.println("| " + model + ", against " + reference.text()
                + " | mean dB | median | p10 | worst | worst prompt |\n|---|---|---|---|---|---|");
        for (String candidate : rest.subList(2, rest.size())) {
            List<Video> videos = videos(model, Setup.parse(candidate), prompts, out);
            List<Double> decibels = new ArrayList<>();
            for (int i = 0; i < prompts.size(); i++) {
                decibels.add(Psnr.of(videos.get(i), expected.get(i)));
                if (each) {
                    out.println(String.format(Locale.ROOT, "%.2f dB %s", decibels.get(i), prompts.get(i)));
                }
            }
            Decibels all = Decibels.of(decibels);
            out.println("| " + candidate + " | " + all + " | " + prompts.get(all.worstAt()) + " |");
        }
    }

    private static List<Video> videos(ModelSource model, Setup setup, List<String> prompts, PrintWriter out) {
        List<Video> videos = new ArrayList<>();
        try (VideoEngine engine = VideoEngine.open(model, setup.config())) {
            for (int i = 0; i < prompts.size(); i++) {
                videos.add(engine.generate(setup.request(prompts.get(i), i)));
            }
        }
        videos.get(videos.size() - 1).report().warnings().forEach(warning -> out.println("warning: " + warning));
        return videos;
    }
}
