package io.github.wan4j.video;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a job did, with which settings, and what it cost. Immutable. */
public final class RunReport {
    private final Map<String, Object> settings;
    private final long seed;
    private final Seconds seconds;
    private final PeakBytes peakBytes;
    private final Map<Expert, Map<Branch, Integer>> forwardsBy;
    private final String mask;
    private final String maskUncond;
    private final @Nullable Prediction predicted;
    private final List<Choice> choices;
    private final List<Retry> retries;
    private final List<String> warnings;

    private RunReport(Builder builder) {
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(builder.settings));
        seed = builder.seed;
        seconds = builder.seconds;
        peakBytes = builder.peakBytes;
        Map<Expert, Map<Branch, Integer>> counts = new EnumMap<>(Expert.class);
        builder.forwardsBy.forEach(
                (expert, branches) -> counts.put(expert, Collections.unmodifiableMap(new EnumMap<>(branches))));
        forwardsBy = Collections.unmodifiableMap(counts);
        mask = builder.mask;
        maskUncond = builder.maskUncond;
        predicted = builder.predicted;
        choices = List.copyOf(builder.choices);
        retries = List.copyOf(builder.retries);
        warnings = List.copyOf(builder.warnings);
    }

    /** For the engine, and for tests of handlers. */
    public static Builder builder() {
        return new Builder();
    }

    /** Everything the job ran with, defaults included, by the names of the command line. */
    public Map<String, Object> settings() {
        return settings;
    }

    public long seed() {
        return seed;
    }

    public Seconds seconds() {
        return seconds;
    }

    /** What the plan expected it to take; empty where there was no plan. */
    public Optional<Prediction> predicted() {
        return Optional.ofNullable(predicted);
    }

    public PeakBytes peakBytes() {
        return peakBytes;
    }

    /** Passes through the transformers in all. */
    public int forwards() {
        return forwardsBy.values().stream()
                .flatMap(branches -> branches.values().stream())
                .mapToInt(Integer::intValue)
                .sum();
    }

    /** Passes by expert and branch, as counted. */
    public Map<Expert, Map<Branch, Integer>> forwardsBy() {
        return forwardsBy;
    }

    /** One character a step, as executed: {@code #} computed, {@code .} reused. */
    public String mask() {
        return mask;
    }

    /** The same for the branch of the negative prompt; a space where it played no part. */
    public String maskUncond() {
        return maskUncond;
    }

    /** What the engine decided by itself, and why: attention, residency, what is reused, … */
    public List<Choice> choices() {
        return choices;
    }

    /** Attempts that failed and were made again in another way; empty for most jobs. */
    public List<Retry> retries() {
        return retries;
    }

    public List<String> warnings() {
        return warnings;
    }

    /** Every number of this report under a dotted name, {@code seconds.denoise}, for any metrics library. */
    public Map<String, Double> metrics() {
        Map<String, Double> metrics = new LinkedHashMap<>();
        seconds.byStage().forEach((stage, value) -> metrics.put("seconds." + stage, value));
        peakBytes.addTo(metrics, "peakBytes");
        if (predicted != null) {
            predicted.seconds().byStage().forEach((stage, value) -> metrics.put("predicted.seconds." + stage, value));
            predicted.peakBytes().addTo(metrics, "predicted.peakBytes");
        }
        metrics.put("forwards", (double) forwards());
        forwardsBy.forEach((expert, branches) -> branches.forEach((branch, count) ->
                metrics.put("forwards." + expert.label() + "." + branch.label(), count.doubleValue())));
        metrics.put("retries", (double) retries.size());
        metrics.put("warnings", (double) warnings.size());
        return Collections.unmodifiableMap(metrics);
    }

    /** Wall-clock seconds of each stage; {@code total} is from the job's begin to its end, waiting excluded. */
    public record Seconds(double load, double encode, double denoise, double decode, double write, double total) {
        public static final Seconds NONE = new Seconds(0, 0, 0, 0, 0, 0);

        /** The same by name and in order. */
        public Map<String, Double> byStage() {
            Map<String, Double> map = new LinkedHashMap<>();
            map.put("load", load);
            map.put("encode", encode);
            map.put("denoise", denoise);
            map.put("decode", decode);
            map.put("write", write);
            map.put("total", total);
            return Collections.unmodifiableMap(map);
        }
    }

    /**
     * The most memory that was in use.
     *
     * @param host the process's peak resident size; null where the system does not tell
     * @param device null for a job that ran on the CPU
     * @param stages the device's by stage, for a job that ran on one
     */
    public record PeakBytes(@Nullable Long host, @Nullable Long device, Map<Stage, Long> stages) {
        public static final PeakBytes UNKNOWN = new PeakBytes(null, null);

        public PeakBytes {
            stages = Collections.unmodifiableMap(new TreeMap<>(stages));
        }

        /** Of a job whose stages nobody looked at. */
        public PeakBytes(@Nullable Long host, @Nullable Long device) {
            this(host, device, Map.of());
        }

        private void addTo(Map<String, Double> metrics, String prefix) {
            if (host != null) {
                metrics.put(prefix + ".host", host.doubleValue());
            }
            if (device != null) {
                metrics.put(prefix + ".device", device.doubleValue());
            }
            stages.forEach((stage, bytes) ->
                    metrics.put(prefix + "." + stage.name().toLowerCase(Locale.ROOT), bytes.doubleValue()));
        }
    }

    /** An estimate made before anything ran, by the names of what was measured. */
    public record Prediction(Seconds seconds, PeakBytes peakBytes) {}

    /** Something the engine decided by itself: {@code attention}, {@code cudnn}, "fastest measured for 75,600 tokens". */
    public record Choice(String name, String value, String reason) {}

    /**
     * A stage that failed and was done again.
     *
     * @param reason what was wrong with the first attempt
     * @param change what was different in the next
     */
    public record Retry(Stage stage, String reason, String change) {
        @Override
        public String toString() {
            return reason + "; once more with " + change;
        }
    }

    /** Collects a report while the job runs; not thread-safe. */
    public static final class Builder {
        private final Map<String, Object> settings = new LinkedHashMap<>();
        private long seed;
        private Seconds seconds = Seconds.NONE;
        private PeakBytes peakBytes = PeakBytes.UNKNOWN;
        private final Map<Expert, Map<Branch, Integer>> forwardsBy = new EnumMap<>(Expert.class);
        private String mask = "";
        private String maskUncond = "";
        private @Nullable Prediction predicted;
        private final List<Choice> choices = new ArrayList<>();
        private final List<Retry> retries = new ArrayList<>();
        private final List<String> warnings = new ArrayList<>();

        private Builder() {}

        public Builder setting(String name, Object value) {
            settings.put(name, value);
            return this;
        }

        public Builder settings(Map<String, Object> all) {
            settings.putAll(all);
            return this;
        }

        public Builder seed(long value) {
            seed = value;
            return this;
        }

        public Builder seconds(Seconds value) {
            seconds = value;
            return this;
        }

        public Builder peakBytes(PeakBytes value) {
            peakBytes = value;
            return this;
        }

        /** Counts passes through an expert. */
        public Builder forwards(Expert expert, Branch branch, int count) {
            forwardsBy
                    .computeIfAbsent(expert, key -> new EnumMap<>(Branch.class))
                    .merge(branch, count, Integer::sum);
            return this;
        }

        /** All passes, in place of those so far. */
        public Builder forwards(Map<Expert, Map<Branch, Integer>> all) {
            forwardsBy.clear();
            all.forEach((expert, branches) -> branches.forEach((branch, count) -> forwards(expert, branch, count)));
            return this;
        }

        public Builder predicted(Prediction value) {
            predicted = value;
            return this;
        }

        /** What was computed and reused, by branch. */
        public Builder masks(String cond, String uncond) {
            mask = cond;
            maskUncond = uncond;
            return this;
        }

        public Builder retry(Retry value) {
            retries.add(value);
            return this;
        }

        public Builder choice(String name, String value, String reason) {
            choices.add(new Choice(name, value, reason));
            return this;
        }

        /** All choices, in place of those so far. */
        public Builder choices(List<Choice> all) {
            choices.clear();
            choices.addAll(all);
            return this;
        }

        public Builder warning(String text) {
            warnings.add(text);
            return this;
        }

        public RunReport build() {
            return new RunReport(this);
        }
    }
}
