package io.github.wan4j.bench.report;

import io.github.wan4j.VideoEngine;
import io.github.wan4j.video.ModelSource;
import io.github.wan4j.video.RunReport;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The seconds that each stage of a job takes in several setups of one model, the best and the middle one of several jobs that
 * the setups do in turn: what disturbs a machine for a while, disturbs all of them.
 *
 * <pre>{@code
 * StageTimes [--runs 10] MODEL SETUP SETUP...
 * StageTimes mini-t2v shareBranches=off,size=256x256,frames=9,steps=4 shareBranches=on,size=256x256,frames=9,steps=4
 * }</pre>
 *
 * A setup is written as in {@link QualityReport}; each has an engine of its own, and a job that warms it up.
 */
public final class StageTimes {
    private static final String PROMPT = "a red circle moves right on a black background";

    private StageTimes() {}

    public static void main(String... arguments) {
        run(new PrintWriter(System.out, true, StandardCharsets.UTF_8), arguments);
    }

    static void run(PrintWriter out, String... arguments) {
        Arguments given = new Arguments(arguments);
        int runs = Integer.parseInt(given.option("--runs", "10"));
        List<String> rest = given.rest();
        if (rest.size() < 2 || runs < 1) {
            throw new IllegalArgumentException("write [--runs N] MODEL SETUP SETUP..., not " + List.of(arguments));
        }
        List<Setup> setups =
                rest.subList(1, rest.size()).stream().map(Setup::parse).toList();
        open(ModelSource.of(rest.get(0)), setups, new ArrayList<>(), engines -> print(out, setups, engines, runs));
    }

    /** One engine after the other, all of which are closed at the end. */
    private static void open(
            ModelSource model, List<Setup> setups, List<VideoEngine> opened, Consumer<List<VideoEngine>> work) {
        if (opened.size() == setups.size()) {
            work.accept(opened);
            return;
        }
        try (VideoEngine engine =
                VideoEngine.open(model, setups.get(opened.size()).config())) {
            opened.add(engine);
            open(model, setups, opened, work);
        }
    }

    private static void print(PrintWriter out, List<Setup> setups, List<VideoEngine> engines, int runs) {
        List<Map<String, double[]>> seconds = new ArrayList<>();
        setups.forEach(setup -> seconds.add(new TreeMap<>()));
        for (int run = -1; run < runs; run++) { // the first warms up
            for (int i = 0; i < setups.size(); i++) {
                RunReport report = engines.get(i)
                        .generate(setups.get(i).request(PROMPT, 0))
                        .report();
                for (Map.Entry<String, Double> stage :
                        report.seconds().byStage().entrySet()) {
                    double[] all = seconds.get(i).computeIfAbsent(stage.getKey(), any -> new double[runs]);
                    if (run >= 0) {
                        all[run] = stage.getValue();
                    }
                }
            }
        }
        out.println(
                "| setup | stage | best, s | middle | against the first: best | middle |\n|---|---|---|---|---|---|");
        for (int i = 0; i < setups.size(); i++) {
            for (String stage : List.of("encode", "denoise", "decode")) {
                out.println(row(setups.get(i).text(), stage, of(seconds.get(i), stage), of(seconds.get(0), stage)));
            }
        }
    }

    /** In order. */
    private static double[] of(Map<String, double[]> stages, String stage) {
        return Arrays.stream(stages.getOrDefault(stage, new double[0])).sorted().toArray();
    }

    private static String row(String setup, String stage, double[] times, double[] first) {
        int middle = times.length / 2;
        return String.format(
                Locale.ROOT,
                "| %s | %s | %.4f | %.4f | %.3f | %.3f |",
                setup,
                stage,
                times[0],
                times[middle],
                times[0] / first[0],
                times[middle] / first[middle]);
    }
}
