package io.github.wan4j.cuda;

import io.github.wan4j.core.kernels.Keys;
import io.github.wan4j.core.kernels.Norm;
import io.github.wan4j.core.kernels.Operand;
import io.github.wan4j.core.kernels.ReferenceKernels;
import io.github.wan4j.core.kernels.Repeated;
import io.github.wan4j.core.kernels.Replays;
import io.github.wan4j.core.kernels.Rotation;
import io.github.wan4j.core.kernels.Rows;
import io.github.wan4j.core.spi.Safety;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Operator;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.cuda.compile.KernelNeeds.Need;
import io.github.wan4j.cuda.launch.Multiprocessors;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@link io.github.wan4j.core.kernels.Kernels} of one GPU and thread: own fused kernels where they take the input, libtorch's
 * best otherwise. Made and used on a thread whose current device is that GPU.
 */
final class CudaKernels extends ReferenceKernels implements AutoCloseable {
    private static final long[] UNIT_STRIDE = {1, 1, 1};
    private static final Operator ADDMM_ACTIVATION = Operator.find("aten::_addmm_activation", "");

    /** The width of the transformers' heads. */
    static final long HEAD = 128;

    private final KernelLibrary library;
    private final boolean own;
    private final AttentionChoice attention;
    private final RowKernels rows;
    private final Fp8Kernels scaled;
    private final LatentKernels latents;
    private final TextKernels texts;
    private final VaeKernels frames;
    private final UpsampleKernels upsampling;
    private final PaddedAttention padded;
    private final PromptAttention prompts;
    private final Graphs graphs;
    private final @Nullable OwnAttention ownAttention;
    private final @Nullable InnerAttention inner;
    private final @Nullable Products products;
    private boolean plain;

    /**
     * {@code own} false: plain operators in place of everything fused, the control. Attention stays what was chosen: by
     * {@code ownAttention} where there is one and it takes the input; {@code inner} is that of inner blocks, if it is another,
     * {@code products} are those that libtorch does not compute.
     */
    CudaKernels(
            KernelLibrary library,
            boolean own,
            AttentionChoice attention,
            @Nullable OwnAttention ownAttention,
            @Nullable InnerAttention inner,
            @Nullable Products products,
            Graphs graphs) {
        this.library = library;
        this.own = own;
        this.attention = attention;
        rows = new RowKernels(library);
        scaled = new Fp8Kernels(library, library.check());
        latents = new LatentKernels(library);
        texts = new TextKernels(library);
        frames = new VaeKernels(library);
        upsampling = new UpsampleKernels(library);
        this.ownAttention = ownAttention;
        this.inner = inner;
        this.products = products;
        padded = new PaddedAttention(library);
        prompts = new PromptAttention(library, rows, Multiprocessors.ofCurrentDevice());
        this.graphs = graphs;
    }

    /** Which attention kernel to use for a type and a width of heads. */
    interface AttentionChoice {
        Attention choose(DType type, long width);
    }

    /** Whether there are own kernels at all. */
    boolean compiles() {
        return library.compiles();
    }

    /** Begins to count which own kernels are asked for; those that are named are compiled ahead. */
    void expect(Set<Need> needs) {
        library.expect(needs);
    }

    /** Which were asked for since. */
    Set<Need> asked() {
        return library.asked();
    }

    /** Plain operators, and flash attention in cuDNN's place, until it is called again. */
    void compute(Safety way) {
        boolean wanted = way == Safety.PLAIN;
        if (wanted != plain) {
            plain = wanted;
            library.open(!plain);
            graphs.rest(plain);
        }
    }

    /** A sentence for each own kernel that failed its check. */
    List<String> switchedOff() {
        List<String> all = new ArrayList<>(library.switchedOff());
        scaled.switchedOff().ifPresent(all::add);
        if (products != null) {
            products.switchedOff().ifPresent(all::add);
        }
        if (inner != null) {
            all.addAll(inner.switchedOff());
        }
        return all;
    }

