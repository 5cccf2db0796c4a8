package io.github.wan4j.bench.report;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.video.Tier;
import io.github.wan4j.video.VideoRequest;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * One side of a comparison, written as {@code precision=fp8,attention=cudnn,tier=balanced}: settings of the engine by their
 * names, and of the request {@code tier}, {@code speedup}, {@code steps}, {@code frames} and {@code side} (of square frames).
 */
record Setup(String text, EngineConfig config, Map<String, String> request) {
    private static final Set<String> OF_REQUEST = Set.of("tier", "speedup", "steps", "frames", "side");

    static Setup parse(String text) {
        EngineConfig.Builder config = EngineConfig.builder();
        Map<String, String> request = new LinkedHashMap<>();
        for (String part : text.split(",", -1)) {
            int equals = part.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("'" + part + "' is no setting; write name=value, as precision=fp8");
            }
            String name = part.substring(0, equals).trim();
            String value = part.substring(equals + 1).trim();
            if (OF_REQUEST.contains(name)) {
                request.put(name, value);
            } else {
                config.set(name, value);
            }
        }
        return new Setup(text, config.build(), request);
    }

    VideoRequest request(String prompt, long seed) {
        VideoRequest.Builder builder = VideoRequest.builder(prompt).seed(seed);
        for (Map.Entry<String, String> setting : request.entrySet()) {
            String value = setting.getValue();
            builder = switch (setting.getKey()) {
                case "tier" -> builder.tier(Tier.valueOf(value.toUpperCase(Locale.ROOT)));
                case "speedup" -> builder.speedup(Double.parseDouble(value));
                case "steps" -> builder.steps(Integer.parseInt(value));
                case "frames" -> builder.frames(Integer.parseInt(value));
                default -> builder.size(Integer.parseInt(value), Integer.parseInt(value));
            };
        }
        return builder.build();
    }
}
