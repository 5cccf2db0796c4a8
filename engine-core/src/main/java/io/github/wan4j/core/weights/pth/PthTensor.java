package io.github.wan4j.core.weights.pth;

import io.github.wan4j.core.tensor.DType;
import java.util.List;

/**
 * A tensor in a {@code .pth} file. Its elements lie in {@code bytes} bytes from {@code offset} of the file, at the given
 * strides; other tensors may share them.
 */
public record PthTensor(long offset, long bytes, DType dtype, List<Long> shape, List<Long> strides) {}
