package io.github.wan4j.models.sampler;

import static java.lang.Math.expm1;

import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;

/**
 * DPM-Solver++ of second order, midpoint variant, first order at the first and at the last step.
 *
 * <pre>
 * m_i = x − sigma_i v
 * x ← sigma_{i+1}/sigma_i x − alpha_{i+1} (e^{−h} − 1) (m_i + ½ D),   D = (m_i − m_{i−1}) / r
 * h = lambda_{i+1} − lambda_i,   r = (lambda_i − lambda_{i−1}) / h
 * </pre>
 */
final class DpmPlusPlus implements Sampler {
    private final Schedule schedule;
    private final Kernels kernels;
    private final History previous = new History("m[i-1]");

    DpmPlusPlus(Schedule schedule, Kernels kernels) {
        this.schedule = schedule;
        this.kernels = kernels;
    }

    @Override
    public Tensor step(int i, Tensor x, Tensor velocity) {
        try (Scope scope = Scope.open("sampler.dpm++")) {
            Tensor m = kernels.combine(new double[] {1, -schedule.sigma(i)}, x, velocity);
            double[] weights = weights(schedule, i);
            Tensor next = weights.length == 2
                    ? kernels.combine(weights, x, m)
                    : kernels.combine(weights, x, m, previous.get());
            if (i + 1 < schedule.steps()) {
                previous.set(scope, m);
            }
            return scope.keep(next);
        }
    }

    /** Weights of x, m_i and, at second order, m_{i−1} in the next x. */
    static double[] weights(Schedule schedule, int i) {
        double h = schedule.lambda(i + 1) - schedule.lambda(i);
        double ofX = schedule.sigma(i + 1) / schedule.sigma(i);
        double ofM = -schedule.alpha(i + 1) * expm1(-h);
        if (i == 0 || i + 1 == schedule.steps()) {
            return new double[] {ofX, ofM};
        }
        // lambda_0 is −∞ where sigma_0 is 1; then r is infinite and the history counts for nothing
        double half = 0.5 * h / (schedule.lambda(i) - schedule.lambda(i - 1));
        return new double[] {ofX, ofM * (1 + half), -ofM * half};
    }

    @Override
    public void close() {
        previous.close();
    }
}
