package io.github.wan4j.models.plan;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.wan4j.core.Names;
import io.github.wan4j.models.plan.Calibration.Runs;
import io.github.wan4j.models.plan.Calibration.Series;
import io.github.wan4j.models.plan.Calibration.Settings;
import io.github.wan4j.models.plan.Calibration.Subject;
import io.github.wan4j.video.Branch;
import io.github.wan4j.video.Expert;
import io.github.wan4j.video.InvalidRequestException;
import io.github.wan4j.video.ModelKind;
import io.github.wan4j.video.Size;
import io.github.wan4j.video.Solver;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A calibration as a JSON object, there and back. */
public final class CalibrationJson {
    private static final int FORMAT = 1;

    private final JsonNode root;

    private CalibrationJson(JsonNode root) {
        this.root = root;
    }

    /** For a file; {@link #read} takes it back. */
    public static Map<String, Object> write(Calibration calibration) {
        Map<String, Object> json = new LinkedHashMap<>();
        Subject model = calibration.model();
        Runs runs = calibration.runs();
        json.put("format", FORMAT);
        json.put(
                "model",
                object(
                        "name", model.name(),
                        "kind", model.kind().label(),
                        "dim", model.dim(),
                        "layers", model.layers(),
                        "hash", model.hash()));
        json.put(
                "runs",
                object(
                        "prompts", runs.prompts(),
                        "steps", runs.steps(),
                        "shift", runs.shift(),
                        "solver", runs.solver().label(),
                        "size", runs.size().toString(),
                        "frames", runs.frames()));
        Settings settings = calibration.settings();
        if (settings != null) {
            json.put(
                    "settings",
                    object(
                            "threshold", settings.threshold(),
                            "k", settings.k(),
                            "retention", settings.retention(),
                            "retentionHigh", settings.retentionHigh()));
        }
        Map<String, Object> experts = new LinkedHashMap<>();
        calibration.experts().forEach((expert, series) -> experts.put(expert.label(), series(series)));
        json.put("experts", experts);
        return json;
    }

    private static Map<String, Object> series(Series series) {
        Map<String, Object> ratios = new LinkedHashMap<>();
        series.ratios().forEach((branch, list) -> ratios.put(branch.label(), list));
        return object("magcache", ratios, "teacache", object("noret", series.noRet(), "ret", series.ret()));
    }

    private static Map<String, Object> object(Object... namesAndValues) {
        Map<String, Object> object = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            object.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return object;
    }

    /** Reads what {@link #write} gives; whatever is missing or not what it should be is refused by name. */
    public static Calibration read(JsonNode root, String source) {
        return new CalibrationJson(root).read(source);
    }

    private Calibration read(String source) {
        int format = integer("format");
        if (format != FORMAT) {
            throw problem("format is " + format + ", this version reads " + FORMAT);
        }
        Subject model = new Subject(
                text("model.name"),
                ModelKind.of(text("model.kind"))
                        .orElseThrow(() -> problem("model.kind is '" + text("model.kind") + "', there are "
                                + Arrays.toString(ModelKind.values()))),
                integer("model.dim"),
                integer("model.layers"),
                text("model.hash"));
        Runs runs = new Runs(
                integer("runs.prompts"),
                integer("runs.steps"),
                number("runs.shift"),
                Solver.parse(text("runs.solver")),
                Size.parse(text("runs.size")),
                integer("runs.frames"));
        Map<Expert, Series> experts = new EnumMap<>(Expert.class);
        at("experts").fieldNames().forEachRemaining(name -> experts.put(expert(name), series("experts." + name)));
        requireExperts(model.kind(), experts);
        return new Calibration(model, runs, settings(), experts, source);
    }

    private @Nullable Settings settings() {
        if (!root.has("settings")) {
            return null;
        }
        Settings settings = new Settings(
                number("settings.threshold"),
                integer("settings.k"),
                number("settings.retention"),
                number("settings.retentionHigh"));
        if (!settings.problems().isEmpty()) {
            throw problem("its settings are wrong: " + String.join("; ", settings.problems()));
        }
        return settings;
    }

    private Series series(String path) {
        Map<Branch, List<Double>> ratios = new EnumMap<>(Branch.class);
        for (Branch branch : Branch.values()) {
            String name = path + ".magcache." + branch.label();
            List<Double> list = numbers(name);
            if (list.stream().anyMatch(ratio -> ratio <= 0)) {
                throw problem(name + " has a ratio that is not above 0");
            }
            ratios.put(branch, list);
        }
        List<Double> cond = ratios.getOrDefault(Branch.COND, List.of());
        List<Double> uncond = ratios.getOrDefault(Branch.UNCOND, List.of());
        if (cond.size() != uncond.size()) {
            throw problem(path + ".magcache has " + cond.size() + " ratios of cond and " + uncond.size()
                    + " of uncond, they must be as many");
        }
        return new Series(ratios, numbers(path + ".teacache.noret"), numbers(path + ".teacache.ret"));
    }

    private void requireExperts(ModelKind kind, Map<Expert, Series> experts) {
        List<Expert> expected = kind.hasTwoExperts() ? List.of(Expert.HIGH, Expert.LOW) : List.of(Expert.SINGLE);
        if (!List.copyOf(experts.keySet()).equals(expected)) {
            throw problem("experts are " + labels(experts.keySet().stream()) + ", a model of kind " + kind + " has "
                    + labels(expected.stream()));
        }
    }

    private Expert expert(String name) {
        return Stream.of(Expert.values())
                .filter(expert -> expert.label().equals(name))
                .findFirst()
                .orElseThrow(() -> problem("experts has '" + name + "', did you mean '"
                        + Names.nearest(
                                name,
                                Stream.of(Expert.values()).map(Expert::label).toList()) + "'?"));
    }

    private static String labels(Stream<Expert> experts) {
        return String.join(", ", experts.map(Expert::label).toList());
    }

    private JsonNode at(String path) {
        JsonNode node = root.at("/" + path.replace('.', '/'));
        if (node.isMissingNode()) {
            throw problem(path + " is missing");
        }
        return node;
    }

    private String text(String path) {
        JsonNode node = at(path);
        if (!node.isTextual()) {
            throw problem(path + " is " + node + ", which is no text");
        }
        return node.asText();
    }

    private int integer(String path) {
        JsonNode node = at(path);
        if (!node.isIntegralNumber() || !node.canConvertToInt()) {
            throw problem(path + " is " + node + ", which is no whole number");
        }
        return node.intValue();
    }

    private double number(String path) {
        return finite(path, at(path));
    }

    private List<Double> numbers(String path) {
        JsonNode list = at(path);
        if (!list.isArray()) {
            throw problem(path + " is " + list + ", which is no list");
        }
        List<Double> numbers = new ArrayList<>();
        list.forEach(number -> numbers.add(finite(path, number)));
        return List.copyOf(numbers);
    }

    private static double finite(String path, JsonNode node) {
        if (!node.isNumber() || !Double.isFinite(node.doubleValue())) {
            throw problem(path + " has " + node + ", which is no number");
        }
        return node.doubleValue();
    }

    private static InvalidRequestException problem(String text) {
        return new InvalidRequestException("the calibration cannot be used: " + text);
    }
}
