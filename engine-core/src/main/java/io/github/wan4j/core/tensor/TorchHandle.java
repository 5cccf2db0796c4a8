package io.github.wan4j.core.tensor;

/**
 * The bridge between {@link Tensor} and the presets' tensor, for the code that binds devices. Only {@code cuda} and
 * {@code core.runtime} may use it.
 */
public final class TorchHandle {
    private TorchHandle() {}

    /** The native handle; it stays owned by {@code tensor}. */
    public static org.bytedeco.pytorch.Tensor of(Tensor tensor) {
        return tensor.handle();
    }

    /** A tensor owned by the innermost scope; the handle must have been made while that scope was open. */
    public static Tensor wrap(org.bytedeco.pytorch.Tensor handle) {
        return new Tensor(handle, Scope.requireOpen());
    }

    /** libtorch's name of a dtype. */
    public static org.bytedeco.pytorch.global.torch.ScalarType typeOf(DType dtype) {
        return dtype.torchType();
    }
}
