package io.github.wan4j.cuda;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.github.wan4j.core.kernels.Norm;
import io.github.wan4j.core.kernels.Rows;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.cuda.launch.Launch;
import org.jspecify.annotations.Nullable;

/**
 * What follows a {@link Norm}, as kernels take it: times (base + scale), plus shift. base is 1 for a modulation and 0 for a
 * weight.
 */
record Affine(long scale, long shift, long tokens, long split, long stride, double base, double eps) {
    /** Null where the values do not lie as a kernel needs them. */
    static @Nullable Affine of(Norm norm, long tokens, long dim) {
        if (norm instanceof Norm.Affine affine) {
            boolean fits = isVector(affine.weight(), dim) && isVector(affine.bias(), dim);
            return fits ? of(affine, tokens) : null;
        }
        Norm.Modulated modulated = (Norm.Modulated) norm;
        Gate scale = Gate.of(modulated.scale(), tokens, dim);
        Gate shift = Gate.of(modulated.shift(), tokens, dim);
        if (scale == null || shift == null || scale.split() != shift.split() || scale.stride() != shift.stride()) {
            return null;
        }
        return new Affine(scale.address(), shift.address(), tokens, scale.split(), scale.stride(), 1, modulated.eps());
    }

    private static Affine of(Norm.Affine affine, long tokens) {
        long weight = Memory.address(affine.weight());
        return new Affine(weight, Memory.address(affine.bias()), tokens, tokens, 0, 0, affine.eps());
    }

    private static boolean isVector(Tensor values, long dim) {
        return values.dtype() == DType.F32 && values.count() == dim && Memory.isPlain(values);
    }

    /** A norm of the same kind for a trial. */
    static Norm sample(SelfCheck check, Norm like, long dim) {
        if (like instanceof Norm.Affine) {
            Rows rows = Gate.two(check, dim, 0);
            return new Norm.Affine(
                    rows.values().select(0, 0).copy(),
                    rows.values().select(0, 1).copy(),
                    like.eps());
        }
        return new Norm.Modulated(Gate.two(check, dim, 1), Gate.two(check, dim, 2), like.eps());
    }

    /** scale, shift, result, tokens, split, stride, base, eps, row scales: as wan4j_norm_modulate has them after its input. */
    @CanIgnoreReturnValue
    Launch passTo(Launch launch, long result, long rowScales) {
        launch.pointer(scale).pointer(shift).pointer(result);
        return launch.i32(tokens).i32(split).i32(stride).f32(base).f32(eps).pointer(rowScales);
    }
}
