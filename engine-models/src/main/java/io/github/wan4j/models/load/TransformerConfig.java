package io.github.wan4j.models.load;

import io.github.wan4j.models.wan.WanConfig;

/** A transformer's {@code config.json} in either naming. */
final class TransformerConfig {
    private static final int TEXT_LENGTH = 512;
    private static final int FREQUENCIES = 256;
    private static final double EPS = 1e-6;

    private TransformerConfig() {}

    /** {@code textDim} is in no original config; it is read off the weights. */
    static WanConfig read(JsonFile json, int textDim) {
        boolean diffusers = json.has("num_attention_heads");
        int heads = json.integer(diffusers ? "num_attention_heads" : "num_heads");
        try {
            return new WanConfig(
                    diffusers ? heads * json.integer("attention_head_dim") : json.integer("dim"),
                    json.integer("ffn_dim"),
                    heads,
                    json.integer("num_layers"),
                    json.integer(diffusers ? "in_channels" : "in_dim"),
                    json.integer(diffusers ? "out_channels" : "out_dim"),
                    json.integer("freq_dim", FREQUENCIES),
                    json.integer("text_len", TEXT_LENGTH),
                    textDim,
                    json.number("eps", EPS));
        } catch (IllegalArgumentException e) {
            throw json.problem(String.valueOf(e.getMessage()), e);
        }
    }
}
