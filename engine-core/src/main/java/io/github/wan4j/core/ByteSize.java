package io.github.wan4j.core;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Amounts of memory as people write them: {@code 12GiB}, {@code 1.5 GB}, {@code 512MiB}. */
public final class ByteSize {
    private static final Pattern FORM =
            Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*([KMGT]?)(I?)B", Pattern.CASE_INSENSITIVE);
    private static final List<String> BINARY = List.of("B", "KiB", "MiB", "GiB", "TiB");

    private ByteSize() {}

    /** Bytes; KiB counts by 1024 and kB by 1000. A number without a unit says nothing and is refused, save 0. */
    public static long parse(String text) {
        String trimmed = text.trim();
        if (trimmed.equals("0")) {
            return 0;
        }
        Matcher matcher = FORM.matcher(trimmed);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' is not a number with a unit such as GiB");
        }
        String unit = matcher.group(2).toUpperCase(Locale.ROOT);
        int power = unit.isEmpty() ? 0 : "KMGT".indexOf(unit) + 1;
        if (power == 0 && !matcher.group(3).isEmpty()) {
            throw new IllegalArgumentException(
                    "'" + text + "' has no unit that is known; units are B, KiB, MiB, GiB, TiB");
        }
        BigDecimal base = BigDecimal.valueOf(matcher.group(3).isEmpty() ? 1000 : 1024);
        try {
            return new BigDecimal(matcher.group(1))
                    .multiply(base.pow(power))
                    .toBigInteger()
                    .longValueExact();
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("'" + text + "' is more than any machine has", e);
        }
    }

    /** As {@link #parse} reads it back, without rounding: {@code 12GiB}, {@code 1500B}. */
    static String exact(long bytes) {
        int unit = 0;
        long value = bytes;
        while (value != 0 && value % 1024 == 0 && unit < BINARY.size() - 1) {
            value /= 1024;
            unit++;
        }
        return bytes == 0 ? "0" : value + BINARY.get(unit);
    }

    /** In the largest unit that leaves at least 1, with one decimal: {@code 1.5 GiB}. */
    public static String text(long bytes) {
        int unit = 0;
        double value = bytes;
        while (value >= 1024 && unit < BINARY.size() - 1) {
            value /= 1024;
            unit++;
        }
        String number =
                value == Math.rint(value) ? String.valueOf((long) value) : String.format(Locale.ROOT, "%.1f", value);
        return number + " " + BINARY.get(unit);
    }
}
