package io.github.wan4j.cuda;

import io.github.wan4j.core.kernels.Kernels.Added;
import io.github.wan4j.core.kernels.Norm;
import io.github.wan4j.core.kernels.Operand;
import io.github.wan4j.core.kernels.Rotation;
import io.github.wan4j.core.kernels.Rows;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.cuda.launch.Launch;
import org.jspecify.annotations.Nullable;

/** The fused passes over [B, L, D] of the transformers. Null where no kernel takes the input. */
final class RowKernels {
    private static final String NORM = "norm_modulate/norm_modulate.cu";
    private static final String ADD = "gated_add/gated_add.cu";
    private static final String RMS = "rms_rope/rms_rope.cu";

    private final OwnKernels library;

    RowKernels(OwnKernels library) {
        this.library = library;
    }

    @Nullable
    Operand norm(Tensor x, Norm norm, DType out) {
        long dim = x.size(-1);
        Affine affine = Affine.of(norm, x.size(1), dim);
        RowShape shape = RowShape.of(dim, x.dtype() != DType.BF16 || out != DType.BF16);
        // an affine norm of bf16 is rounded after its factors, the kernel rounds before
        boolean rounds = norm instanceof Norm.Affine && x.dtype() == DType.BF16;
        if (affine == null || shape == null || rounds || !Memory.isPlain(x) || !isKnown(out)) {
            return null;
        }
        Launch launch = library.get(
                KernelInstance.of(NORM, "wan4j_norm_modulate", x.dtype(), out, dim, shape.elements(), shape.warps()),
                10,
                check -> {
                    Tensor sample = check.sample(x.dtype(), 2, 5, dim);
                    Norm like = Affine.sample(check, norm, dim);
                    check.same(
                            KernelTrial.made(norm(sample, like, out)),
                            check.control().norm(sample, like, out));
                });
        if (launch == null) {
            return null;
        }
        Operand result = empty(x, out);
        affine.passTo(launch.pointer(Memory.address(x)), Memory.address(result.values()), scales(result))
                .run(x.count() / dim, shape.threads());
        return result;
    }

    @Nullable
    Tensor gatedAdd(Tensor x, Tensor y, @Nullable Rows gate) {
        long dim = x.size(-1);
        Gate gated = Gate.of(gate, x.size(1), dim);
        RowShape shape = RowShape.of(dim, true);
        if (gated == null || shape == null || !summands(x, y)) {
            return null;
        }
        Launch launch = library.get(
                KernelInstance.of(
                        ADD,
                        "wan4j_gated_add",
                        x.dtype(),
                        y.dtype(),
                        dim,
                        shape.elements(),
                        shape.warps(),
                        gate != null),
                7,
                check -> {
                    Tensor a = check.sample(x.dtype(), 2, 5, dim);
                    Tensor b = check.sample(y.dtype(), 2, 5, dim);
                    Rows like = Gate.sample(check, gate, dim);
                    check.same(
                            KernelTrial.made(gatedAdd(a, b, like)),
                            check.control().gatedAdd(a, b, like));
                });
        if (launch == null) {
            return null;
        }
        Tensor result = Tensors.empty(DType.F32, x.device(), x.shape());
        launch.pointer(Memory.address(x)).pointer(Memory.address(y)).pointer(gated.address());
        launch.pointer(Memory.address(result));
        launch.i32(x.size(1)).i32(gated.split()).i32(gated.stride());
        launch.run(x.count() / dim, shape.threads());
        return result;
    }

    @Nullable
    Added gatedAddNorm(Tensor x, Tensor y, @Nullable Rows gate, Norm norm, DType out) {
        long dim = x.size(-1);
        Gate gated = Gate.of(gate, x.size(1), dim);
        Affine affine = Affine.of(norm, x.size(1), dim);
        RowShape shape = RowShape.of(dim, true);
        if (gated == null || affine == null || shape == null || !summands(x, y) || !isKnown(out)) {
            return null;
        }
        Launch launch = library.get(
                KernelInstance.of(
                        ADD,
                        "wan4j_gated_add_norm",
                        x.dtype(),
                        y.dtype(),
                        out,
                        dim,
                        shape.elements(),
                        shape.warps(),
                        gate != null),
                15,
                check -> {
                    Tensor a = check.sample(x.dtype(), 2, 5, dim);
                    Tensor b = check.sample(y.dtype(), 2, 5, dim);
                    Rows rows = Gate.sample(check, gate, dim);
                    Norm like = Affine.sample(check, norm, dim);
                    Added own = KernelTrial.made(gatedAddNorm(a, b, rows, like, out));
                    Added plain = check.control().gatedAddNorm(a, b, rows, like, out);
                    check.same(own.x(), plain.x());
                    check.same(own.normed(), plain.normed());
                });
        if (launch == null) {
            return null;
        }
        Tensor sum = Tensors.empty(DType.F32, x.device(), x.shape());
        Operand normed = empty(x, out);
        launch.pointer(Memory.address(x)).pointer(Memory.address(y)).pointer(gated.address());
        launch.pointer(affine.scale()).pointer(affine.shift());
        launch.pointer(Memory.address(sum)).pointer(Memory.address(normed.values()));
        launch.i32(x.size(1))
                .i32(gated.split())
                .i32(gated.stride())
                .i32(affine.split())
                .i32(affine.stride());
        launch.f32(affine.base()).f32(affine.eps()).pointer(scales(normed));
        launch.run(x.count() / dim, shape.threads());
        return new Added(sum, normed);
    }

