package io.github.wan4j.bench.cli;

import io.github.wan4j.video.InvalidRequestException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads options given as text and gathers what is wrong with them. */
final class Options {
    private final List<String> problems = new ArrayList<>();

    /** Converts a value, if there is one, and hands it on; a refusal becomes a problem. */
    <T> void read(@Nullable String text, Function<String, T> convert, Consumer<T> target) {
        if (text == null) {
            return;
        }
        try {
            target.accept(convert.apply(text.strip()));
        } catch (InvalidRequestException e) {
            problems.addAll(e.problems());
        } catch (IllegalArgumentException e) {
            problems.add(e.getMessage() == null ? e.toString() : e.getMessage());
        }
    }

    void problem(String text) {
        problems.add(text);
    }

    List<String> problems() {
        return List.copyOf(problems);
    }

    void requireNone() {
        if (!problems.isEmpty()) {
            throw new InvalidRequestException(problems);
        }
    }

    static Function<String, Integer> integer(String option) {
        return text -> {
            try {
                return Integer.parseInt(text);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(option + " is '" + text + "', expected a whole number", e);
            }
        };
    }

    static Function<String, Double> number(String option) {
        return text -> {
            try {
                return Double.parseDouble(text);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(option + " is '" + text + "', expected a number", e);
            }
        };
    }

    static Function<String, Long> seed(String option) {
        return text -> {
            try {
                return Long.parseLong(text);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(
                        option + " is '" + text + "', expected a whole number or 'random'", e);
            }
        };
    }
}
