package io.github.wan4j.cuda;

import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.cuda.load.CudaException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.cuda.CUDAStream;
import org.bytedeco.pytorch.global.torch_cuda;
import org.jspecify.annotations.Nullable;

/**
 * Attention on e4m3: quantised by own kernels, computed by cuDNN. A plan is kept for each shape, and some rows of its first
 * result are compared with bf16; if they are not what they should be, bf16 it is from then on, with a warning.
 */
final class QuantisedAttention implements InnerAttention {
    private static final Logger LOG = System.getLogger(QuantisedAttention.class.getName());
    private static final long WIDEST = 128;
    private static final int MOST_PLANS = 32;
    private static final int COMPARED_ROWS = 64;

    /** Normal numbers lose 0.06; a wrong kernel loses everything. */
    private static final double TOLERANCE = 0.25;

    private final Quantiser quantiser;
    private final Runnable forget;
    private final List<String> switchedOff = new ArrayList<>();
    private final Set<Attention8Plan.Shape> compared = new HashSet<>();
    private final Map<Attention8Plan.Shape, Attention8Plan> plans =
            new LinkedHashMap<>(16, 0.75f, true); // the least recently used first

    /** {@code forget} drops whatever else holds on to a plan's kernel, before it goes. */
    QuantisedAttention(OwnKernels library, Runnable forget) {
        quantiser = new Quantiser(library);
        this.forget = forget;
    }

    @Override
    public List<String> switchedOff() {
        return List.copyOf(switchedOff);
    }

    @Override
    public @Nullable Tensor attention(Tensor q, Tensor k, Tensor v, double scale, long copies) {
        if (!switchedOff.isEmpty() || copies > 0 || q.size(3) > WIDEST || !Quantiser.takes(q, k, v)) {
            return null;
        }
        Attention8Plan.Shape shape = Attention8Plan.Shape.of(q);
        boolean known = compared.contains(shape);
        try (Scope scope = Scope.open("attention8")) {
            Tensor values = v.contiguous(); // it may be a part of one product with k
            if (known) {
                v.close();
            }
            return scope.keep(attention(plan(q), known, q, k, values, scale));
        } catch (CudaException e) {
            if (known) {
                throw e; // it has worked before: not this attention is to blame
            }
            switchOff(shape, String.valueOf(e.getMessage()));
            return null;
        }
    }

    private Tensor attention(Attention8Plan plan, boolean known, Tensor q, Tensor k, Tensor v, double scale) {
        Quantiser.Quantised quantised = passed(plan.quantised(quantiser, q, k, v));
        if (known) { // else they may be needed once more
            q.close();
            k.close();
            v.close();
        }
        Tensor result = passed(plan.attended(quantiser, quantised, scale));
        if (!known) {
            compare(result, q, k, v, scale);
        }
        return result;
    }

    private static <T> T passed(@Nullable T made) {
        if (made == null) {
            throw new CudaException("the passes around it are switched off");
        }
        return made;
    }

    private Attention8Plan plan(Tensor q) {
        Attention8Plan.Shape shape = Attention8Plan.Shape.of(q);
        Attention8Plan plan = plans.get(shape);
        if (plan == null) {
            plan = new Attention8Plan(q);
            plans.put(shape, plan);
            if (plans.size() > MOST_PLANS) {
                Iterator<Attention8Plan> eldest = plans.values().iterator();
                forget.run();
                waitForDevice(); // it may still be running
                eldest.next().close();
                eldest.remove();
            }
        }
        return plan;
    }

    /** Rows from the middle, all heads and keys; fails if they differ too much. */
    private void compare(Tensor result, Tensor q, Tensor k, Tensor v, double scale) {
        Attention8Plan.Shape shape = Attention8Plan.Shape.of(q);
        long rows = Math.min(COMPARED_ROWS, shape.tokens());
        long from = (shape.tokens() - rows) / 2;
        Tensor exact = Attention.CUDNN
                .apply(q.narrow(1, from, rows).transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2), scale)
                .transpose(1, 2)
                .to(DType.F32);
        double norm = exact.norm();
        double difference =
                result.narrow(1, from, rows).to(DType.F32).sub(exact).norm();
        if (!Double.isFinite(norm)) {
            return; // numbers that were broken before say nothing
        }
        if (!(difference <= TOLERANCE * norm)) {
            throw new CudaException(String.format(
                    Locale.ROOT,
                    "its result is off by %.3g of %.3g, allowed are %.2f of it",
                    difference,
                    norm,
                    TOLERANCE));
        }
        compared.add(shape);
    }

    private void switchOff(Attention8Plan.Shape shape, String reason) {
        String warning = "attention=fp8 is switched off, bf16 takes its place: on " + shape + ", " + reason;
        switchedOff.add(warning);
        LOG.log(Level.WARNING, warning);
    }

    private static void waitForDevice() {
        try (CUDAStream stream = torch_cuda.getCurrentCUDAStream()) {
            stream.synchronize();
        }
    }

    @Override
    public void close() {
        waitForDevice();
        plans.values().forEach(Attention8Plan::close);
        plans.clear();
    }
}
