package io.github.wan4j.bench.report;

import io.github.wan4j.video.CachePolicy;
import io.github.wan4j.video.VideoRequest;

/**
 * A way of reusing steps, written as {@code magcache}, {@code magcache:threshold=0.1,k=2,retention=0.2}, {@code
 * teacache:speedup=1.5} or {@code mask:##.#}.
 */
record ReuseSetup(String text, CachePolicy policy, double speedup) {
    static ReuseSetup parse(String text) {
        int colon = text.indexOf(':');
        String method = colon < 0 ? text : text.substring(0, colon);
        String settings = colon < 0 ? "" : text.substring(colon + 1);
        if (method.equals("mask")) {
            return new ReuseSetup("mask", CachePolicy.mask(settings), 0);
        }
        CachePolicy policy = CachePolicy.parse(method);
        double speedup = 0;
        for (String setting : settings.isEmpty() ? new String[0] : settings.split(",", -1)) {
            String[] pair = setting.split("=", 2);
            double value = Double.parseDouble(pair[pair.length - 1]);
            switch (pair[0]) {
                case "threshold" -> policy = policy.withThreshold(value);
                case "k" -> policy = policy.withK((int) value);
                case "retention" -> policy = policy.withRetention(value);
                case "speedup" -> speedup = value;
                default ->
                    throw new IllegalArgumentException(
                            "'" + setting + "' is none of threshold, k, retention and speedup with a number");
            }
        }
        return new ReuseSetup(text, policy, speedup);
    }

    /** The request with its steps reused in this way. */
    VideoRequest.Builder applied(VideoRequest.Builder request) {
        VideoRequest.Builder reusing = request.cache(policy);
        return speedup == 0 ? reusing : reusing.speedup(speedup);
    }
}
