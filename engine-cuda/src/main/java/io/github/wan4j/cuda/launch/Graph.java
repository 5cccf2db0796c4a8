package io.github.wan4j.cuda.launch;

import static org.bytedeco.cuda.global.cudart.*;

import io.github.wan4j.cuda.load.CudaException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.bytedeco.cuda.cudart.CUgraphExec_st;
import org.bytedeco.cuda.cudart.CUgraph_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.cuda.CUDAAllocator;
import org.bytedeco.pytorch.cuda.CUDAStream;
import org.bytedeco.pytorch.cuda.DeviceAssertionsDataVectorCUDAKernelLaunchInfoVectorPair;
import org.bytedeco.pytorch.cuda.StreamFilter;
import org.bytedeco.pytorch.global.torch_cuda;

/**
 * Work captured once on the current stream, which must not be the default one, and replayed with a single launch. It reads and
 * writes fixed memory: inputs are copied into the tensors that it captured, results read from those that it made. What it
 * allocates comes from a pool of its own, so that nobody else is handed its addresses; tensors it made must be freed before
 * it is closed. Made, replayed and closed on one thread.
 */
public final class Graph implements AutoCloseable {
    /** Pool identities far from libtorch's own counter. */
    private static final AtomicLong NEXT = new AtomicLong(1L << 40);

    /**
     * Every pool reserves addresses for more than the whole card, and a released one keeps them until the cache is emptied: some
     * hundreds use up what a process can address.
     */
    private static final int POOLS_KEPT = 32;

    private static final AtomicInteger RELEASED = new AtomicInteger();

    private final byte device;
    private final LongPointer identity;
    private final DeviceAssertionsDataVectorCUDAKernelLaunchInfoVectorPair
            pool; // a view: really the identity of a pool
    private final StreamFilter filter;
    private final CUgraph_st graph = new CUgraph_st();
    private final CUgraphExec_st executable = new CUgraphExec_st();

    /**
     * Captures {@code work}, which has run before and reads nothing on the host. After a failure nothing is left.
     *
     * @throws CudaException if the work cannot be captured; what it throws by itself comes as it is
     */
    public Graph(int device, Runnable work) {
        this.device = (byte) device;
        identity = Unscoped.keep(new LongPointer(new long[] {0, NEXT.getAndIncrement()}));
        pool = new DeviceAssertionsDataVectorCUDAKernelLaunchInfoVectorPair(identity);
        try (CUDAStream current = torch_cuda.getCurrentCUDAStream(this.device)) {
            current.synchronize();
            CUstream_st stream = current.stream();
            filter = Unscoped.keep(onlyOn(stream.address()));
            boolean done = false;
            try {
                capture(stream, work);
                Status.runtime(cudaGraphInstantiate(executable, graph, 0), "cudaGraphInstantiate");
                done = true;
            } finally {
                if (!done) {
                    free();
                }
            }
        }
    }

    private void capture(CUstream_st stream, Runnable work) {
        CUDAAllocator allocator = torch_cuda.getAllocator();
        allocator.beginAllocateToPool(device, pool, filter);
        try {
            // other threads may allocate and synchronise meanwhile
            Status.runtime(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), "cudaStreamBeginCapture");
            try {
                work.run();
            } catch (RuntimeException | Error e) {
                int status = cudaStreamEndCapture(stream, graph);
                Status.forget();
                if (status != cudaSuccess && e instanceof RuntimeException) { // what the work did ended the capture
                    throw new CudaException("it does what cannot be recorded: " + firstLine(e), e);
                }
                throw e;
            }
            Status.runtime(cudaStreamEndCapture(stream, graph), "cudaStreamEndCapture");
        } finally {
            allocator.endAllocateToPool(device, pool);
        }
    }

    private static String firstLine(Throwable e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    /** Called under the allocator's lock: nothing of libtorch may be called in here. */
    private static StreamFilter onlyOn(long wanted) {
        return new StreamFilter() {
            @Override
            public boolean call(Pointer stream) {
                return stream != null && stream.address() == wanted;
            }
        };
    }

    /** Queues the captured work on the current stream. */
    public void replay() {
        try (CUDAStream current = torch_cuda.getCurrentCUDAStream(device)) {
            Status.runtime(cudaGraphLaunch(executable, current.stream()), "cudaGraphLaunch");
        }
    }

    /** Waits for what was replayed and gives the memory back. */
    @Override
    public void close() {
        try (CUDAStream current = torch_cuda.getCurrentCUDAStream(device)) {
            current.synchronize();
        }
        free();
    }

    private void free() {
        if (!executable.isNull()) {
            Status.runtime(cudaGraphExecDestroy(executable), "cudaGraphExecDestroy");
        }
        if (!graph.isNull()) {
            Status.runtime(cudaGraphDestroy(graph), "cudaGraphDestroy");
        }
        torch_cuda.getAllocator().releasePool(device, pool);
        if (RELEASED.incrementAndGet() % POOLS_KEPT == 0) {
            torch_cuda.getAllocator().emptyCache();
        }
        filter.close();
        identity.close();
    }
}
