package io.github.wan4j.models.wan;

import io.github.wan4j.core.weights.NameMap;

/** Names of the transformer's tensors in the layouts other than the original one. */
public final class WanNames {
    private static final String BLOCK = "(blocks\\.\\d+)\\.";

    private WanNames() {}

    /** From diffusers' {@code WanTransformer3DModel}. Its norm2 is norm3 here: the one with weights. */
    public static NameMap fromDiffusers() {
        NameMap outside = NameMap.rules()
                .prefix("patch_embedding.", "patch_embedding.")
                .prefix("condition_embedder.text_embedder.linear_1.", "text_embedding.0.")
                .prefix("condition_embedder.text_embedder.linear_2.", "text_embedding.2.")
                .prefix("condition_embedder.time_embedder.linear_1.", "time_embedding.0.")
                .prefix("condition_embedder.time_embedder.linear_2.", "time_embedding.2.")
                .prefix("condition_embedder.time_proj.", "time_projection.1.")
                .name("scale_shift_table", "head.modulation")
                .prefix("proj_out.", "head.head.");
        NameMap block = outside.regex(BLOCK + "scale_shift_table", "$1.modulation")
                .regex(BLOCK + "norm2\\.(.+)", "$1.norm3.$2")
                .regex(BLOCK + "ffn\\.net\\.0\\.proj\\.(.+)", "$1.ffn.0.$2")
                .regex(BLOCK + "ffn\\.net\\.2\\.(.+)", "$1.ffn.2.$2");
        return attention(attention(block, "attn1", "self_attn"), "attn2", "cross_attn");
    }

    private static NameMap attention(NameMap map, String from, String to) {
        return map.regex(BLOCK + from + "\\.to_([qkv])\\.(.+)", "$1." + to + ".$2.$3")
                .regex(BLOCK + from + "\\.to_out\\.0\\.(.+)", "$1." + to + ".o.$2")
                .regex(BLOCK + from + "\\.(norm_[qk])\\.(.+)", "$1." + to + ".$2.$3");
    }
}
