package io.github.wan4j.bench.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.wan4j.video.RunReport;
import io.github.wan4j.video.VideoInfo;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One finished video as the JSON object that {@code --json} prints. */
final class JsonReport {
    private static final JsonMapper MAPPER = new JsonMapper();

    private JsonReport() {}

    private static Map<String, String> choice(RunReport.Choice choice) {
        Map<String, String> json = new LinkedHashMap<>();
        json.put("name", choice.name());
        json.put("value", choice.value());
        json.put("reason", choice.reason());
        return json;
    }

    private static Map<String, String> retry(RunReport.Retry retry) {
        Map<String, String> json = new LinkedHashMap<>();
        json.put("stage", retry.stage().name().toLowerCase(Locale.ROOT));
        json.put("reason", retry.reason());
        json.put("change", retry.change());
        return json;
    }

    private static Map<String, Object> predicted(RunReport.Prediction prediction) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("seconds", rounded(prediction.seconds().byStage()));
        json.put("peakBytes", bytes(prediction.peakBytes()));
        return json;
    }

    private static Map<String, Double> rounded(Map<String, Double> seconds) {
        Map<String, Double> json = new LinkedHashMap<>(seconds);
        json.replaceAll((stage, value) -> Math.round(value * 1e4) / 1e4);
        return json;
    }

    private static Map<String, @Nullable Long> bytes(RunReport.PeakBytes peak) {
        Map<String, @Nullable Long> json = new LinkedHashMap<>();
        json.put("host", peak.host());
        json.put("device", peak.device());
        peak.stages().forEach((stage, bytes) -> json.put(stage.name().toLowerCase(Locale.ROOT), bytes));
        return json;
    }

    /** {@code load} is the time to open the engine, {@code begin} when the count to {@code total} began. */
    static String of(VideoInfo info, RunReport report, double load, Instant begin, Path output) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("model", info.model());
        json.put("device", report.settings().get("device"));
        json.put("tier", report.settings().get("tier"));
        json.put("precision", report.settings().get("precision"));
        json.put("seed", report.seed());
        json.put("width", info.width());
        json.put("height", info.height());
        json.put("frames", info.frames());
        json.put("steps", report.settings().get("steps"));
        json.put("mask", report.mask());
        if (!report.maskUncond().strip().equals(report.mask().strip())) {
            json.put("maskUncond", report.maskUncond());
        }
        json.put("forwards", report.forwards());
        Map<String, Object> forwardsBy = new LinkedHashMap<>();
        report.forwardsBy().forEach((expert, branches) -> {
            Map<String, Integer> counts = new LinkedHashMap<>();
            branches.forEach((branch, count) -> counts.put(branch.label(), count));
            forwardsBy.put(expert.label(), counts);
        });
        json.put("forwardsBy", forwardsBy);
        Map<String, Double> seconds = new LinkedHashMap<>(report.seconds().byStage());
        seconds.put("load", report.seconds().load() + load);
        seconds.put("total", Duration.between(begin, Instant.now()).toNanos() / 1e9);
        json.put("seconds", rounded(seconds));
        json.put("peakBytes", bytes(report.peakBytes()));
        report.predicted().ifPresent(prediction -> json.put("predicted", predicted(prediction)));
        json.put("output", output.toString());
        json.put("choices", report.choices().stream().map(JsonReport::choice).toList());
        json.put("retries", report.retries().stream().map(JsonReport::retry).toList());
        json.put("warnings", report.warnings());
        try {
            return MAPPER.writeValueAsString(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("maps, texts and numbers are always JSON", e);
        }
    }
}
