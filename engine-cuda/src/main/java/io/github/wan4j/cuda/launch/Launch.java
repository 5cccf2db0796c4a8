package io.github.wan4j.cuda.launch;

import static org.bytedeco.cuda.global.cudart.*;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUlaunchAttribute;
import org.bytedeco.cuda.cudart.CUlaunchConfig;
import org.bytedeco.cuda.cudart.CUtensorMap;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.pytorch.cuda.CUDAStream;
import org.bytedeco.pytorch.global.torch_cuda;

/**
 * One kernel and memory for its parameters, written again by every launch:
 *
 * <pre>launch.pointer(x).pointer(out).i64(count).run(blocks, 256);</pre>
 *
 * Not thread-safe: one per thread and device.
 */
public final class Launch implements AutoCloseable {
    private static final int SLOT = 128; // the largest parameter of any kernel, on a multiple of 64

    private final Module module;
    private final CUfunc_st function;
    private final int parameters;
    private final BytePointer memory; // owns what the next two point into
    private final ByteBuffer values;
    private final PointerPointer<Pointer> slots;
    private int next;
    private int sharedBytes = 48 << 10; // what every kernel may have unasked

    /** {@code entry} of compiled {@code code}, which takes this many parameters; loaded into the current context. */
    public Launch(byte[] code, String entry, int parameters) {
        this.module = new Module(code);
        this.function = module.function(entry);
        this.parameters = parameters;
        this.memory = Unscoped.keep(new BytePointer((parameters + 1L) * SLOT));
        BytePointer aligned = memory.getPointer(-memory.address() & (SLOT - 1));
        this.values = aligned.asByteBuffer().order(ByteOrder.nativeOrder());
        this.slots = Unscoped.keep(new PointerPointer<>(Math.max(1, parameters)));
        for (int i = 0; i < parameters; i++) {
            slots.put(i, aligned.getPointer((long) i * SLOT));
        }
    }

    @CanIgnoreReturnValue
    public Launch pointer(long address) {
        values.putLong(SLOT * next++, address);
        return this;
    }

    @CanIgnoreReturnValue
    public Launch i32(long value) {
        values.putInt(SLOT * next++, Math.toIntExact(value));
        return this;
    }

    @CanIgnoreReturnValue
    public Launch i64(long value) {
        values.putLong(SLOT * next++, value);
        return this;
    }

    @CanIgnoreReturnValue
    public Launch f32(double value) {
        values.putFloat(SLOT * next++, (float) value);
        return this;
    }

    /** A struct of up to 128 bytes, to be written from its first byte on. */
    public ByteBuffer struct() {
        ByteBuffer slot = values.slice(SLOT * next++, SLOT);
        return slot.order(ByteOrder.nativeOrder());
    }

    /**
     * A tensor of bf16 that the kernel has copied box by box into rows of 128 swizzled bytes: sizes and box with the innermost
     * dimension first, which lies without gaps, and the bytes from one to the next of each of the others.
     */
    @CanIgnoreReturnValue
    public Launch boxes(Pointer data, long[] sizes, long[] stepBytes, int[] box) {
        int[] everyElement = new int[box.length];
        Arrays.fill(everyElement, 1);
        int status = cuTensorMapEncodeTiled(
                new CUtensorMap(slots.get(next++)),
                CU_TENSOR_MAP_DATA_TYPE_BFLOAT16,
                sizes.length,
                data,
                sizes,
                stepBytes,
                box,
                everyElement,
                CU_TENSOR_MAP_INTERLEAVE_NONE,
                CU_TENSOR_MAP_SWIZZLE_128B,
                CU_TENSOR_MAP_L2_PROMOTION_L2_256B,
                CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE);
        if (status != 0) {
            next = 0;
        }
        Status.driver(status, "cuTensorMapEncodeTiled");
        return this;
    }

    /** How many clusters of this many blocks the device runs at a time, with bytes of shared memory for each block. */
    public int clusters(int blocks, int threads, int shared) {
        allow(shared);
        try (CUlaunchConfig config = new CUlaunchConfig();
                CUlaunchAttribute size = new CUlaunchAttribute()) {
            Pointer.memset(config, 0, config.sizeof());
            Pointer.memset(size, 0, size.sizeof());
            size.id(CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION);
            size.value().clusterDim_x(blocks).clusterDim_y(1).clusterDim_z(1);
            config.gridDimX(blocks).gridDimY(1).gridDimZ(1);
            config.blockDimX(threads).blockDimY(1).blockDimZ(1);
            config.sharedMemBytes(shared).attrs(size).numAttrs(1);
            int[] count = {0};
            Status.driver(cuOccupancyMaxActiveClusters(count, function, config), "cuOccupancyMaxActiveClusters");
            return count[0];
        }
    }

    /** Queues the kernel on the current stream of the current device. */
    public void run(long blocks, int threads) {
        run(blocks, 1, threads, 0);
    }

    /** The same with a second dimension of the grid. */
    public void run(long blocksX, long blocksY, int threads) {
        run(blocksX, blocksY, threads, 0);
    }

    private void allow(int shared) {
        if (shared > sharedBytes) {
            int status = cuFuncSetAttribute(function, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, shared);
            Status.driver(status, "cuFuncSetAttribute");
            sharedBytes = shared;
        }
    }

    /** The same with bytes of shared memory for what the kernel has not sized itself. */
    public void run(long blocksX, long blocksY, int threads, int shared) {
        allow(shared);
        int given = next;
        next = 0; // the next launch starts over, whatever comes of this one
        if (given != parameters) {
            throw new IllegalStateException("the kernel takes " + parameters + " parameters, not " + given);
        }
        try (CUDAStream stream = torch_cuda.getCurrentCUDAStream()) {
            int status = cuLaunchKernel(
                    function,
                    Math.toIntExact(blocksX),
                    Math.toIntExact(blocksY),
                    1,
                    threads,
                    1,
                    1,
                    shared,
                    stream.stream(),
                    slots,
                    (PointerPointer<Pointer>) null);
            Status.driver(status, "cuLaunchKernel");
        }
    }

    /** Frees the code and the parameter memory. */
    @Override
    public void close() {
        module.close();
        slots.close();
        memory.close();
    }
}
