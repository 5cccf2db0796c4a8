package io.github.wan4j.core.weights.pth;

import io.github.wan4j.core.tensor.DType;
import java.util.List;

/** A tensor as a pickle describes it: strides and offset count elements of {@code dtype} from the storage's start. */
record PickledTensor(Storage storage, DType dtype, long offset, List<Long> shape, List<Long> strides) {

    /** {@code count} elements of {@code dtype} in the archive's entry {@code data/key}. */
    record Storage(String key, DType dtype, long count) {}
}
