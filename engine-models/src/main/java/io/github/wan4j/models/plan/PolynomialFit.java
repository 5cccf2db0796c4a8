package io.github.wan4j.models.plan;

import java.util.ArrayList;
import java.util.List;

/** Least squares by Householder reflections, for TeaCache's polynomials. */
public final class PolynomialFit {
    private PolynomialFit() {}

    /** Coefficients of the polynomial nearest to y over x, highest power first; one point more than the degree at least. */
    public static List<Double> fit(double[] x, double[] y, int degree) {
        return fit(x, y, degree, degree + 1);
    }

    /** The same among the polynomials that are 0 at 0. */
    static List<Double> fitThroughZero(double[] x, double[] y, int degree) {
        List<Double> coefficients = new ArrayList<>(fit(x, y, degree, degree));
        coefficients.add(0.0);
        return List.copyOf(coefficients);
    }

    /** The coefficients of the {@code terms} highest powers, the others being 0. */
    private static List<Double> fit(double[] x, double[] y, int degree, int terms) {
        int points = x.length;
        if (points < terms || y.length != points) {
            throw new IllegalArgumentException("a polynomial of degree " + degree + " needs " + terms + " points, not "
                    + points + " and " + y.length);
        }
        double scale = 0;
        for (double value : x) {
            scale = Math.max(scale, Math.abs(value));
        }
        scale = scale == 0 ? 1 : scale;
        double[][] rows = new double[points][terms + 1];
        for (int i = 0; i < points; i++) {
            for (int j = 0; j < terms; j++) {
                rows[i][j] = Math.pow(x[i] / scale, degree - j);
            }
            rows[i][terms] = y[i];
        }
        for (int j = 0; j < terms; j++) {
            reflect(rows, j);
        }
        double[] coefficients = new double[terms];
        for (int j = terms - 1; j >= 0; j--) {
            double sum = rows[j][terms];
            for (int k = j + 1; k < terms; k++) {
                sum -= rows[j][k] * coefficients[k];
            }
            if (Math.abs(rows[j][j]) < 1e-12) {
                throw new IllegalArgumentException("too few different x for a polynomial of degree " + degree);
            }
            coefficients[j] = sum / rows[j][j];
        }
        List<Double> result = new ArrayList<>();
        for (int j = 0; j < terms; j++) {
            result.add(coefficients[j] / Math.pow(scale, degree - j));
        }
        return List.copyOf(result);
    }

    /** Mirrors the rows from j on so that column j becomes zero below its diagonal. */
    private static void reflect(double[][] rows, int j) {
        double norm = 0;
        for (int i = j; i < rows.length; i++) {
            norm = Math.hypot(norm, rows[i][j]);
        }
        if (norm == 0) {
            return;
        }
        double[] mirror = new double[rows.length];
        for (int i = j; i < rows.length; i++) {
            mirror[i] = rows[i][j];
        }
        mirror[j] += Math.copySign(norm, mirror[j]);
        double square = 0;
        for (double value : mirror) {
            square += value * value;
        }
        for (int k = j; k < rows[j].length; k++) {
            double along = 0;
            for (int i = j; i < rows.length; i++) {
                along += mirror[i] * rows[i][k];
            }
            for (int i = j; i < rows.length; i++) {
                rows[i][k] -= 2 * along / square * mirror[i];
            }
        }
    }
}
