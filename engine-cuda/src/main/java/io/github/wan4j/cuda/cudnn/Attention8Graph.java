package io.github.wan4j.cuda.cudnn;

import static org.bytedeco.cuda.global.cudnn.*;

import io.github.wan4j.cuda.cudnn.CudnnGraph.Node;
import io.github.wan4j.cuda.launch.Unscoped;
import io.github.wan4j.cuda.load.CudaException;
import org.bytedeco.cuda.global.cudnn;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.global.torch_cuda;

/**
 * softmax(scale · q kᵀ) v on e4m3 as one kernel: q, k, v and the result [B, L, H, d] with one scale each, the weights relative
 * to the largest of their row. The order of the operations is the pattern that cuDNN knows; another one finds no engine.
 * Made, run and closed on one thread.
 */
public final class Attention8Graph implements AutoCloseable {
    private final CudnnGraph graph = new CudnnGraph();
    private final CudnnPlan plan;
    private final LongPointer uids;
    private final LongPointer addresses;
    private final LongPointer workspace = Unscoped.keep(new LongPointer(1));
    private final FloatPointer scale = Unscoped.keep(new FloatPointer(1));

    /** What the scalars are, in this order: six that it reads and two that it writes. */
    public static final int SCALARS = 8;

    private static final int F32 = CUDNN_DATA_FLOAT;
    private static final int E4M3 = CUDNN_DATA_FP8_E4M3;

    /** {@code logSums}: also log Σ exp of the scores. Throws {@link CudaException} where cuDNN has no such kernel. */
    public Attention8Graph(long batch, long heads, long tokens, long width, boolean logSums) {
        load();
        long[] nodes = nodes(new Shape(batch, heads, tokens, width), logSums);
        uids = Unscoped.keep(new LongPointer(nodes));
        addresses = Unscoped.keep(new LongPointer(nodes.length));
        try {
            plan = graph.plan(torch_cuda.getCudnnHandle());
        } catch (RuntimeException | Error e) {
            free();
            throw e;
        }
    }

    /** The glue of the presets, which is in none of libtorch's jars. */
    private static void load() {
        try {
            Loader.load(cudnn.class);
        } catch (LinkageError e) {
            throw new CudaException("cuDNN's graphs cannot be reached: " + e.getMessage(), e);
        }
    }

    private record Shape(long batch, long heads, long tokens, long width) {
        long[] heads(long rows, long columns) {
            return new long[] {batch, heads, rows, columns};
        }

        /** [B, H, L, d] over [B, L, H, d]. */
        long[] strides() {
            return new long[] {tokens * heads * width, width, heads * width, 1};
        }

        long[] plainStrides(long rows, long columns) {
            return new long[] {heads * rows * columns, rows * columns, columns, 1};
        }
    }

    /** The operations; uids in the order of {@link #run}. */
    private long[] nodes(Shape shape, boolean logSums) {
        CudnnGraph g = graph;
        long n = shape.tokens();
        long[] size = shape.heads(n, shape.width());
        long[] strides = shape.strides();
        Node q = g.tensor(E4M3, size, strides);
        Node k = g.tensor(E4M3, shape.heads(shape.width(), n), new long[] {strides[0], strides[1], 1, strides[2]});
        Node v = g.tensor(E4M3, size, strides);
        Node out = g.tensor(E4M3, size, strides);
        Node ofScores = g.hostScalar(F32);
        Node[] scalar = new Node[SCALARS];
        for (int i = 0; i < SCALARS; i++) {
            scalar[i] = g.scalar(F32);
        }
        Node ofQ = scalar[0];
        Node ofK = scalar[1];
        Node ofV = scalar[2];
        Node ofWeights = scalar[3];
        Node toWeights = scalar[4];
        Node toResult = scalar[5];

        Node scores = g.matmul(q, k, scores(shape));
        for (Node factor : new Node[] {ofScores, ofQ, ofK}) {
            scores = g.pointwise(CUDNN_POINTWISE_MUL, scores, factor, scores(shape));
        }
        Node max = g.reduce(CUDNN_REDUCE_TENSOR_MAX, scores, row(shape));
        Node exp = g.pointwise(
                CUDNN_POINTWISE_EXP, g.pointwise(CUDNN_POINTWISE_SUB, scores, max, scores(shape)), null, scores(shape));
        Node sum = g.reduce(CUDNN_REDUCE_TENSOR_ADD, exp, row(shape));
        Node logSum = logSums ? g.tensor(F32, shape.heads(n, 1), shape.plainStrides(n, 1)) : row(shape);
        Node log = g.pointwise(CUDNN_POINTWISE_LOG, sum, null, row(shape));
        logSum = g.pointwise(CUDNN_POINTWISE_ADD, max, log, logSum); // the pattern is known with it, read or not
        Node weights = g.pointwise(CUDNN_POINTWISE_DIV, exp, sum, scores(shape));
        Node weights8 = g.pointwise(
                CUDNN_POINTWISE_MUL, weights, toWeights, g.inner(E4M3, shape.heads(n, n), shape.plainStrides(n, n)));

        Node mixed = g.matmul(weights8, v, mixed(shape));
        for (Node factor : new Node[] {ofWeights, ofV}) {
            mixed = g.pointwise(CUDNN_POINTWISE_MUL, mixed, factor, mixed(shape));
        }
        out = g.pointwise(CUDNN_POINTWISE_MUL, mixed, toResult, out);
        g.reduce(CUDNN_REDUCE_TENSOR_AMAX, weights, scalar[6]);
        g.reduce(CUDNN_REDUCE_TENSOR_AMAX, mixed, scalar[7]);

        int fixed = 5;
        long[] ids = new long[fixed + SCALARS + (logSums ? 1 : 0)];
        Node[] first = {ofScores, q, k, v, out};
        for (int i = 0; i < ids.length; i++) {
            ids[i] = (i < fixed ? first[i] : i < fixed + SCALARS ? scalar[i - fixed] : logSum).uid();
        }
        return ids;
    }

    private Node scores(Shape shape) {
        long n = shape.tokens();
        return graph.inner(F32, shape.heads(n, n), shape.plainStrides(n, n));
    }

    private Node row(Shape shape) {
        return graph.inner(F32, shape.heads(shape.tokens(), 1), shape.plainStrides(shape.tokens(), 1));
    }

    private Node mixed(Shape shape) {
        return graph.inner(
                F32, shape.heads(shape.tokens(), shape.width()), shape.plainStrides(shape.tokens(), shape.width()));
    }

    /** Bytes on the device that every run writes to. */
    public long workspaceBytes() {
        return plan.workspaceBytes();
    }

    /**
     * Queues it on the current stream. All are addresses on the device: q, k, v and out [B, L, H, d] e4m3; scalars f32: factors of
     * q, k, v, of the weights back and forth, of the result, and two that it writes; logSums [B, H, L] f32, if it was made with.
     */
    public void run(
            double factor, long q, long k, long v, long out, long scalars, long logSums, long workspaceAddress) {
        scale.put((float) factor);
        long[] given = {scale.address(), q, k, v, out};
        int count = Math.toIntExact(addresses.limit());
        for (int i = 0; i < count; i++) {
            int number = i - given.length;
            addresses.put(
                    i, number < 0 ? given[i] : number < SCALARS ? scalars + (long) Float.BYTES * number : logSums);
        }
        workspace.put(workspaceAddress);
        plan.run(uids, addresses, workspace);
    }

    private void free() {
        graph.close();
        uids.close();
        addresses.close();
        workspace.close();
        scale.close();
    }

    @Override
    public void close() {
        plan.close();
        free();
    }
}
