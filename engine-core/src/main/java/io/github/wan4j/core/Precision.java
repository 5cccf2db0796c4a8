package io.github.wan4j.core;

import io.github.wan4j.core.tensor.DType;

/** The arithmetic of a model's matrix products; sums, norms and the residual stream stay f32 in all of them. */
public enum Precision {
    /** Everything in f32: the CPU's way, equal to the reference number for number. */
    FP32,
    /** Products in bf16 with the rounding points of the reference: the GPU's way. */
    BF16,
    /** As bf16, but the products of a transformer's inner blocks multiply e4m3, scaled row by row: faster, and smaller. */
    FP8;

    /** The dtype of a product's result, and of the operands of all products that {@link #weights} does not speak of. */
    public DType products() {
        return this == FP32 ? DType.F32 : DType.BF16; // no field: settings are read before any preset class is touched
    }

    /** The dtype in which the linear layers of a transformer's block hold their weights. */
    public DType weights() {
        return this == FP8 ? DType.F8_E4M3 : products();
    }

    /** That of block {@code index}: the first and the last one are where fp8 would cost most. */
    public Precision ofBlock(int index, int count) {
        return this == FP8 && (index == 0 || index == count - 1) ? BF16 : this;
    }

    /** Reads {@code fp32}, {@code bf16} or {@code fp8}, in any case. */
    public static Precision parse(String text) {
        return Choices.parse(Precision.class, text);
    }

    @Override
    public String toString() {
        return Choices.text(this);
    }
}
