package io.github.wan4j.bench.report;

import java.util.Locale;

/**
 * One measured piece of work.
 *
 * @param ceiling what the products and attention alone take on this machine; NaN where nobody counted
 * @param teraflop arithmetic of the products, attention and convolutions, in 10¹² operations; NaN where nobody counted
 */
record Row(String work, double ms, Ceiling.Times ceiling, double teraflop, long peakBytes, String note) {
    private static final double GIB = 1L << 30;

    /** Where nobody counted. */
    static final Ceiling.Times NO_CEILING = new Ceiling.Times(Double.NaN, Double.NaN);

    static String head() {
        return "| work | ms | ceiling in short runs, ratio | sustained, ratio | TFLOP/s | peak GiB | |\n|---|---|---|---|---|---|---|";
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "| %s | %.1f | %s | %s | %s | %.1f | %s |",
                work,
                ms,
                ratio(ceiling.brief()),
                ratio(ceiling.sustained()),
                known("%.0f", teraflop * 1e3 / ms),
                peakBytes / GIB,
                note);
    }

    private String ratio(double least) {
        return Double.isNaN(least) ? "" : String.format(Locale.ROOT, "%.1f, %.3f", least, ms / least);
    }

    private static String known(String format, double value) {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, format, value);
    }
}
