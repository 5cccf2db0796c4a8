package io.github.wan4j.core;

import io.github.wan4j.core.tensor.DType;

/** The arithmetic of a model's matrix products; sums, norms and the residual stream stay f32 in either. */
public enum Precision {
    /** Everything in f32: the CPU's way, equal to the reference number for number. */
    FP32,
    /** Products in bf16 with the rounding points of the reference: the GPU's way. */
    BF16;

    /** The dtype of a product's operands and of its result. */
    public DType products() {
        return this == FP32 ? DType.F32 : DType.BF16; // no field: settings are read before any preset class is touched
    }

    /** Reads {@code fp32} or {@code bf16}, in any case. */
    public static Precision parse(String text) {
        return Choices.parse(Precision.class, text);
    }

    @Override
    public String toString() {
        return Choices.text(this);
    }
}
