package io.github.wan4j.models.vae;

import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.nn.CausalConv3d;
import io.github.wan4j.core.nn.ChannelNorm;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.weights.Weights;

/**
 * Binds layers to the weights under a name. Convolutions hold their weights and compute in {@code dtype}; the factors of
 * norms are f32.
 */
public record VaeWeights(Kernels kernels, Weights weights, DType dtype) {
    /** The weights under a longer name. */
    public VaeWeights at(String name) {
        return new VaeWeights(kernels, weights.at(name), dtype);
    }

    /** The weights of an element of a list. */
    public VaeWeights at(int index) {
        return new VaeWeights(kernels, weights.at(index), dtype);
    }

    /** The first size of a tensor, where only the weights know it. */
    public long width(String name) {
        long[] shape = weights.shape(name);
        return shape.length == 0 ? 1 : shape[0]; // a scalar is misshaped whatever the width: the binding will say so
    }

    /** 3×3×3. */
    public CausalConv3d causal(String name, long in, long out) {
        return convolution(name, out, in, 3, 3, 3);
    }

    /** Three frames of one pixel. */
    public CausalConv3d temporal(String name, long in, long out) {
        return convolution(name, out, in, 3, 1, 1);
    }

    /** 1×1×1. */
    public CausalConv3d pointwise(String name, long in, long out) {
        return convolution(name, out, in, 1, 1, 1);
    }

    private CausalConv3d convolution(String name, long... shape) {
        return new CausalConv3d(
                kernels, weights.get(name + ".weight", dtype, shape), weights.get(name + ".bias", dtype, shape[0]));
    }

    /** The weight [O, I, k, k] of a convolution within frames. */
    Tensor kernel(String name, long in, long out, long size) {
        return weights.get(name + ".weight", dtype, out, in, size, size);
    }

    Tensor bias(String name, long out) {
        return weights.get(name + ".bias", dtype, out);
    }

    /** The norm whose factors are gamma [C, 1, 1, 1], or [C, 1, 1] where frames are normalised one by one. */
    ChannelNorm norm(String name, long... gamma) {
        return new ChannelNorm(kernels, weights.get(name + ".gamma", DType.F32, gamma));
    }
}
