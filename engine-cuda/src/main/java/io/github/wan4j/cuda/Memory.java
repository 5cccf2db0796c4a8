package io.github.wan4j.cuda;

import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.TorchHandle;

/** Questions about where a tensor's elements lie, asked before its address is handed to a kernel. */
final class Memory {
    private static final int ALIGNMENT = 16;

    private Memory() {}

    static long address(Tensor tensor) {
        return TorchHandle.of(tensor).data_ptr().address();
    }

    /** The widest access of a kernel. */
    static boolean isAligned(Tensor tensor) {
        return address(tensor) % ALIGNMENT == 0;
    }

    /** f32 or bf16: what the kernels are written for. */
    static boolean isKnownType(Tensor tensor) {
        DType type = tensor.dtype();
        return type == DType.F32 || type == DType.BF16;
    }

    /** Elements without gaps in row-major order, of a known type. */
    static boolean isPlain(Tensor tensor) {
        return isKnownType(tensor) && tensor.isContiguous() && isAligned(tensor);
    }

    /**
     * Elements from one row (last dimension) to the next if all rows of [.., D] are that far apart, as in the parts of a
     * joint product; -1 if they are not, or if a row does not begin on a multiple of 16 bytes.
     */
    static long rowStride(Tensor tensor) {
        long rank = tensor.rank();
        long dim = tensor.size(-1);
        if (!isKnownType(tensor) || tensor.stride(-1) != 1 || !isAligned(tensor)) {
            return -1;
        }
        long stride = rank == 1 ? dim : tensor.stride(-2);
        if (tensor.count() == dim) {
            return dim;
        }
        long expected = stride;
        for (long d = rank - 2; d >= 0; d--) {
            if (tensor.size(d) != 1 && tensor.stride(d) != expected) {
                return -1;
            }
            expected *= tensor.size(d);
        }
        return stride * tensor.dtype().bytes() % ALIGNMENT == 0 ? stride : -1;
    }

    /** [1, C, T, H, W] with C the fastest in memory, then W, H and T, without gaps. */
    static boolean isChannelsLast(Tensor tensor) {
        if (tensor.rank() != 5 || tensor.size(0) != 1 || !isKnownType(tensor) || !isAligned(tensor)) {
            return false;
        }
        long expected = 1;
        for (int dim : new int[] {1, 4, 3, 2}) {
            if (tensor.size(dim) != 1 && tensor.stride(dim) != expected) {
                return false;
            }
            expected *= tensor.size(dim);
        }
        return true;
    }
}
