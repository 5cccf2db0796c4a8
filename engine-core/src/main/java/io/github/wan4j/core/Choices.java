package io.github.wan4j.core;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How the constants of an enum are written by users: lower case, words joined by hyphens. */
final class Choices {
    private Choices() {}

    static String text(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** {@code a|b|c}. */
    static <E extends Enum<E>> String form(Class<E> type) {
        return Arrays.stream(type.getEnumConstants()).map(Choices::text).collect(Collectors.joining("|"));
    }

    static <E extends Enum<E>> E parse(Class<E> type, String text) {
        String name = text.trim().toLowerCase(Locale.ROOT);
        for (E constant : type.getEnumConstants()) {
            if (text(constant).equals(name)) {
                return constant;
            }
        }
        throw new IllegalArgumentException("'" + text + "' is not one of " + form(type));
    }
}
