package io.github.wan4j.cuda;

import io.github.wan4j.core.tensor.DType;

/**
 * Which attention kernel serves a shape. On an H200, 40 heads of 128 in bf16: cuDNN 640 TFLOP/s, flash 355; below Hopper cuDNN's
 * lead is gone and it refuses more shapes, so flash it is. Heads wider than these take (the VAEs' single head of 384 and more)
 * and f32 go to the memory-efficient kernel.
 */
final class AttentionTable {
    /** Without cuDNN: what serves where its results cannot be used. */
    static final CudaKernels.AttentionChoice PLAIN = new AttentionTable(0)::choose;

    private final int computeCapabilityMajor;

    AttentionTable(int computeCapabilityMajor) {
        this.computeCapabilityMajor = computeCapabilityMajor;
    }

    /** In a few words, for a result. */
    String why(Attention chosen) {
        return switch (chosen) {
            case CUDNN ->
                "the fastest in bf16 from compute capability 9 on; keys are filled up to a multiple of "
                        + PaddedAttention.TILE;
            case FLASH -> "the fastest in bf16 below compute capability 9";
            case EFFICIENT -> "the only fused one for f32 and for wide heads";
            case MATH -> "no fused one takes it";
        };
    }

    Attention choose(DType type, long width) {
        if (computeCapabilityMajor >= 9 && Attention.CUDNN.takes(type, width)) {
            return Attention.CUDNN;
        }
        if (Attention.FLASH.takes(type, width)) {
            return Attention.FLASH;
        }
        return Attention.EFFICIENT.takes(type, width) ? Attention.EFFICIENT : Attention.MATH;
    }
}
