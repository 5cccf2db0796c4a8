package io.github.wan4j.cuda.cublas;

import static org.bytedeco.cuda.global.cublas.*;
import static org.bytedeco.cuda.global.cudart.CUDA_R_16BF;
import static org.bytedeco.cuda.global.cudart.CUDA_R_32F;

import io.github.wan4j.cuda.launch.Unscoped;
import java.util.Optional;
import org.bytedeco.cuda.cublas.cublasLtMatmulAlgo_t;
import org.bytedeco.cuda.cublas.cublasLtMatmulDescOpaque_t;
import org.bytedeco.cuda.cublas.cublasLtMatmulHeuristicResult_t;
import org.bytedeco.cuda.cublas.cublasLtMatmulPreferenceOpaque_t;
import org.bytedeco.cuda.cublas.cublasLtMatrixLayoutOpaque_t;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.ShortPointer;
import org.bytedeco.pytorch.cuda.CUDAStream;
import org.bytedeco.pytorch.global.torch_cuda;
import org.jspecify.annotations.Nullable;

/**
 * x [L, K] Wᵀ + b in bf16 for one shape. The library counts in columns: our rows are its columns, its A is the weight [N, K] and
 * its B is x. Made, run and closed on one thread.
 */
public final class Matmul implements AutoCloseable {
    private static final int ALIGNMENT = 16;

    private final CublasLt library;
    private final Shape shape;
    private final cublasLtMatmulDescOpaque_t product = Unscoped.keep(new cublasLtMatmulDescOpaque_t());
    private final cublasLtMatrixLayoutOpaque_t ofWeight = Unscoped.keep(new cublasLtMatrixLayoutOpaque_t());
    private final cublasLtMatrixLayoutOpaque_t ofX = Unscoped.keep(new cublasLtMatrixLayoutOpaque_t());
    private final cublasLtMatrixLayoutOpaque_t ofResult = Unscoped.keep(new cublasLtMatrixLayoutOpaque_t());
    private final cublasLtMatmulAlgo_t algorithm = Unscoped.keep(new cublasLtMatmulAlgo_t());
    private final FloatPointer one = Unscoped.keep(new FloatPointer(new float[] {1}));
    private final FloatPointer zero = Unscoped.keep(new FloatPointer(new float[] {0}));
    private final LongPointer given = Unscoped.keep(new LongPointer(1));

    /** What is multiplied and what becomes of it. */
    public enum Form {
        /** All bf16. */
        BF16,
        /** The same; GELU (tanh form) of the sum before it is rounded. */
        BF16_GELU
    }

    /** x [rows, in], weight [out, in], result [rows, out]. */
    public record Shape(long rows, long out, long in, Form form) {}

    /** One of the library's kernels by its own numbers: tile, cluster and an option that has no name. */
    public record Kernel(int tile, int cluster, int option) {}

    /** Addresses on the device, each on a multiple of 16. */
    public record Operands(long x, long weight, long bias, long result) {}

    private Matmul(CublasLt library, Shape shape) {
        this.library = library;
        this.shape = shape;
    }

    /** With {@code preferred} if it fits, else the library's first kernel; empty where it has none that needs no memory. */
    public static Optional<Matmul> of(CublasLt library, Shape shape, @Nullable Kernel preferred) {
        Matmul made = new Matmul(library, shape);
        boolean usable = false;
        try {
            made.describe();
            usable = made.choose();
            if (usable && preferred != null) {
                made.take(preferred);
            }
        } finally {
            if (!usable) {
                made.close();
            }
        }
        return usable ? Optional.of(made) : Optional.empty();
    }

    private void describe() {
        check(cublasLtMatmulDescInit(product, CUBLAS_COMPUTE_32F, CUDA_R_32F), "cublasLtMatmulDescInit");
        layout(ofWeight, shape.in(), shape.out());
        layout(ofX, shape.in(), shape.rows());
        layout(ofResult, shape.out(), shape.rows());
        set(CUBLASLT_MATMUL_DESC_TRANSA, CUBLAS_OP_T);
        set(
                CUBLASLT_MATMUL_DESC_EPILOGUE,
                shape.form() == Form.BF16_GELU ? CUBLASLT_EPILOGUE_GELU_BIAS : CUBLASLT_EPILOGUE_BIAS);
        set(CUBLASLT_MATMUL_DESC_BIAS_DATA_TYPE, CUDA_R_16BF);
    }

    /** Rows and columns as the library counts them, without gaps. */
    private static void layout(cublasLtMatrixLayoutOpaque_t layout, long rows, long columns) {
        check(cublasLtMatrixLayoutInit(layout, CUDA_R_16BF, rows, columns, rows), "cublasLtMatrixLayoutInit");
    }

    private void set(int attribute, int value) {
        try (IntPointer memory = new IntPointer(new int[] {value})) {
            set(attribute, memory, Integer.BYTES);
        }
    }

