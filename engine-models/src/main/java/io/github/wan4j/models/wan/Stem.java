package io.github.wan4j.models.wan;

import io.github.wan4j.core.tensor.Tensor;

/**
 * Tokens x [B, L, D] f32 behind the first block's self-attention.
 *
 * <p>In a step both branches of guidance look at the same latent at the same time and differ in their prompts alone, and a
 * prompt enters a block at its cross-attention. So all in front of the first block's cross-attention (time and patch
 * embedding, norm, q, k and v, their positions, self-attention and the sum with its gate) comes out the same in both, bit for
 * bit. A stem is that result: made once, it serves any number of prompts, and of two passes through n blocks the self-attention
 * of one in 2n is never computed. What it costs is memory: [L, D] f32 is kept while the first branch passes.
 */
public record Stem(Tensor x) {
    /** The same in other hands: whoever passes on a stem loses it. */
    public Stem again() {
        return new Stem(x.reshape(x.shape()));
    }

    /** For as many prompts side by side. */
    Tensor times(long prompts) {
        if (x.size(0) == prompts) {
            return x;
        }
        Tensor side = x.expand(prompts, x.size(1), x.size(2)).contiguous();
        x.close();
        return side;
    }
}
