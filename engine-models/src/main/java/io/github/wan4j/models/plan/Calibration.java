package io.github.wan4j.models.plan;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.wan4j.models.plan.TeaCache.Polynomial;
import io.github.wan4j.video.Branch;
import io.github.wan4j.video.Expert;
import io.github.wan4j.video.InvalidRequestException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What was measured on a model so that its steps can be reused: MagCache's ratios and TeaCache's polynomials, by expert.
 *
 * @param model name of the model it was measured on
 * @param steps of the runs it was measured over
 * @param ratios by expert and branch, from each expert's second step on
 * @param polynomials by expert, highest power first, of how far e has moved; empty where none were fitted
 */
public record Calibration(
        String model, int steps, Map<Expert, Map<Branch, List<Double>>> ratios, Map<Expert, List<Double>> polynomials) {
    public Calibration {
        Map<Expert, Map<Branch, List<Double>>> byExpert = new EnumMap<>(Expert.class);
        ratios.forEach((expert, lists) -> byExpert.put(expert, Map.copyOf(lists)));
        ratios = Collections.unmodifiableMap(byExpert);
        polynomials = Map.copyOf(polynomials);
    }

    /** The ratios as one list, each expert's after an entry that stands for none. */
    Optional<MagRatios> magRatios(MagRatios.Defaults defaults) {
        if (ratios.isEmpty()) {
            return Optional.empty();
        }
        int high =
                ratios.containsKey(Expert.HIGH) ? list(Expert.HIGH, Branch.COND).size() + 1 : 0;
        return Optional.of(new MagRatios(model, defaults, high, joined(Branch.COND), joined(Branch.UNCOND)));
    }

    private double[] joined(Branch branch) {
        List<Double> joined = new ArrayList<>();
        for (Expert expert : ratios.keySet()) {
            joined.add(1.0);
            joined.addAll(list(expert, branch));
        }
        return joined.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private List<Double> list(Expert expert, Branch branch) {
        Map<Branch, List<Double>> lists = ratios.getOrDefault(expert, Map.of());
        List<Double> list = lists.get(branch);
        if (list == null) {
            throw new InvalidRequestException("the calibration of " + model + " has no ratios of " + expert.label()
                    + " " + branch.label() + ", calibrate the model again");
        }
        return list;
    }

    Optional<Polynomial> polynomial(Expert expert) {
        return Optional.ofNullable(polynomials.get(expert))
                .map(coefficients -> new Polynomial("polynomial fitted for " + model, coefficients));
    }

    /** For a file; {@link #read} takes it back. */
    public Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("model", model);
        json.put("steps", steps);
        Map<String, Object> magCache = new LinkedHashMap<>();
        ratios.forEach((expert, lists) -> {
            Map<String, Object> branches = new LinkedHashMap<>();
            for (Branch branch : Branch.values()) {
                branches.put(branch.label(), list(expert, branch));
            }
            magCache.put(expert.label(), branches);
        });
        json.put("magcache", magCache);
        Map<String, Object> teaCache = new LinkedHashMap<>();
        polynomials.forEach((expert, coefficients) -> teaCache.put(expert.label(), coefficients));
        json.put("teacache", teaCache);
        return json;
    }

    /** Reads what {@link #toJson} gives; whatever is no number or no expert is refused by name. */
    public static Calibration read(JsonNode json) {
        Map<Expert, Map<Branch, List<Double>>> ratios = new EnumMap<>(Expert.class);
        json.path("magcache").properties().forEach(entry -> {
            Map<Branch, List<Double>> lists = new EnumMap<>(Branch.class);
            for (Branch branch : Branch.values()) {
                String name = "magcache." + entry.getKey() + "." + branch.label();
                lists.put(branch, numbers(name, entry.getValue().path(branch.label())));
            }
            ratios.put(expert(entry.getKey()), lists);
        });
        Map<Expert, List<Double>> polynomials = new EnumMap<>(Expert.class);
        json.path("teacache")
                .properties()
                .forEach(entry -> polynomials.put(
                        expert(entry.getKey()), numbers("teacache." + entry.getKey(), entry.getValue())));
        if (!json.path("model").isTextual() || !json.path("steps").canConvertToInt()) {
            throw new InvalidRequestException("a calibration names its model and steps, this one does not");
        }
        return new Calibration(json.get("model").asText(), json.get("steps").asInt(), ratios, polynomials);
    }

    private static Expert expert(String name) {
        for (Expert expert : Expert.values()) {
            if (expert.label().equals(name.toLowerCase(Locale.ROOT))) {
                return expert;
            }
        }
        throw new InvalidRequestException("a calibration has the expert '" + name + "', there are high, low, single");
    }

    private static List<Double> numbers(String name, JsonNode list) {
        List<Double> numbers = new ArrayList<>();
        for (JsonNode number : list) {
            if (!number.isNumber()) {
                throw new InvalidRequestException(
                        "a calibration has " + number + " in " + name + ", which is no number");
            }
            numbers.add(number.asDouble());
        }
        if (!list.isArray()) {
            throw new InvalidRequestException("a calibration has no list " + name);
        }
        return List.copyOf(numbers);
    }
}
