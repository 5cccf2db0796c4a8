package io.github.wan4j.models.umt5;

import io.github.wan4j.core.weights.NameMap;
import java.util.Set;

/** Names of the encoder's tensors in the layouts other than the original one. */
public final class Umt5Names {
    private static final String ATTENTION = "encoder\\.block\\.(\\d+)\\.layer\\.0\\.";
    private static final String FEED_FORWARD = "encoder\\.block\\.(\\d+)\\.layer\\.1\\.";
    private static final String SHARED = "shared.weight";
    private static final String EMBED_TOKENS = "encoder.embed_tokens.weight";

    private Umt5Names() {}

    /** From Hugging Face's {@code UMT5EncoderModel}: {@code names} may hold the one table under either name, or under both. */
    public static NameMap fromHuggingFace(Set<String> names) {
        NameMap table =
                names.contains(SHARED) ? NameMap.rules().drop("encoder\\.embed_tokens\\.weight") : NameMap.rules();
        return table.name(SHARED, "token_embedding.weight")
                .name(EMBED_TOKENS, "token_embedding.weight")
                .name("encoder.final_layer_norm.weight", "norm.weight")
                .regex(ATTENTION + "layer_norm\\.weight", "blocks.$1.norm1.weight")
                .regex(ATTENTION + "SelfAttention\\.([qkvo])\\.weight", "blocks.$1.attn.$2.weight")
                .regex(
                        ATTENTION + "SelfAttention\\.relative_attention_bias\\.weight",
                        "blocks.$1.pos_embedding.embedding.weight")
                .regex(FEED_FORWARD + "layer_norm\\.weight", "blocks.$1.norm2.weight")
                .regex(FEED_FORWARD + "DenseReluDense\\.wi_0\\.weight", "blocks.$1.ffn.gate.0.weight")
                .regex(FEED_FORWARD + "DenseReluDense\\.wi_1\\.weight", "blocks.$1.ffn.fc1.weight")
                .regex(FEED_FORWARD + "DenseReluDense\\.wo\\.weight", "blocks.$1.ffn.fc2.weight");
    }
}
