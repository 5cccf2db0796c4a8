package io.github.wan4j.models.plan;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.wan4j.video.RunReport.Seconds;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * How jobs on one device fared against what was estimated from its rates: a factor for each stage, by model, numbers and
 * length of the sequence. A new measurement counts as much as all before it. Immutable.
 */
public record MeasuredRates(List<Entry> entries) {
    /** No job was measured yet. */
    public static final MeasuredRates NONE = new MeasuredRates(List.of());

    private static final int MOST_ENTRIES = 100;

    /** Lengths of a quarter to four times. */
    private static final double FARTHEST = Math.log(4) + 1e-9;

    /** Seconds below which a clock says little about a rate. */
    private static final double LEAST_SECONDS = 1e-3;

    /** What a measurement is good for. */
    public record Key(String model, String precision, int tokens) {
        static Key of(PlanRequest request, Numerics numerics, LatentShape latent) {
            return new Key(request.model().name(), numerics.products().label(), latent.tokens());
        }

        private boolean isLike(Key other) {
            return model.equals(other.model) && precision.equals(other.precision);
        }

        private double distance(Key other) {
            return Math.abs(Math.log(tokens / (double) other.tokens));
        }
    }

    /** Real seconds over those that the device's rates give. */
    public record Factors(double load, double encode, double denoise, double decode, double write) {
        /** The device's rates as they are. */
        static final Factors PLAIN = new Factors(1, 1, 1, 1, 1);

        Seconds of(double loading, double encoding, double denoising, double decoding, double writing) {
            double[] all = {load * loading, encode * encoding, denoise * denoising, decode * decoding, write * writing};
            return new Seconds(all[0], all[1], all[2], all[3], all[4], all[0] + all[1] + all[2] + all[3] + all[4]);
        }

        private Factors corrected(Seconds estimated, Seconds took) {
            return new Factors(
                    corrected(load, estimated.load(), took.load()),
                    corrected(encode, estimated.encode(), took.encode()),
                    corrected(denoise, estimated.denoise(), took.denoise()),
                    corrected(decode, estimated.decode(), took.decode()),
                    corrected(write, estimated.write(), took.write()));
        }

        /** A stage that took no time was left out, as loading what is loaded, and says nothing. */
        private static double corrected(double factor, double estimated, double took) {
            return estimated > 0 && took > LEAST_SECONDS ? factor * took / estimated : factor;
        }

        private Factors mean(Factors other) {
            return new Factors(
                    Math.sqrt(load * other.load),
                    Math.sqrt(encode * other.encode),
                    Math.sqrt(denoise * other.denoise),
                    Math.sqrt(decode * other.decode),
                    Math.sqrt(write * other.write));
        }
    }

    /** One of the measurements. */
    public record Entry(Key key, Factors factors) {}

    public MeasuredRates {
        entries = List.copyOf(entries);
    }

    /** Of the nearest length at which this model was measured in these numbers, if it is near enough to tell anything. */
    Factors factors(Key key) {
        return entries.stream()
                .filter(entry -> entry.key().isLike(key) && entry.key().distance(key) <= FARTHEST)
                .min(Comparator.comparingDouble(entry -> entry.key().distance(key)))
                .map(Entry::factors)
                .orElse(Factors.PLAIN);
    }

    /** With one more job, which was done as planned. */
    public MeasuredRates with(ExecutionPlan plan, Seconds took) {
        Key key = Key.of(plan.request(), plan.placement().numerics(), plan.latent());
        Factors counted = plan.placement().device().measured().factors(key);
        Factors seen = counted.corrected(plan.placement().seconds(), took);
        Factors now = entries.stream()
                .filter(entry -> entry.key().equals(key))
                .findFirst()
                .map(entry -> entry.factors().mean(seen))
                .orElse(seen);
        return new MeasuredRates(Stream.concat(
                        Stream.of(new Entry(key, now)),
                        entries.stream().filter(entry -> !entry.key().equals(key)))
                .limit(MOST_ENTRIES)
                .toList());
    }

    /** For a file; {@link #read} takes it back. */
    public List<Map<String, Object>> toJson() {
        List<Map<String, Object>> list = new ArrayList<>();
        for (Entry entry : entries) {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("model", entry.key().model());
            json.put("precision", entry.key().precision());
            json.put("tokens", entry.key().tokens());
            json.put("load", entry.factors().load());
            json.put("encode", entry.factors().encode());
            json.put("denoise", entry.factors().denoise());
            json.put("decode", entry.factors().decode());
            json.put("write", entry.factors().write());
            list.add(json);
        }
        return list;
    }

    /** Whatever can be read of a list; entries that make no sense are left out. */
    public static MeasuredRates read(JsonNode list) {
        List<Entry> entries = new ArrayList<>();
        for (JsonNode json : list) {
            Key key = new Key(
                    json.path("model").asText(),
                    json.path("precision").asText(),
                    json.path("tokens").asInt());
            Factors factors = new Factors(
                    json.path("load").asDouble(),
                    json.path("encode").asDouble(),
                    json.path("denoise").asDouble(),
                    json.path("decode").asDouble(),
                    json.path("write").asDouble());
            if (key.tokens() > 0 && isSensible(factors)) {
                entries.add(new Entry(key, factors));
            }
        }
        return new MeasuredRates(entries.stream().limit(MOST_ENTRIES).toList());
    }

    private static boolean isSensible(Factors factors) {
        return Stream.of(factors.load(), factors.encode(), factors.denoise(), factors.decode(), factors.write())
                .allMatch(factor -> factor > 0 && factor < Double.POSITIVE_INFINITY);
    }
}