    /** wan4j's own attention, where it is one that was chosen. */
    @Nullable
    OwnAttention ownAttention() {
        return ownAttention;
    }

    /** Whether attention is wan4j's own, as far as is known yet. */
    boolean isAttentionOwn() {
        return ownAttention != null
                && library.switchedOff().stream().noneMatch(text -> text.contains(OwnAttention.FUNCTION));
    }

    /** Whether inner blocks have an attention of their own, as far as is known yet. */
    boolean isInnerAttentionFast() {
        return inner != null && inner.switchedOff().isEmpty();
    }

    @Override
    public Tensor innerAttention(Tensor q, Tensor k, Tensor v, double scale, long copies) {
        Tensor fast = inner == null || plain ? null : inner.attention(q, k, v, scale, copies);
        return fast != null ? fast : attention(q, k, v, scale, copies);
    }

    /** On e4m3 keys and values are quantised with the queries: once is enough. */
    @Override
    public boolean takesQueriesInParts() {
        return inner == null;
    }

    @Override
    public Replays replays(String name) {
        return graphs.replays(name);
    }

    @Override
    public long tokens(long count) {
        boolean gains = own && !plain && ownAttention == null && choice(DType.BF16, HEAD) == Attention.CUDNN;
        return gains && (inner == null || inner.takesCopies()) ? PaddedAttention.filledUp(count) : count;
    }

    @Override
    public Tensor attention(Tensor q, Tensor k, Tensor v, double scale, long copies) {
        try (Scope scope = Scope.open("kernels.attention")) {
            boolean fits = copies > 0 && ownAttention == null && choice(q.dtype(), q.size(3)) == Attention.CUDNN;
            Tensor mixed = fits ? padded.attention(q, k, v, scale, copies) : null;
            return scope.keep(mixed != null ? mixed : super.attention(q, k, v, scale, copies));
        }
    }

    @Override
    public Tensor crossAttention(Tensor q, Tensor weight, double eps, Keys keys, double scale) {
        Tensor fused = prompts.attention(q, weight, eps, keys, scale);
        return fused != null ? fused : super.crossAttention(q, weight, eps, keys, scale);
    }

    private Attention choice(DType type, long width) {
        return (plain ? AttentionTable.PLAIN : attention).choose(type, width);
    }

    @Override
    public Tensor attention(Tensor q, Tensor k, Tensor v, double scale, @Nullable Tensor bias) {
        try (Scope scope = Scope.open("kernels.attention")) {
            Tensor fused = ownAttention == null || bias != null ? null : ownAttention.attention(q, k, v, scale);
            if (fused != null) {
                return scope.keep(fused);
            }
            Tensor queries = q.transpose(1, 2);
            Tensor keys = k.transpose(1, 2);
            Tensor values = v.transpose(1, 2);
            Tensor mixed;
            if (bias == null) {
                mixed = choice(q.dtype(), q.size(3)).apply(queries, keys, values, scale);
            } else {
                Tensor scores = (scale == 1 ? queries : queries.mul(scale)).matmul(keys.transpose(2, 3));
                Tensor weights = texts.biasSoftmax(scores, bias);
                if (weights == null) {
                    return scope.keep(super.attention(q, k, v, scale, bias));
                }
                mixed = weights.matmul(values);
            }
            return scope.keep(mixed.transpose(1, 2).contiguous());
        }
    }

    @Override
    public Operand norm(Tensor x, Norm norm, DType out) {
        Operand fused = rows.norm(x, norm, out);
        return fused != null ? fused : super.norm(x, norm, out);
    }

    @Override
    public Tensor gatedAdd(Tensor x, Tensor y, @Nullable Rows gate) {
        Tensor fused = rows.gatedAdd(x, y, gate);
        return fused != null ? fused : super.gatedAdd(x, y, gate);
    }

    @Override
    public Added gatedAddNorm(Tensor x, Tensor y, @Nullable Rows gate, Norm norm, DType out) {
        Added fused = rows.gatedAddNorm(x, y, gate, norm, out);
        return fused != null ? fused : super.gatedAddNorm(x, y, gate, norm, out);
    }