    /** What {@link #rmsNorm} multiplies the rows of x [B, L, D] by before their weight: [B, L] f32. */
    @Nullable
    Tensor rmsFactors(Tensor x, double eps) {
        long dim = x.size(-1);
        long stride = Memory.rowStride(x);
        RowShape shape = RowShape.of(dim, x.dtype() != DType.BF16);
        if (stride < 0 || shape == null) {
            return null;
        }
        Launch launch = library.get(
                KernelInstance.of(RMS, "wan4j_rms_factors", x.dtype(), dim, shape.elements(), shape.warps()),
                4,
                check -> {
                    Tensor sample = check.sample(x.dtype(), 1, 5, dim);
                    Tensor f32 = sample.to(DType.F32);
                    check.same(
                            KernelTrial.made(rmsFactors(sample, eps)),
                            f32.mul(f32).mean(false, -1).add(eps).rsqrt());
                });
        if (launch == null) {
            return null;
        }
        Tensor result = Tensors.empty(DType.F32, x.device(), x.size(0), x.size(1));
        launch.pointer(Memory.address(x)).pointer(Memory.address(result));
        launch.i32(stride).f32(eps).run(result.count(), shape.threads());
        return result;
    }

    @Nullable
    Tensor rmsNorm(Tensor x, Tensor weight, double eps) {
        long dim = x.size(-1);
        long stride = Memory.rowStride(x);
        RowShape shape = RowShape.of(dim, x.dtype() != DType.BF16);
        if (stride < 0 || shape == null || !Memory.isPlain(weight) || weight.count() != dim) {
            return null;
        }
        Launch launch = library.get(
                KernelInstance.of(
                        RMS, "wan4j_rms", x.dtype(), weight.dtype(), x.dtype(), dim, shape.elements(), shape.warps()),
                5,
                check -> {
                    Tensor sample = check.sample(x.dtype(), 1, 5, dim);
                    Tensor like = check.sample(weight.dtype(), dim);
                    check.same(
                            KernelTrial.made(rmsNorm(sample, like, eps)),
                            check.control().rmsNorm(sample, like, eps));
                });
        if (launch == null) {
            return null;
        }
        Tensor result = Tensors.empty(x.dtype(), x.device(), x.shape());
        launch.pointer(Memory.address(x)).pointer(Memory.address(weight)).pointer(Memory.address(result));
        launch.i32(stride).f32(eps).run(x.count() / dim, shape.threads());
        return result;
    }

    @Nullable
    Tensor rmsRope(Tensor x, Tensor weight, double eps, Rotation rotation, int heads) {
        long dim = x.size(-1);
        long head = dim / heads;
        long stride = Memory.rowStride(x);
        DType angle = rotation.cos().dtype();
        RowShape shape = RowShape.of(dim, x.dtype() != DType.BF16);
        boolean fits = stride >= 0
                && Memory.isPlain(weight)
                && isTable(rotation.cos(), x.size(1), head)
                && isTable(rotation.sin(), x.size(1), head)
                && rotation.sin().dtype() == angle;
        if (!fits || shape == null || !shape.fitsHead(head)) {
            return null;
        }
        Launch launch = library.get(
                KernelInstance.of(
                        RMS,
                        "wan4j_rms_rope",
                        x.dtype(),
                        weight.dtype(),
                        angle,
                        dim,
                        head,
                        shape.elements(),
                        shape.warps()),
                8,
                check -> {
                    Tensor part = check.sample(x.dtype(), 2, 5, 3 * dim).narrow(2, dim, dim);
                    Tensor factors = check.sample(weight.dtype(), dim);
                    Tensor angles = check.sample(angle, 5, head / 2);
                    Rotation like = new Rotation(angles.cos(), angles.sin());
                    check.same(
                            KernelTrial.made(rmsRope(part, factors, eps, like, heads)),
                            check.control().rmsRope(part, factors, eps, like, heads));
                });
        if (launch == null) {
            return null;
        }
        Tensor result = Tensors.empty(x.dtype(), x.device(), x.size(0), x.size(1), heads, head);
        launch.pointer(Memory.address(x)).pointer(Memory.address(weight));
        launch.pointer(Memory.address(rotation.cos())).pointer(Memory.address(rotation.sin()));
        launch.pointer(Memory.address(result)).i32(x.size(1)).i32(stride).f32(eps);
        launch.run(x.count() / dim, shape.threads());
        return result;
    }

    private static boolean isTable(Tensor angles, long tokens, long head) {
        return (angles.dtype() == DType.F64 || angles.dtype() == DType.F32)
                && angles.isContiguous()
                && angles.size(0) == tokens
                && angles.size(1) == head / 2;
    }

    private static boolean summands(Tensor x, Tensor y) {
        return Memory.isPlain(x) && Memory.isPlain(y) && x.sameShape(y);
    }

    private static boolean isKnown(DType type) {
        return type == DType.F32 || type == DType.BF16 || type == DType.F8_E4M3;
    }

    private static Operand empty(Tensor x, DType out) {
        return out == DType.F8_E4M3 ? Fp8Kernels.empty(x) : Operand.of(Tensors.empty(out, x.device(), x.shape()));
    }

    /** Where the scales go; nowhere if there are none. */
    private static long scales(Operand operand) {
        return operand.isQuantised() ? Memory.address(operand.rowScales()) : 0;
    }
}
