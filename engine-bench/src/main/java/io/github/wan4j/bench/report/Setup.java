package io.github.wan4j.bench.report;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.video.Size;
import io.github.wan4j.video.Tier;
import io.github.wan4j.video.VideoRequest;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * One side of a comparison, written as {@code precision=fp8,attention=cudnn,tier=balanced}: settings of the engine by their
 * names, and of the request {@code tier}, {@code speedup}, {@code steps}, {@code shift}, {@code frames}, {@code side} (of square
 * frames)
 * and {@code size}, as {@code 832x480}.
 */
record Setup(String text, EngineConfig config, Map<String, String> request) {
    private static final Set<String> OF_REQUEST = Set.of("tier", "speedup", "steps", "shift", "frames", "side", "size");

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
        return builder(prompt, seed).build();
    }

    VideoRequest.Builder builder(String prompt, long seed) {
        VideoRequest.Builder builder = VideoRequest.builder(prompt).seed(seed);
        for (Map.Entry<String, String> setting : request.entrySet()) {
            String value = setting.getValue();
            builder = switch (setting.getKey()) {
                case "tier" -> builder.tier(Tier.valueOf(value.toUpperCase(Locale.ROOT)));
                case "speedup" -> builder.speedup(Double.parseDouble(value));
                case "steps" -> builder.steps(Integer.parseInt(value));
                case "shift" -> builder.shift(Double.parseDouble(value));
                case "frames" -> builder.frames(Integer.parseInt(value));
                case "size" -> {
                    Size size = Size.parse(value);
                    yield builder.size(size.width(), size.height());
                }
                default -> builder.size(Integer.parseInt(value), Integer.parseInt(value));
            };
        }
        return builder;
    }
}
