package io.github.wan4j.bench.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.github.wan4j.VideoEngine;
import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.video.ModelSource;
import io.github.wan4j.video.Tier;
import io.github.wan4j.video.Video;
import io.github.wan4j.video.VideoRequest;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Measures what the tiers promise: every tier, at some shares of the model's usual steps, against EXACT at all of them.
 *
 * <pre>{@code
 * TierReport [--prompts N] [--shares 1,0.75,0.5] [--table FILE] MODEL [SETUP]
 * TierReport mini-t2v frames=17,vaeChunk=2
 * }</pre>
 *
 * Every prompt of the list of {@link QualityReport}, its place as the seed. {@code --table} writes the rows that wishes for a
 * time or a quality are granted by. SETUP holds for all, as in {@link QualityReport}.
 */
public final class TierReport {
    private final VideoEngine engine;
    private final String setup;
    private final List<String> prompts;
    private final PrintWriter out;
    private final ArrayNode table = new ObjectMapper().createArrayNode();

    private TierReport(VideoEngine engine, String setup, List<String> prompts, PrintWriter out) {
        this.engine = engine;
        this.setup = setup;
        this.prompts = prompts;
        this.out = out;
    }

    public static void main(String... arguments) throws IOException {
        run(new PrintWriter(System.out, true, StandardCharsets.UTF_8), arguments);
    }

    static void run(PrintWriter out, String... arguments) throws IOException {
        Arguments given = new Arguments(arguments);
        List<String> prompts = given.prompts();
        double[] shares = Arrays.stream(given.option("--shares", "1,0.75,0.5").split(","))
                .mapToDouble(Double::parseDouble)
                .toArray();
        String file = given.option("--table", "");
        List<String> rest = given.rest();
        if (rest.isEmpty() || rest.size() > 2) {
            throw new IllegalArgumentException("write MODEL and perhaps a SETUP, not " + rest);
        }
        String setup = rest.size() == 1 ? "" : rest.get(1) + ",";
        EngineConfig config = Setup.parse(setup + "tier=exact").config();
        try (VideoEngine engine = VideoEngine.open(ModelSource.of(rest.get(0)), config)) {
            TierReport report = new TierReport(engine, setup, prompts, out);
            report.print(shares);
            if (!file.isEmpty()) {
                new ObjectMapper()
                        .writerWithDefaultPrettyPrinter()
                        .writeValue(Path.of(file).toFile(), report.table);
            }
        }
    }

    private void print(double... shares) {
        int usual = engine.model().defaults().steps();
        List<Video> exact = videos(Tier.EXACT, usual);
        out.println(
                "| " + engine.model().name() + " | steps | mask | passes | times fewer | mean dB | median | p10 | worst"
                        + " | SSIM, mean | worst |\n|---|---|---|---|---|---|---|---|---|---|---|");
        for (double share : shares) {
            int steps = (int) Math.rint(share * usual);
            for (Tier tier : Tier.values()) {
                boolean itself = tier == Tier.EXACT && steps == usual;
                row(tier, share, steps, itself ? exact : videos(tier, steps), exact);
            }
        }
    }

    private List<Video> videos(Tier tier, int steps) {
        List<Video> videos = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            videos.add(engine.generate(request(i, tier, steps)));
        }
        return videos;
    }

    private VideoRequest request(int i, Tier tier, int steps) {
        return Setup.parse(setup + "tier=" + tier.label() + ",steps=" + steps).request(prompts.get(i), i);
    }

    private void row(Tier tier, double share, int steps, List<Video> videos, List<Video> exact) {
        List<Double> decibels = new ArrayList<>();
        List<Double> similarities = new ArrayList<>();
        for (int i = 0; i < videos.size(); i++) {
            decibels.add(Psnr.of(videos.get(i), exact.get(i)));
            similarities.add(Ssim.of(videos.get(i), exact.get(i)));
        }
        Decibels all = Decibels.of(decibels);
        int passes = videos.get(0).report().forwards();
        out.println(String.format(
                Locale.ROOT,
                "| %s | %d | `%s` | %d | %.2f | %s | %.4f | %.4f |",
                tier.label(),
                steps,
                engine.plan(request(0, tier, steps)).mask(),
                passes,
                exact.get(0).report().forwards() / (double) passes,
                all,
                similarities.stream().mapToDouble(s -> s).average().orElseThrow(),
                similarities.stream().mapToDouble(s -> s).min().orElseThrow()));
        table.addObject()
                .put("tier", tier.label())
                .put("stepShare", share)
                .put("psnr", Math.rint(all.mean() * 100) / 100);
    }
}