    private void set(int attribute, Pointer memory, long bytes) {
        check(
                cublasLtMatmulDescSetAttribute(product, attribute, memory, bytes),
                "cublasLtMatmulDescSetAttribute " + attribute);
    }

    /** The first kernel that the library proposes; false where there is none. */
    private boolean choose() {
        try (cublasLtMatmulPreferenceOpaque_t wishes = new cublasLtMatmulPreferenceOpaque_t();
                cublasLtMatmulHeuristicResult_t first = new cublasLtMatmulHeuristicResult_t();
                LongPointer none = new LongPointer(new long[] {0});
                IntPointer alignment = new IntPointer(new int[] {ALIGNMENT})) {
            check(cublasLtMatmulPreferenceInit(wishes), "cublasLtMatmulPreferenceInit");
            wish(wishes, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, none, Long.BYTES);
            wish(wishes, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, alignment, Integer.BYTES);
            wish(wishes, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, alignment, Integer.BYTES);
            wish(wishes, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, alignment, Integer.BYTES);
            wish(wishes, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, alignment, Integer.BYTES);
            int[] found = {0};
            int status = cublasLtMatmulAlgoGetHeuristic(
                    library.handle(), product, ofWeight, ofX, ofResult, ofResult, wishes, 1, first, found);
            if (status == CUBLAS_STATUS_NOT_SUPPORTED || (status == CUBLAS_STATUS_SUCCESS && found[0] == 0)) {
                return false;
            }
            check(status, "cublasLtMatmulAlgoGetHeuristic");
            copy(first.algo(), algorithm);
            return true;
        }
    }

    private static void wish(cublasLtMatmulPreferenceOpaque_t wishes, int attribute, Pointer value, long bytes) {
        check(
                cublasLtMatmulPreferenceSetAttribute(wishes, attribute, value, bytes),
                "cublasLtMatmulPreferenceSetAttribute " + attribute);
    }

    /** Another kernel of the same family, if the library says that it can compute this. */
    private void take(Kernel kernel) {
        try (cublasLtMatmulAlgo_t other = new cublasLtMatmulAlgo_t();
                cublasLtMatmulHeuristicResult_t answer = new cublasLtMatmulHeuristicResult_t();
                IntPointer tile = new IntPointer(new int[] {kernel.tile()});
                ShortPointer cluster = new ShortPointer(new short[] {(short) kernel.cluster()});
                IntPointer option = new IntPointer(new int[] {kernel.option()})) {
            copy(algorithm, other);
            boolean fits = cublasLtMatmulAlgoConfigSetAttribute(other, CUBLASLT_ALGO_CONFIG_TILE_ID, tile, 4) == 0
                    && cublasLtMatmulAlgoConfigSetAttribute(other, CUBLASLT_ALGO_CONFIG_CLUSTER_SHAPE_ID, cluster, 2)
                            == 0
                    && cublasLtMatmulAlgoConfigSetAttribute(other, CUBLASLT_ALGO_CONFIG_CUSTOM_OPTION, option, 4) == 0
                    && cublasLtMatmulAlgoCheck(
                                    library.handle(), product, ofWeight, ofX, ofResult, ofResult, other, answer)
                            == 0
                    && answer.state() == CUBLAS_STATUS_SUCCESS
                    && answer.workspaceSize() == 0;
            if (fits) {
                copy(other, algorithm);
            }
        }
    }

    private static void copy(cublasLtMatmulAlgo_t from, cublasLtMatmulAlgo_t to) {
        Pointer.memcpy(to, from, from.sizeof());
    }

    /** Queues it on the current stream. */
    public void run(Operands operands) {
        given.put(operands.bias());
        set(CUBLASLT_MATMUL_DESC_BIAS_POINTER, given, Long.BYTES);
        Pointer result = new DeviceAddress(operands.result());
        try (CUDAStream stream = torch_cuda.getCurrentCUDAStream()) {
            int status = cublasLtMatmul(
                    library.handle(),
                    product,
                    one,
                    new DeviceAddress(operands.weight()),
                    ofWeight,
                    new DeviceAddress(operands.x()),
                    ofX,
                    zero,
                    result,
                    ofResult,
                    result,
                    ofResult,
                    algorithm,
                    null,
                    0,
                    stream.stream());
            check(status, "cublasLtMatmul");
        }
    }

    /** Memory of the device, which is not Java's to free. */
    private static final class DeviceAddress extends Pointer {
        DeviceAddress(long where) {
            address = where;
        }
    }

    private static void check(int status, String call) {
        CublasLt.check(status, call);
    }

    @Override
    public void close() {
        product.close();
        ofWeight.close();
        ofX.close();
        ofResult.close();
        algorithm.close();
        one.close();
        zero.close();
        given.close();
    }
}
