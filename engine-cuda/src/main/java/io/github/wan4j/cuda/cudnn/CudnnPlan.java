package io.github.wan4j.cuda.cudnn;

import static org.bytedeco.cuda.global.cudnn.*;

import io.github.wan4j.cuda.load.CudaException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.bytedeco.cuda.cudnn.cudnnContext;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.pytorch.global.torch_cuda;
import org.jspecify.annotations.Nullable;

/** A graph with the engine that runs it. */
final class CudnnPlan implements AutoCloseable {
    private final Deque<Descriptor> owned = new ArrayDeque<>();
    private final Descriptor plan;
    private final long workspaceBytes;

    private CudnnPlan(Deque<Descriptor> owned, Descriptor plan) {
        this.owned.addAll(owned);
        this.plan = plan;
        workspaceBytes = workspaceBytes(plan);
    }

    /** The first configuration that cuDNN's heuristics propose and one of its engines takes. */
    static CudnnPlan of(cudnnContext context, Descriptor graph) {
        Deque<Descriptor> made = new ArrayDeque<>();
        StringBuilder tried = new StringBuilder();
        try {
            for (int mode : new int[] {CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_B, CUDNN_HEUR_MODE_FALLBACK}) {
                for (Descriptor configuration : configurations(graph, mode, made, tried)) {
                    Descriptor plan = push(made, CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR)
                            .setPointer(CUDNN_ATTR_EXECUTION_PLAN_HANDLE, CUDNN_TYPE_HANDLE, context)
                            .set(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, configuration);
                    String obstacle = plan.obstacle();
                    if (obstacle == null) {
                        return new CudnnPlan(made, plan);
                    }
                    tried.append("; ").append(obstacle);
                }
            }
            throw new CudaException("cuDNN " + cudnnGetVersion() + " has no engine for this graph" + tried);
        } catch (RuntimeException | Error e) {
            close(made);
            throw e;
        }
    }

    private static Descriptor[] configurations(
            Descriptor graph, int mode, Deque<Descriptor> made, StringBuilder tried) {
        Descriptor heuristic = push(made, CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR)
                .set(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, graph)
                .set(CUDNN_ATTR_ENGINEHEUR_MODE, CUDNN_TYPE_HEUR_MODE, mode);
        String obstacle = heuristic.obstacle();
        if (obstacle != null) {
            tried.append("; ").append(obstacle);
            return new Descriptor[0];
        }
        int count = read(heuristic, 0, null);
        Descriptor[] found = new Descriptor[count];
        if (count > 0) {
            try (PointerPointer<Pointer> handles = new PointerPointer<>(count)) {
                for (int i = 0; i < count; i++) {
                    found[i] = push(made, CUDNN_BACKEND_ENGINECFG_DESCRIPTOR);
                    handles.put(i, found[i].handle());
                }
                int filled = read(heuristic, count, handles); // may be fewer than were announced
                tried.append("; ").append(filled).append(" configurations");
                return Arrays.copyOf(found, Math.min(count, filled));
            }
        }
        return found;
    }

    private static int read(Descriptor heuristic, int room, @Nullable Pointer handles) {
        try (LongPointer count = new LongPointer(1)) {
            int status = cudnnBackendGetAttribute(
                    heuristic.handle(),
                    CUDNN_ATTR_ENGINEHEUR_RESULTS,
                    CUDNN_TYPE_BACKEND_DESCRIPTOR,
                    room,
                    count,
                    handles);
            Descriptor.check(status, "cudnnBackendGetAttribute");
            return Math.toIntExact(count.get());
        }
    }

    private static long workspaceBytes(Descriptor plan) {
        try (LongPointer bytes = new LongPointer(1);
                LongPointer count = new LongPointer(1)) {
            int status = cudnnBackendGetAttribute(
                    plan.handle(), CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE, CUDNN_TYPE_INT64, 1, count, bytes);
            Descriptor.check(status, "cudnnBackendGetAttribute");
            return bytes.get();
        }
    }

    /** Memory on the device that {@link #run} wants. */
    long workspaceBytes() {
        return workspaceBytes;
    }

    /** Queues it on the current stream: uids of nodes, their addresses in the same order, a workspace. */
    void run(LongPointer uids, LongPointer addresses, LongPointer workspace) {
        int count = Math.toIntExact(uids.limit());
        try (Descriptor arguments = new Descriptor(CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR)) {
            arguments
                    .setFrom(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, CUDNN_TYPE_VOID_PTR, count, addresses)
                    .setFrom(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, CUDNN_TYPE_INT64, count, uids)
                    .setFrom(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR, 1, workspace)
                    .finish();
            // libtorch sets the stream of its handle to the current one whenever it is asked for it
            int status = cudnnBackendExecute(torch_cuda.getCudnnHandle(), plan.handle(), arguments.handle());
            Descriptor.check(status, "cudnnBackendExecute");
        }
    }

    private static Descriptor push(Deque<Descriptor> made, int type) {
        Descriptor descriptor = new Descriptor(type);
        made.push(descriptor);
        return descriptor;
    }

    private static void close(Deque<Descriptor> descriptors) {
        while (!descriptors.isEmpty()) {
            descriptors.pop().close();
        }
    }

    @Override
    public void close() {
        close(owned);
    }
}
