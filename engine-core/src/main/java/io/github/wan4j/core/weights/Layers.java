package io.github.wan4j.core.weights;

import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.kernels.Operand;
import io.github.wan4j.core.nn.DenseLinear;
import io.github.wan4j.core.nn.DenseProjections;
import io.github.wan4j.core.nn.Linear;
import io.github.wan4j.core.nn.Projections;
import io.github.wan4j.core.nn.ScaledLinear;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Layers made of what a checkpoint holds, in whichever memory a store has for them. */
final class Layers {
    private final Kernels kernels;

    Layers(Kernels kernels) {
        this.kernels = kernels;
    }

    Tensor load(Space space, Checkpoint checkpoint, TensorEntry entry, DType dtype) {
        Tensor weight = space.allocate(dtype, entry.shape());
        space.bring(Delivery.copy(checkpoint, entry, weight));
        return weight;
    }

    Linear linear(Space space, Checkpoint checkpoint, TensorEntry weight, @Nullable TensorEntry bias, DType dtype) {
        return layer(space, checkpoint, List.of(weight), bias == null ? List.of() : List.of(bias), dtype);
    }

    Projections projections(
            Space space, Checkpoint checkpoint, List<TensorEntry> weights, List<TensorEntry> biases, DType dtype) {
        if (!biases.isEmpty() && biases.size() != weights.size()) {
            throw new IllegalArgumentException(weights.size() + " weights with " + biases.size() + " biases");
        }
        requireOneShape(weights);
        requireOneShape(biases);
        return new DenseProjections(layer(space, checkpoint, weights, biases, dtype), weights.size());
    }

    private Linear layer(
            Space space, Checkpoint checkpoint, List<TensorEntry> weights, List<TensorEntry> biases, DType dtype) {
        boolean scaled =
                dtype == DType.F8_E4M3 && ScaledLinear.takes(weights.get(0).shape());
        DType plain = dtype == DType.F8_E4M3 ? DType.BF16 : dtype;
        Operand weight =
                scaled ? quantised(space, checkpoint, weights) : Operand.of(stacked(space, checkpoint, weights, plain));
        Tensor bias = biases.isEmpty() ? null : stacked(space, checkpoint, biases, plain);
        return scaled ? new ScaledLinear(kernels, weight, bias) : new DenseLinear(kernels, weight.values(), bias);
    }

    /** As {@link #stacked}; what is not quantised yet is on the device one tensor at a time. */
    private Operand quantised(Space space, Checkpoint checkpoint, List<TensorEntry> entries) {
        long[] shape = entries.get(0).shape();
        long rows = shape[0];
        shape[0] = rows * entries.size();
        Operand all = new Operand(space.allocate(DType.F8_E4M3, shape), space.allocate(DType.F32, shape[0], 1));
        for (int i = 0; i < entries.size(); i++) {
            Tensor values = space.rows(all.values(), i * rows, rows);
            Tensor scales = space.rows(all.rowScales(), i * rows, rows);
            space.bring(Delivery.unpacked(checkpoint, entries.get(i), source -> {
                Operand part = kernels.quantise(source.to(values.device(), source.dtype()));
                values.copyFrom(part.values());
                scales.copyFrom(part.rowScales());
            }));
        }
        return all;
    }

    private static void requireOneShape(List<TensorEntry> entries) {
        for (TensorEntry entry : entries) {
            if (!Arrays.equals(entry.shape(), entries.get(0).shape())) {
                throw new IllegalArgumentException("'" + entries.get(0).name() + "' is " + entries.get(0) + ", '"
                        + entry.name() + "' is " + entry + "; projections have one shape");
            }
        }
    }

    /** The tensors one below the other, each read straight into its place. */
    private static Tensor stacked(Space space, Checkpoint checkpoint, List<TensorEntry> entries, DType dtype) {
        long[] shape = entries.get(0).shape();
        long rows = shape[0];
        shape[0] = rows * entries.size();
        Tensor all = space.allocate(dtype, shape);
        for (int i = 0; i < entries.size(); i++) {
            space.bring(Delivery.copy(checkpoint, entries.get(i), space.rows(all, i * rows, rows)));
        }
        return all;
    }
}