    @Override
    public Tensor rmsRope(Tensor x, Tensor weight, double eps, Rotation rotation, int heads) {
        Tensor fused = rows.rmsRope(x, weight, eps, rotation, heads);
        return fused != null ? fused : super.rmsRope(x, weight, eps, rotation, heads);
    }

    /** The kernel rotates in f32. */
    @Override
    public DType angles() {
        return own ? DType.F32 : DType.F64;
    }

    @Override
    public Tensor rmsNorm(Tensor x, Tensor weight, double eps) {
        Tensor fused = rows.rmsNorm(x, weight, eps);
        return fused != null ? fused : super.rmsNorm(x, weight, eps);
    }

    @Override
    public Tensor linear(Tensor x, Tensor weight, @Nullable Tensor bias) {
        Tensor fast = own && !plain && products != null ? products.linear(x, weight, bias, false) : null;
        return fast != null ? fast : super.linear(x, weight, bias);
    }

    /** The GELU is part of the product's epilogue, where it costs nothing; it sees the sum before its rounding to bf16. */
    @Override
    public Tensor linearGelu(Tensor x, Tensor weight, @Nullable Tensor bias) {
        if (!own || plain || bias == null || x.dtype() != DType.BF16) {
            return super.linearGelu(x, weight, bias);
        }
        Tensor fast = products == null ? null : products.linear(x, weight, bias, true);
        if (fast != null) {
            return fast;
        }
        long[] shape = x.shape();
        shape[shape.length - 1] = weight.size(0);
        try (Scope scope = Scope.open("kernels.linearGelu")) {
            Tensor matrix = x.reshape(-1, x.size(-1));
            Tensor transposed = weight.transpose(0, 1);
            return scope.keep(
                    ADDMM_ACTIVATION.call(bias, matrix, transposed, 1, 1, true).reshape(shape));
        }
    }

    @Override
    public Operand quantise(Tensor x) {
        Operand fused = scaled.quantise(x, false);
        return fused != null ? fused : super.quantise(x);
    }

    @Override
    public Operand geluQuantise(Tensor x) {
        Operand fused = scaled.quantise(x, true);
        return fused != null ? fused : super.geluQuantise(x);
    }

    @Override
    public Tensor scaledLinear(Operand x, Operand weight, @Nullable Tensor bias) {
        Tensor fast = own ? scaled.linear(x, weight, bias) : null;
        return fast != null ? fast : super.scaledLinear(x, weight, bias);
    }

    /** Whether some products are not libtorch's. */
    boolean computesProducts() {
        return own && products != null && products.switchedOff().isEmpty();
    }

    @Override
    public Tensor geluGate(Tensor gate, Tensor up) {
        Tensor fused = texts.geluGate(gate, up);
        return fused != null ? fused : super.geluGate(gate, up);
    }

    @Override
    public Tensor patchify(Tensor latent, DType out) {
        Tensor fused = latents.patchify(latent, out);
        return fused != null ? fused : super.patchify(latent, out);
    }

    @Override
    public Tensor unpatchify(Tensor tokens, long frameCount, long height, long width, DType rounding) {
        Tensor fused = latents.unpatchify(tokens, frameCount, height, width, rounding);
        return fused != null ? fused : super.unpatchify(tokens, frameCount, height, width, rounding);
    }

    @Override
    public Tensor guidance(Tensor cond, Tensor uncond, double guidance) {
        Tensor fused = latents.guidance(cond, uncond, guidance);
        return fused != null ? fused : super.guidance(cond, uncond, guidance);
    }

    @Override
    public Tensor combine(double[] coefficients, Tensor... tensors) {
        Tensor fused = latents.combine(coefficients, tensors);
        return fused != null ? fused : super.combine(coefficients, tensors);
    }

    /** Tensor cores want the channels side by side. */
    @Override
    public Tensor layout(Tensor x) {
        return x.channelsLast();
    }

