package io.github.wan4j.models.sampler;

import static java.lang.Math.expm1;
import static java.lang.Math.min;

/**
 * What UniPC multiplies its tensors with, worked out from the schedule. With H = −h, phi = e^H − 1 = B, and history
 * E = (m_{i−2} − m_{i−1}) / r, D = m_i − m_{i−1}:
 *
 * <pre>
 * predictor   sigma_{i+1}/sigma_i x − alpha_{i+1} (phi m_i + B ½ E')
 * corrector   sigma_i/sigma_{i−1} x' − alpha_i (phi m_{i−1} + B (rho_0 E + rho_1 D))
 * </pre>
 *
 * where x' is the corrected sample of the step before and E' is E one step later.
 */
final class UniPcWeights {
    private UniPcWeights() {}

    /** Order of the predictor at step i: 1 at both ends, 2 between. */
    static int order(Schedule schedule, int i) {
        return min(2, min(schedule.steps() - i, i + 1));
    }

    /** Weights of x, m_i and, at second order, m_{i−1} in the next x. */
    static double[] predictor(Schedule schedule, int i) {
        double h = schedule.lambda(i + 1) - schedule.lambda(i);
        double phi = expm1(-h);
        double alpha = schedule.alpha(i + 1);
        double ofX = schedule.sigma(i + 1) / schedule.sigma(i);
        if (order(schedule, i) == 1) {
            return new double[] {ofX, -alpha * phi};
        }
        double r = (schedule.lambda(i - 1) - schedule.lambda(i)) / h;
        double ofE = -alpha * phi * 0.5 / r;
        return new double[] {ofX, -alpha * phi - ofE, ofE};
    }

    /** Weights of the corrected x_{i−1}, m_i, m_{i−1} and, at second order, m_{i−2} in the corrected x_i; i &gt; 0. */
    static double[] corrector(Schedule schedule, int i) {
        double h = schedule.lambda(i) - schedule.lambda(i - 1);
        double phi = expm1(-h);
        double ofX = schedule.sigma(i) / schedule.sigma(i - 1);
        double scale = -schedule.alpha(i) * phi;
        if (order(schedule, i - 1) == 1) {
            return new double[] {ofX, scale * 0.5, scale * 0.5};
        }
        double r = (schedule.lambda(i - 2) - schedule.lambda(i - 1)) / h;
        double g1 = phi / -h - 1;
        double g2 = g1 / -h - 0.5;
        double b1 = g1 / phi;
        double b2 = 2 * g2 / phi;
        // rho_0 + rho_1 = b1 and r rho_0 + rho_1 = b2
        double rho0 = (b1 - b2) / (1 - r);
        double rho1 = b1 - rho0;
        return new double[] {ofX, scale * rho1, scale * (1 - rho1 - rho0 / r), scale * rho0 / r};
    }
}
