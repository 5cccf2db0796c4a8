package io.github.wan4j.core.tensor;

import java.util.function.Supplier;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** The operators of neural networks, as libtorch has them. */
public final class Functional {
    private static final long[] NO_DILATION_2D = {1, 1};
    private static final long[] NO_DILATION_3D = {1, 1, 1};

    private Functional() {}

    /** x [.., in], weight [out, in], bias [out]; x Wᵀ + b [.., out]. */
    public static Tensor linear(Tensor x, Tensor weight, @Nullable Tensor bias) {
        return Tensor.call(
                "linear",
                () -> bias == null
                        ? torch.linear(x.handle(), weight.handle())
                        : torch.linear(x.handle(), weight.handle(), new TensorOptional(bias.handle())),
                x,
                weight);
    }

    /** Over the last dimension, biased variance. */
    public static Tensor layerNorm(Tensor x, double eps, @Nullable Tensor weight, @Nullable Tensor bias) {
        return Tensor.call(
                "layerNorm",
                () -> torch.layer_norm(
                        x.handle(), new long[] {x.size(-1)}, optional(weight), optional(bias), eps, true),
                x);
    }

    /** The tanh form. */
    public static Tensor gelu(Tensor x) {
        return Tensor.call("gelu", () -> torch.gelu(x.handle(), new BytePointer("tanh")), x);
    }

    public static Tensor silu(Tensor x) {
        return Tensor.call("silu", () -> torch.silu(x.handle()), x);
    }

    public static Tensor softmax(Tensor x, long dim, DType dtype) {
        return Tensor.call(
                "softmax", () -> torch.softmax(x.handle(), dim, new ScalarTypeOptional(dtype.torchType())), x);
    }

    /** q [B, H, L, d], k and v [B, H, S, d], bias broadcast to [B, H, L, S]; softmax(scale q kᵀ + bias) v. */
    public static Tensor attention(Tensor q, Tensor k, Tensor v, double scale, @Nullable Tensor bias) {
        return Tensor.call(
                "attention",
                () -> torch.scaled_dot_product_attention(
                        q.handle(),
                        k.handle(),
                        v.handle(),
                        optional(bias),
                        0.0,
                        false,
                        new DoubleOptional(scale),
                        false),
                q,
                k,
                v);
    }

    /** x [N, I, T, H, W], weight [O, I, kt, kh, kw], bias [O]; symmetric zero padding. */
    public static Tensor conv3d(Tensor x, Tensor weight, @Nullable Tensor bias, long[] stride, long[] padding) {
        return Tensor.call(
                "conv3d",
                () -> torch.conv3d(x.handle(), weight.handle(), optional(bias), stride, padding, NO_DILATION_3D, 1),
                x,
                weight);
    }

    /** x [N, I, H, W], weight [O, I, kh, kw], bias [O]; symmetric zero padding. */
    public static Tensor conv2d(Tensor x, Tensor weight, @Nullable Tensor bias, long[] stride, long[] padding) {
        return Tensor.call(
                "conv2d",
                () -> torch.conv2d(x.handle(), weight.handle(), optional(bias), stride, padding, NO_DILATION_2D, 1),
                x,
                weight);
    }

    /**
     * The same convolutions (two or three spatial dimensions) by oneDNN, f32 on a CPU. torch takes oneDNN for large
     * inputs only, although it is several times faster on small ones.
     */
    public static Tensor oneDnnConvolution(
            Tensor x, Tensor weight, @Nullable Tensor bias, long[] stride, long[] padding) {
        return oneDnnConvolution(x, weight, bias, stride, padding, 1);
    }

    /** The same with {@code groups} of channels that do not see each other: weight [O, I / groups, …]. */
    public static Tensor oneDnnConvolution(
            Tensor x, Tensor weight, @Nullable Tensor bias, long[] stride, long[] padding, long groups) {
        long[] dilation = stride.length == 3 ? NO_DILATION_3D : NO_DILATION_2D;
        return Tensor.call(
                "oneDnnConvolution",
                () -> torch.mkldnn_convolution(
                        x.handle(), weight.handle(), optional(bias), padding, stride, dilation, groups),
                x,
                weight);
    }

    /** Height and width of x [N, C, T, H, W] times {@code factor} by repetition. */
    public static Tensor repeatPixels(Tensor x, long factor) {
        long[] size = {x.size(2), x.size(3) * factor, x.size(4) * factor};
        return Tensor.call("repeatPixels", () -> torch.upsample_nearest3d(x.handle(), size), x);
    }

    /** ‖x‖₂ along a dimension, which stays with size 1. */
    public static Tensor norm(Tensor x, long dim) {
        return Tensor.call(
                "norm",
                () -> torch.linalg_vector_norm(
                        x.handle(), new Scalar(2), new long[] {dim}, true, new ScalarTypeOptional()),
                x);
    }

    /** Writes a / b to {@code result}. */
    public static void divInto(Tensor result, Tensor a, Tensor b) {
        write("divInto", () -> torch.div_out(result.handle(), a.handle(), b.handle()), result, a, b);
    }

    /** x ← x · factor. */
    public static void scaleInPlace(Tensor x, Tensor factor) {
        write("scaleInPlace", () -> x.handle().mul_(factor.handle()), x, factor);
    }

    /** x ← silu(x). */
    public static void siluInPlace(Tensor x) {
        write("siluInPlace", () -> torch.silu_(x.handle()), x);
    }

    /** Runs an operator that returns the tensor it wrote to; {@code target} comes first. */
    private static void write(
            String operation, Supplier<org.bytedeco.pytorch.Tensor> body, Tensor target, Tensor... operands) {
        try (Scope scope = Scope.open(operation)) {
            Tensor alias = Tensor.call(operation, body, operands.length == 0 ? new Tensor[] {target} : operands);
            assert alias.sameShape(target) : operation + " to " + target + " gave " + alias;
        }
    }

    /** Whether this libtorch has oneDNN at all: builds for Apple's processors have not. */
    public static boolean hasOneDnn() {
        return torch.hasMKLDNN();
    }

    /** a and b [.., 2] as complex numbers (real part first), broadcast; their products [.., 2]. */
    public static Tensor complexProduct(Tensor a, Tensor b) {
        return Tensor.call(
                "complexProduct",
                () -> torch.view_as_real(torch.view_as_complex(a.handle()).mul(torch.view_as_complex(b.handle()))),
                a,
                b);
    }

    private static TensorOptional optional(@Nullable Tensor tensor) {
        return tensor == null ? new TensorOptional() : new TensorOptional(tensor.handle());
    }
}
