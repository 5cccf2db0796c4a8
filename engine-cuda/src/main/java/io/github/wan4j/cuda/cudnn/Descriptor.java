package io.github.wan4j.cuda.cudnn;

import static org.bytedeco.cuda.global.cudnn.*;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.github.wan4j.cuda.load.CudaException;
import org.bytedeco.cuda.cudnn.cudnnBackendDescriptor_t;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.jspecify.annotations.Nullable;

/** One descriptor of cuDNN's backend: attributes are set, then it is finished and may be used by others. */
final class Descriptor implements AutoCloseable {
    private static final int LONGEST_REASON = 512;

    private final cudnnBackendDescriptor_t handle =
            new cudnnBackendDescriptor_t(); // the call writes the address into it

    Descriptor(int type) {
        check(cudnnBackendCreateDescriptor(type, handle), "cudnnBackendCreateDescriptor");
    }

    cudnnBackendDescriptor_t handle() {
        return handle;
    }

    /** An enumeration of cuDNN, of which {@code kind} says which. */
    @CanIgnoreReturnValue
    Descriptor set(int attribute, int kind, int value) {
        return set(attribute, kind, 1, new IntPointer(new int[] {value}));
    }

    @CanIgnoreReturnValue
    Descriptor set(int attribute, long... values) {
        return set(attribute, CUDNN_TYPE_INT64, values.length, new LongPointer(values));
    }

    @CanIgnoreReturnValue
    Descriptor set(int attribute, boolean value) {
        return set(attribute, CUDNN_TYPE_BOOLEAN, 1, new BoolPointer(1).put(value));
    }

    @CanIgnoreReturnValue
    Descriptor setFloat(int attribute, float value) {
        return set(attribute, CUDNN_TYPE_FLOAT, 1, new FloatPointer(new float[] {value}));
    }

    @CanIgnoreReturnValue
    Descriptor set(int attribute, Descriptor... values) {
        PointerPointer<Pointer> handles = new PointerPointer<>(values.length);
        for (int i = 0; i < values.length; i++) {
            handles.put(i, values[i].handle);
        }
        return set(attribute, CUDNN_TYPE_BACKEND_DESCRIPTOR, values.length, handles);
    }

    /** A handle, or an address on the device. */
    @CanIgnoreReturnValue
    Descriptor setPointer(int attribute, int kind, Pointer value) {
        return set(
                attribute, kind, 1, new PointerPointer<Pointer>(1).put(0, value)); // of one: the constructor would cast
    }

    /** {@code count} values, whose memory is freed. */
    private Descriptor set(int attribute, int kind, int count, Pointer values) {
        try (values) {
            return setFrom(attribute, kind, count, values);
        }
    }

    /** The same with memory that stays the caller's. */
    @CanIgnoreReturnValue
    Descriptor setFrom(int attribute, int kind, int count, Pointer values) {
        check(
                cudnnBackendSetAttribute(handle, attribute, kind, count, values),
                "cudnnBackendSetAttribute " + attribute);
        return this;
    }

    @CanIgnoreReturnValue
    Descriptor finish() {
        check(cudnnBackendFinalize(handle), "cudnnBackendFinalize");
        return this;
    }

    /** Null if it is finished now, else cuDNN's reason. */
    @Nullable
    String obstacle() {
        int status = cudnnBackendFinalize(handle);
        return status == CUDNN_STATUS_SUCCESS ? null : text(status);
    }

    static void check(int status, String call) {
        if (status != CUDNN_STATUS_SUCCESS) {
            throw new CudaException(call + ": " + text(status));
        }
    }

    private static String text(int status) {
        try (BytePointer reason = new BytePointer(LONGEST_REASON)) {
            cudnnGetLastErrorString(reason, LONGEST_REASON);
            return cudnnGetErrorString(status).getString() + " "
                    + reason.getString().strip();
        }
    }

    @Override
    public void close() {
        check(cudnnBackendDestroyDescriptor(handle), "cudnnBackendDestroyDescriptor");
    }
}
