package io.github.wan4j.cuda;

import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Functional;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.cuda.cublas.CublasLt;
import io.github.wan4j.cuda.cublas.Matmul;
import io.github.wan4j.cuda.cublas.Matmul.Form;
import io.github.wan4j.cuda.cublas.Matmul.Operands;
import io.github.wan4j.cuda.cublas.Matmul.Shape;
import io.github.wan4j.cuda.load.CudaException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Products with the kernels of {@link ProductTable}, which libtorch does not take. Null where libtorch's are as good, or as far
 * as is known.
 */
final class Products implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Products.class.getName());
    private static final int COMPARED_ROWS = 64;

    /** They are equal but for GELU's rounding; a wrong kernel loses everything. */
    private static final double TOLERANCE = 1e-2;

    private final CublasLt library;
    private final ProductTable table;
    private final Map<Shape, Optional<Matmul>> made = new HashMap<>();
    private @Nullable String switchedOff;

    /** Throws {@link CudaException} where cuBLASLt cannot be reached. */
    Products(int computeMajor) {
        library = new CublasLt();
        table = new ProductTable(computeMajor, library.version());
    }

    /** Why libtorch computes all of them, if it does. */
    Optional<String> switchedOff() {
        return Optional.ofNullable(switchedOff);
    }

    /** x [.., K] Wᵀ + b in bf16, or its GELU (tanh form); [.., N]. */
    @Nullable
    Tensor linear(Tensor x, Tensor weight, @Nullable Tensor bias, boolean gelu) {
        if (switchedOff != null || bias == null || !isBf16(x) || !isBf16(weight) || !isBf16(bias)) {
            return null;
        }
        Shape shape = shape(x, weight, gelu ? Form.BF16_GELU : Form.BF16);
        if (table.choose(shape) == null) {
            return null;
        }
        try (Scope scope = Scope.open("products")) {
            long[] sizes = x.shape();
            sizes[sizes.length - 1] = shape.out();
            Tensor y = Tensors.empty(DType.BF16, x.device(), sizes);
            boolean first = !made.containsKey(shape);
            Matmul matmul = matmul(shape);
            if (matmul == null) {
                return null;
            }
            matmul.run(
                    new Operands(Memory.address(x), Memory.address(weight), Memory.address(bias), Memory.address(y)));
            if (first) {
                Tensor some = Functional.linear(rows(x), weight, bias);
                compare(shape, rows(y), gelu ? Functional.gelu(some) : some);
            }
            return scope.keep(y);
        } catch (CudaException e) {
            return off(e);
        }
    }

    private static boolean isBf16(Tensor x) {
        return x.dtype() == DType.BF16 && Memory.isPlain(x);
    }

    private static Shape shape(Tensor x, Tensor weight, Form form) {
        return new Shape(x.count() / x.size(-1), weight.size(0), weight.size(1), form);
    }

    private static Tensor rows(Tensor x) {
        long rows = x.count() / x.size(-1);
        return x.reshape(-1, x.size(-1)).narrow(0, 0, Math.min(COMPARED_ROWS, rows));
    }

    private @Nullable Matmul matmul(Shape shape) {
        return made.computeIfAbsent(shape, it -> Matmul.of(library, it, table.choose(it)))
                .orElse(null);
    }

    private static void compare(Shape shape, Tensor own, Tensor plain) {
        Tensor expected = plain.to(DType.F32);
        double norm = expected.norm();
        double difference = own.to(DType.F32).sub(expected).norm();
        if (Double.isFinite(norm) && !(difference <= TOLERANCE * norm)) {
            throw new CudaException(shape + " is off by " + difference + " of " + norm);
        }
    }

    private @Nullable Tensor off(CudaException e) {
        switchedOff = "libtorch takes the place of products by cuBLASLt: " + e.getMessage();
        LOG.log(Level.WARNING, switchedOff);
        return null;
    }

    @Override
    public void close() {
        made.values().forEach(matmul -> matmul.ifPresent(Matmul::close));
        made.clear();
        library.close();
    }
}
