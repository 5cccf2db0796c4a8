package io.github.wan4j.core.kernels;

import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The operations that a device fuses or replaces. B batch, L tokens, D model dimension, H heads of d, C channels; {@code x}
 * is the residual stream. Results belong to the innermost scope. Implementations are used by one thread at a time.
 *
 * <p>Where a result is said to be rounded, the operation computes in f32 and rounds once, there.
 */
public interface Kernels {
    /** For work that comes again and again, under a name that users understand; the caller closes it. */
    default Replays replays(String name) {
        return Replays.PLAIN;
    }

    // ---- transformer -----------------------------------------------------------------------------------------------

    /**
     * softmax(scale · q kᵀ + bias) v. q [B, L, H, d], k and v [B, S, H, d], any strides with d contiguous; bias null, or by
     * distance: [H, L + S − 1] contiguous, of which query l and key s take element s − l + L − 1. Returns [B, L, H, d],
     * contiguous. With a bias the products, sums and the softmax are rounded to q's dtype one by one, as UMT5 does.
     */
    Tensor attention(Tensor q, Tensor k, Tensor v, double scale, @Nullable Tensor bias);

    /**
     * How many tokens this device would rather pass through a transformer than {@code count}. Those behind them are copies of
     * the last one, which attention is told to leave out.
     */
    default long tokens(long count) {
        return count;
    }

    /** Whether queries may come to {@link #innerAttention} in parts, which saves memory. */
    default boolean takesQueriesInParts() {
        return true;
    }

    /**
     * {@link #attention} without a bias to all keys but the last {@code copies}, which equal the one before. Their values may
     * be overwritten.
     */
    default Tensor attention(Tensor q, Tensor k, Tensor v, double scale, long copies) {
        long keys = k.size(1) - copies;
        return attention(q, k.narrow(1, 0, keys), v.narrow(1, 0, keys), scale, null);
    }

    /**
     * The same in a block that bears less exact numbers: on e4m3 where attention=fp8 was asked for and the device has it
     * ({@link Attention8} is its formula). Frees q, k and v as soon as it can.
     */
    default Tensor innerAttention(Tensor q, Tensor k, Tensor v, double scale, long copies) {
        return attention(q, k, v, scale, copies);
    }

    /** {@link #attention} of q [B, L, D], its {@link #rmsNorm} first, to the few keys of a prompt; [B, L, H, d]. */
    Tensor crossAttention(Tensor q, Tensor weight, double eps, Keys keys, double scale);

    /** LN of x [B, L, D], rounded to x's dtype, then scaled and shifted in f32; rounded to {@code out}, e4m3 as {@link #quantise}. */
    Operand norm(Tensor x, Norm norm, DType out);

    /** x + y · gate in f32; x, y [B, L, D], gate 1 if null. */
    Tensor gatedAdd(Tensor x, Tensor y, @Nullable Rows gate);

    /** {@link #gatedAdd} followed by {@link #norm} of the sum. */
    Added gatedAddNorm(Tensor x, Tensor y, @Nullable Rows gate, Norm norm, DType out);

    /** The new residual stream, f32, and its norm. */
    record Added(Tensor x, Operand normed) {}

    /**
     * RMS norm of x [B, L, D] over the full D, rounded to its dtype, times weight [D] f32, heads split and rotated:
     * [B, L, H, d] in x's dtype.
     */
    Tensor rmsRope(Tensor x, Tensor weight, double eps, Rotation rotation, int heads);

    /** The dtype in which this device reads a {@link Rotation}: f64, or f32 where nothing is gained by more. */
    default DType angles() {
        return DType.F64;
    }

    /** x · rsqrt(mean x² + eps) over the last dimension, rounded to x's dtype, times weight; result in x's dtype. */
    Tensor rmsNorm(Tensor x, Tensor weight, double eps);

    /** x [.., in], weight [out, in], bias [out] or null, all of one dtype; x Wᵀ + b. */
    Tensor linear(Tensor x, Tensor weight, @Nullable Tensor bias);

    /** GELU (tanh form) of {@link #linear}. */
    Tensor linearGelu(Tensor x, Tensor weight, @Nullable Tensor bias);

    /** The tanh form, in x's dtype. */
    Tensor gelu(Tensor x);

    /** Every row of x [.., D] divided by its scale, which is its largest magnitude / 448, and rounded to e4m3. */
    Operand quantise(Tensor x);

    /** {@link #quantise} of GELU(x), the tanh form, in f32. */
    Operand geluQuantise(Tensor x);

    /** x [.., in] and weight [out, in] quantised, bias [out] bf16 or null; x Wᵀ + b, rounded to bf16. */
    Tensor scaledLinear(Operand x, Operand weight, @Nullable Tensor bias);

    /** up · GELU(gate), the tanh form written out with a rounding to the dtype after every step, as UMT5 has it. */
    Tensor geluGate(Tensor gate, Tensor up);

    /** x · sigmoid(x). */
    Tensor silu(Tensor x);

    /** latent [C, T, h, w] f32 to tokens [1, T·h/2·w/2, C·4]; features in the order channel, dy, dx. */
    Tensor patchify(Tensor latent, DType out);

    /**
     * tokens [1, T·h/2·w/2, 4·C], features in the order dy, dx, channel, to [C, T, h, w] f32; every value is rounded to
     * {@code rounding} on the way.
     */
    Tensor unpatchify(Tensor tokens, long frames, long height, long width, DType rounding);

    // ---- sampling, f32 ---------------------------------------------------------------------------------------------

    /** uncond + guidance · (cond − uncond). */
    Tensor guidance(Tensor cond, Tensor uncond, double guidance);

    /** Σ coefficientᵢ · tensorᵢ. */
    Tensor combine(double[] coefficients, Tensor... tensors);

    // ---- VAE; x [1, C, T, H, W] ------------------------------------------------------------------------------------

    /** x in the memory layout that this device's convolutions like best. */
    Tensor layout(Tensor x);

    /**
     * x with weight [O, C, kt, kh, kw] and bias [O], zero-padded in height and width by {@code padding} (height, width) on both
     * sides and not at all in time; stride in time, height, width.
     */
    Tensor convolution(Tensor x, Tensor weight, Tensor bias, long[] stride, long[] padding);

    /** {@link #convolution} of stride 1 plus {@code addend}, which has the shape of the result. */
    Tensor convolutionAdd(Tensor x, Tensor weight, Tensor bias, long[] padding, Tensor addend);

    /** {@link #channelNormSilu} of a {@link #convolution} of stride 1. */
    Tensor convolutionNormSilu(
            Tensor x, Tensor weight, Tensor bias, long[] padding, Tensor gamma, int front, @Nullable Tensor history);

    /** SiLU of {@link #channelNorm}, behind {@code front} frames of history: see {@link #behind}. */
    Tensor channelNormSilu(Tensor x, Tensor gamma, int front, @Nullable Tensor history);

    /** x / max(‖x‖₂, 1e-12) over the channels · √C · gamma [C]. */
    Tensor channelNorm(Tensor x, Tensor gamma);

    /**
     * {@code front} frames followed by x: [1, C, front + T, H, W]. The frames are the last ones of history [1, C, m, H, W],
     * zeros where it is shorter or null. A causal convolution is this and a {@link #convolution}.
     */
    Tensor behind(Tensor x, int front, @Nullable Tensor history);

    /**
     * Height and width doubled by repetition, then {@link #convolution} with weight [O, C, 1, 3, 3] and padding 1, plus
     * {@code shortcut} if there is one.
     */
    Tensor upsampleConvolution(Tensor x, Tensor weight, Tensor bias, @Nullable Repeated shortcut);
}
