package io.github.wan4j.models.vae;

/** Linear least squares with a constant, by normal equations: for a few dozen unknowns. */
final class LeastSquares {
    private LeastSquares() {}

    /**
     * For each of {@code outputs} rows the weights w and the constant b that make Σ (w·x + b − y)² + ridge·n·|w|² least.
     *
     * @param x [inputs, n], values of one input side by side
     * @param y [outputs, n]
     * @return [outputs][inputs + 1], the constant last
     */
    static double[][] solve(float[] x, int inputs, float[] y, int outputs, double ridge) {
        int n = x.length / inputs;
        int unknowns = inputs + 1;
        double[][] system = new double[unknowns][unknowns + outputs]; // XXᵀ | XYᵀ
        for (int i = 0; i < unknowns; i++) {
            for (int j = 0; j <= i; j++) {
                system[i][j] = product(x, i, x, j, inputs, n);
                system[j][i] = system[i][j];
            }
            for (int o = 0; o < outputs; o++) {
                system[i][unknowns + o] = product(x, i, y, o, inputs, n);
            }
            system[i][i] += i < inputs ? ridge * n : 0;
        }
        eliminate(system);
        double[][] solution = new double[outputs][unknowns];
        for (int o = 0; o < outputs; o++) {
            for (int i = 0; i < unknowns; i++) {
                solution[o][i] = system[i][unknowns + o] / system[i][i];
            }
        }
        return solution;
    }

    /** Σ aᵢ·bⱼ over the samples; row {@code inputs} of either is the constant 1. */
    private static double product(float[] a, int i, float[] b, int j, int inputs, int n) {
        double sum = 0;
        boolean constantA = i == inputs;
        boolean constantB = a == b && j == inputs;
        for (int s = 0; s < n; s++) {
            sum += (constantA ? 1.0 : a[i * n + s]) * (constantB ? 1.0 : b[j * n + s]);
        }
        return sum;
    }

    /** Gauss and Jordan; the ridge keeps all pivots away from 0. */
    private static void eliminate(double[][] system) {
        for (int pivot = 0; pivot < system.length; pivot++) {
            for (int row = 0; row < system.length; row++) {
                double factor = row == pivot ? 0 : system[row][pivot] / system[pivot][pivot];
                for (int column = pivot; column < system[row].length && factor != 0; column++) {
                    system[row][column] -= factor * system[pivot][column];
                }
            }
        }
    }
}