    @Override
    public Tensor convolution(Tensor x, Tensor weight, Tensor bias, long[] stride, long[] padding) {
        return convolves(x, weight)
                ? sum(Convolution.of(x, weight, stride, padding), bias, null)
                : super.convolution(x, weight, bias, stride, padding);
    }

    @Override
    public Tensor convolutionAdd(Tensor x, Tensor weight, Tensor bias, long[] padding, Tensor addend) {
        return convolves(x, weight)
                ? sum(Convolution.of(x, weight, UNIT_STRIDE, padding), bias, addend)
                : super.convolutionAdd(x, weight, bias, padding, addend);
    }

    private boolean convolves(Tensor x, Tensor weight) {
        return own && !plain && Convolution.takes(x, weight);
    }

    /** y, which is nobody else's, plus a bias and an addend. */
    private Tensor sum(Tensor y, Tensor bias, @Nullable Tensor addend) {
        if (frames.add(y, bias, addend)) {
            return y;
        }
        try (Scope scope = Scope.open("kernels.sum")) {
            Tensor biased = y.add(VaeKernels.perChannel(bias));
            return scope.keep(addend == null ? biased : biased.add(addend));
        }
    }

    @Override
    public Tensor convolutionNormSilu(
            Tensor x, Tensor weight, Tensor bias, long[] padding, Tensor gamma, int front, @Nullable Tensor history) {
        if (!convolves(x, weight)) {
            return super.convolutionNormSilu(x, weight, bias, padding, gamma, front, history);
        }
        try (Scope scope = Scope.open("kernels.convolutionNormSilu")) {
            Tensor y = Convolution.of(x, weight, UNIT_STRIDE, padding);
            Tensor fused = frames.channelNorm(y, bias, gamma, true, front, history);
            return scope.keep(fused != null ? fused : channelNormSilu(sum(y, bias, null), gamma, front, history));
        }
    }

    @Override
    public Tensor channelNormSilu(Tensor x, Tensor gamma, int front, @Nullable Tensor history) {
        Tensor fused = frames.channelNorm(x, null, gamma, true, front, history);
        return fused != null ? fused : super.channelNormSilu(x, gamma, front, history);
    }

    @Override
    public Tensor channelNorm(Tensor x, Tensor gamma) {
        Tensor fused = frames.channelNorm(x, null, gamma, false, 0, null);
        return fused != null ? fused : super.channelNorm(x, gamma);
    }

    /** One pass over x, in its own layout. */
    @Override
    public Tensor behind(Tensor x, int front, @Nullable Tensor history) {
        if (front == 0 || !Memory.isChannelsLast(x)) {
            return super.behind(x, front, history);
        }
        long known = history == null ? 0 : Math.min(front, history.size(2));
        long unknown = front - known;
        try (Scope scope = Scope.open("kernels.behind")) {
            Tensor all = Tensors.emptyChannelsLast(
                    x.dtype(), x.device(), 1, x.size(1), front + x.size(2), x.size(3), x.size(4));
            if (unknown > 0) {
                Tensor gap = all.narrow(2, 0, unknown);
                gap.copyFrom(Tensors.zeros(x.dtype(), x.device(), 1).expand(gap.shape()));
            }
            if (history != null && known > 0) {
                all.narrow(2, unknown, known).copyFrom(history.narrow(2, history.size(2) - known, known));
            }
            all.narrow(2, front, x.size(2)).copyFrom(x);
            return scope.keep(all);
        }
    }

    @Override
    public Tensor upsampleConvolution(Tensor x, Tensor weight, Tensor bias, @Nullable Repeated shortcut) {
        Tensor fused = upsampling.convolution(x, weight, bias, shortcut);
        return fused != null ? fused : super.upsampleConvolution(x, weight, bias, shortcut);
    }

    @Override
    public void close() {
        graphs.close();
        if (inner != null) {
            inner.close();
        }
        if (products != null) {
            products.close();
        }
        library.close();
    }
}
