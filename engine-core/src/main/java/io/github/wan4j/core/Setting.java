package io.github.wan4j.core;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * One setting: its name, how it is written, how that is read and printed, and what it is when nobody sets it.
 *
 * @param name as in the builder; {@code wan4j.cpuThreads} and {@code WAN4J_CPU_THREADS} follow from {@code cpuThreads}
 * @param form what a valid value looks like, for error messages
 * @param parse throws an {@link IllegalArgumentException} that says what is wrong
 * @param fallback the default and where it comes from
 */
record Setting<T>(
        String name,
        String form,
        Function<String, T> parse,
        Function<T, String> print,
        Function<ConfigSource, Resolved<T>> fallback) {

    /** A value and where it came from. */
    record Resolved<T>(T value, String origin) {
        static <T> Resolved<T> byDefault(T value) {
            return new Resolved<>(value, "default");
        }
    }

    String property() {
        return "wan4j." + name;
    }

    String variable() {
        return "WAN4J_" + name.replaceAll("([A-Z])", "_$1").toUpperCase(Locale.ROOT);
    }

    /** Builder, else property, else variable, else default. A problem is added to the list and the default taken. */
    Resolved<T> resolve(Map<String, String> builder, ConfigSource source, List<String> problems) {
        if (builder.containsKey(name)) {
            return read(name, builder.getOrDefault(name, ""), "builder", source, problems);
        }
        if (source.properties().containsKey(property())) {
            String text = source.properties().getOrDefault(property(), "");
            return read(property(), text, "property " + property(), source, problems);
        }
        if (source.environment().containsKey(variable())) {
            String text = source.environment().getOrDefault(variable(), "");
            return read(variable(), text, "variable " + variable(), source, problems);
        }
        return fallback.apply(source);
    }

    private Resolved<T> read(String label, String text, String origin, ConfigSource source, List<String> problems) {
        try {
            if (text.isBlank()) {
                throw new IllegalArgumentException("it is empty");
            }
            return new Resolved<>(parse.apply(text.trim()), origin);
        } catch (IllegalArgumentException e) {
            problems.add(label + "=" + text + ": " + e.getMessage() + "; write " + form);
            return fallback.apply(source);
        }
    }
}
