package io.github.wan4j.models.sampler;

import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;

/**
 * UniPC of second order with B(h) = e^h − 1 ("bh2") for a network that predicts velocity: each step first corrects the
 * latents with what the network has just said, then predicts the next ones. The weights are {@link UniPcWeights}.
 */
final class UniPc implements Sampler {
    private final Schedule schedule;
    private final Kernels kernels;
    private final History corrected = new History("x[i-1]");
    private final History last = new History("m[i-1]");
    private final History secondLast = new History("m[i-2]");

    UniPc(Schedule schedule, Kernels kernels) {
        this.schedule = schedule;
        this.kernels = kernels;
    }

    @Override
    public Tensor step(int i, Tensor x, Tensor velocity) {
        try (Scope scope = Scope.open("sampler.unipc")) {
            Tensor m = kernels.combine(new double[] {1, -schedule.sigma(i)}, x, velocity);
            Tensor start = i == 0 ? kernels.combine(new double[] {1}, x) : correct(i, m);
            double[] weights = UniPcWeights.predictor(schedule, i);
            Tensor next = weights.length == 2
                    ? kernels.combine(weights, start, m)
                    : kernels.combine(weights, start, m, last.get());
            if (i + 1 < schedule.steps()) {
                secondLast.take(last);
                last.set(scope, m);
                corrected.set(scope, start);
            }
            return scope.keep(next);
        }
    }

    /** The latents of step i again, now that m_i is known; m_i itself stays as it was computed. */
    private Tensor correct(int i, Tensor m) {
        double[] weights = UniPcWeights.corrector(schedule, i);
        return weights.length == 3
                ? kernels.combine(weights, corrected.get(), m, last.get())
                : kernels.combine(weights, corrected.get(), m, last.get(), secondLast.get());
    }

    @Override
    public void close() {
        corrected.close();
        last.close();
        secondLast.close();
    }
}
