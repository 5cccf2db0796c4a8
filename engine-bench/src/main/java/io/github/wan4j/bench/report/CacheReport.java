package io.github.wan4j.bench.report;

import io.github.wan4j.VideoEngine;
import io.github.wan4j.video.RunReport;
import io.github.wan4j.video.Video;
import io.github.wan4j.video.VideoRequest;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Prints how far videos get from those of the same seeds when steps are reused, and what that saves:
 *
 * <pre>{@code
 * CacheReport [--prompts N] [--each] MODEL STEPS CACHE ...
 * CacheReport mini-t2v 20 magcache teacache:speedup=1.54 magcache:threshold=0.1,k=2,retention=0.2 mask:####.##.##.#########
 * }</pre>
 *
 * Every prompt of the list of {@link QualityReport}, its place as the seed, goes through each; PSNR in dB over all pixels.
 */
public final class CacheReport {
    private final VideoEngine engine;
    private final int steps;
    private final List<String> prompts;
    private final boolean each;
    private final PrintWriter out;
    private final List<Video> plain = new ArrayList<>();

    private CacheReport(VideoEngine engine, int steps, List<String> prompts, boolean each, PrintWriter out) {
        this.engine = engine;
        this.steps = steps;
        this.prompts = prompts;
        this.each = each;
        this.out = out;
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
            throw new IllegalArgumentException("write MODEL STEPS CACHE ..., not " + rest);
        }
        List<ReuseSetup> setups =
                rest.subList(2, rest.size()).stream().map(ReuseSetup::parse).toList();
        try (VideoEngine engine = VideoEngine.open(rest.get(0))) {
            new CacheReport(engine, Integer.parseInt(rest.get(1)), prompts, each, out).print(setups);
        }
    }

    private void print(List<ReuseSetup> setups) {
        for (int i = 0; i < prompts.size(); i++) {
            plain.add(engine.generate(request(i).build()));
        }
        out.println("| " + engine.model().name() + ", " + steps
                + " steps | mask | passes | times fewer | mean dB | median | p10"
                + " | worst | worst prompt |\n|---|---|---|---|---|---|---|---|---|");
        setups.forEach(setup -> out.println(line(setup)));
    }

    private VideoRequest.Builder request(int i) {
        return VideoRequest.builder(prompts.get(i)).seed(i).steps(steps);
    }

    private String line(ReuseSetup setup) {
        List<Double> decibels = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            Video video = engine.generate(setup.applied(request(i)).build());
            decibels.add(Psnr.of(video, plain.get(i)));
            if (each) {
                out.println(String.format(Locale.ROOT, "%.2f dB %s", decibels.get(i), prompts.get(i)));
            }
        }
        VideoRequest request = setup.applied(request(0)).build();
        RunReport uncached = plain.get(0).report();
        int forwards = engine.plan(request).forwards();
        Decibels all = Decibels.of(decibels);
        return String.format(
                Locale.ROOT,
                "| %s: %s | `%s` | %d | %.2f | %s | %s |",
                setup.text(),
                engine.plan(request).cache(),
                engine.plan(request).mask(),
                forwards,
                uncached.forwards() / (double) forwards,
                all,
                prompts.get(all.worstAt()));
    }
}
