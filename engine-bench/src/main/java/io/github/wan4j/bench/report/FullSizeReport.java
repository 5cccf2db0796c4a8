package io.github.wan4j.bench.report;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.Precision;
import io.github.wan4j.core.runtime.Devices;
import io.github.wan4j.core.spi.DeviceSession;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.models.wan.WanConfig;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Prints what the full-size models take on this machine:
 *
 * <pre>{@code
 * java -cp 'lib/*' io.github.wan4j.bench.report.FullSizeReport [--profile] [WORK ...]
 * }</pre>
 *
 * Without names of work it does all of it but whole steps. Weights are random, nothing is downloaded. Settings of the engine
 * are read as everywhere: {@code WAN4J_GRAPHS=off}. {@code -Dbench.ceiling=off} leaves the ceilings out, {@code -Dbench.runs=1} measures once,
 * {@code -Dbench.prompt=126,512} sets how many tokens the prompts have.
 */
public final class FullSizeReport {
    private static final String PROFILE = "--profile";

    /** A piece of work on a session, which reports a line for each thing that it measured. */
    interface Work {
        List<Row> run(DeviceSession session, boolean profile, PrintWriter out);
    }

    private FullSizeReport() {}

    private static Map<String, Work> works() {
        Map<String, Work> works = new LinkedHashMap<>();
        for (Precision precision : List.of(Precision.BF16, Precision.FP8)) {
            String suffix = precision == Precision.FP8 ? "-fp8" : "";
            WanConfig a14b = WanConfig.t2vA14b();
            WanConfig ti2v = WanConfig.ti2v5b();
            works.put(
                    "a14b-480p" + suffix, forward("A14B forward 832×480×81", "t2v-a14b", a14b, precision, 21, 60, 104));
            works.put(
                    "a14b-720p" + suffix,
                    forward("A14B forward 1280×720×81", "t2v-a14b", a14b, precision, 21, 90, 160));
            works.put("5b-704p" + suffix, forward("5B forward 1280×704×121", "ti2v-5b", ti2v, precision, 31, 44, 80));
            works.put(
                    "a14b-480p-step" + suffix, step("A14B step 832×480×81", "t2v-a14b", a14b, precision, 21, 60, 104));
            works.put(
                    "a14b-720p-step" + suffix, step("A14B step 1280×720×81", "t2v-a14b", a14b, precision, 21, 90, 160));
            works.put("5b-704p-step" + suffix, step("5B step 1280×704×121", "ti2v-5b", ti2v, precision, 31, 44, 80));
            works.put(
                    "5b-704p-long-step" + suffix,
                    step("5B step 1280×704×189", "ti2v-5b", ti2v, precision, 48, 44, 80)); // in parts
            works.put("5b-352p" + suffix, forward("5B forward 640×352×49", "ti2v-5b", ti2v, precision, 13, 22, 40));
            works.put("5b-192p" + suffix, forward("5B forward 320×192×17", "ti2v-5b", ti2v, precision, 5, 12, 20));
        }
        works.put("umt5", new Prompt());
        works.put(
                "guidance-5b",
                new Branches(
                        "5B guidance",
                        "ti2v-5b",
                        WanConfig.ti2v5b(),
                        List.of(
                                new Branches.Grid(1, 16, 16),
                                new Branches.Grid(5, 16, 24),
                                new Branches.Grid(5, 22, 40),
                                new Branches.Grid(11, 22, 40),
                                new Branches.Grid(21, 22, 40),
                                new Branches.Grid(31, 44, 80))));
        works.put(
                "guidance-a14b",
                new Branches(
                        "A14B guidance",
                        "t2v-a14b",
                        WanConfig.t2vA14b(),
                        List.of(
                                new Branches.Grid(1, 30, 52),
                                new Branches.Grid(1, 60, 104),
                                new Branches.Grid(5, 60, 104),
                                new Branches.Grid(21, 60, 104))));
        works.put("vae21-480p", new Decoding("VAE 2.1 decode 832×480×81", 21, DType.BF16, 21, 60, 104));
        works.put("vae21-720p", new Decoding("VAE 2.1 decode 1280×720×81", 21, DType.BF16, 21, 90, 160));
        works.put("vae22-704p", new Decoding("VAE 2.2 decode 1280×704×121", 22, DType.BF16, 31, 44, 80));
        works.put("encode21-480p", new Encoding("VAE 2.1 encode 832×480×81", 81, 480, 832));
        works.put("quality21-480p", new Quality(21, 9, 60, 104));
        works.put("quality21-720p", new Quality(21, 5, 90, 160));
        works.put("quality22-352p", new Quality(22, 9, 22, 40));
        works.put("quality22-704p-tf32", new Quality(22, 9, 44, 80));
        works.put("vae21-480p-tf32", new Decoding("VAE 2.1 decode 832×480×81, fp32/TF32", 21, DType.F32, 21, 60, 104));
        works.put("vae21-720p-tf32", new Decoding("VAE 2.1 decode 1280×720×81, fp32/TF32", 21, DType.F32, 21, 90, 160));
        works.put("vae22-704p-tf32", new Decoding("VAE 2.2 decode 1280×704×121, fp32/TF32", 22, DType.F32, 31, 44, 80));
        return works;
    }

    private static Forward forward(
            String work, String tensors, WanConfig config, Precision precision, int frames, int height, int width) {
        return new Forward(named(work, precision), tensors, config, precision, frames, height, width);
    }

    private static Step step(
            String work, String tensors, WanConfig config, Precision precision, int frames, int height, int width) {
        return new Step(named(work, precision), tensors, config, precision, frames, height, width);
    }

    private static String named(String work, Precision precision) {
        return precision == Precision.FP8 ? work + ", fp8 products" : work;
    }

    public static void main(String... arguments) {
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        List<String> names = new ArrayList<>(Arrays.asList(arguments));
        boolean profile = names.remove(PROFILE);
        Map<String, Work> works = works();
        Set<String> known = works.keySet();
        for (String name : names) {
            if (!known.contains(name)) {
                throw new IllegalArgumentException("no work '" + name + "', there are " + String.join(", ", known));
            }
        }
        out.println(Row.head());
        for (Map.Entry<String, Work> work : works.entrySet()) {
            boolean asked = names.isEmpty() ? !(work.getValue() instanceof Step) : names.contains(work.getKey());
            if (asked) {
                run(work.getKey(), work.getValue(), profile, out);
            }
        }
    }

    /** Each in a session of its own, so that its peak is its own. */
    private static void run(String name, Work work, boolean profile, PrintWriter out) {
        EngineConfig config =
                EngineConfig.builder().tf32(name.endsWith("-tf32")).build();
        Devices devices = Devices.find();
        Device device = devices.chosen(config).get(0);
        try (DeviceSession session = devices.open(device, config)) {
            List<Row> rows = session.call(() -> work.run(session, profile, out));
            rows.forEach(out::println);
            session.choices().stream()
                    .filter(choice ->
                            choice.name().equals("graphs") || choice.name().equals("attention"))
                    .forEach(choice -> out.println(choice.name() + " " + choice.value() + ": " + choice.why()));
            session.warnings().forEach(warning -> out.println("warning: " + warning));
        }
    }
}
