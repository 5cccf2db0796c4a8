package io.github.wan4j.bench.cli;

import io.github.wan4j.video.InvalidRequestException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads options given as text and gathers what is wrong: with the request, and with the files that it names. */
final class Options {
    private final List<String> problems = new ArrayList<>();
    private final List<String> files = new ArrayList<>();

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

    /** Something is wrong with the command line or the request. */
    void problem(String text) {
        if (!problems.contains(text)) {
            problems.add(text);
        }
    }

    /** Something is wrong with a file; that counts only if nothing is wrong with the request. */
    void file(String text) {
        files.add(text);
    }

    /** What a check of the request found; it may meet the same files again. */
    void problems(List<String> found) {
        found.stream().filter(problem -> !files.contains(problem)).forEach(this::problem);
    }

    /** What is wrong with the command line or the request so far. */
    List<String> problems() {
        return List.copyOf(problems);
    }

    boolean areFine() {
        return problems.isEmpty() && files.isEmpty();
    }

    /** Ends the command if anything is wrong, by what is worst. */
    void requireFine() {
        if (!problems.isEmpty()) {
            throw new InvalidRequestException(problems);
        }
        if (!files.isEmpty()) {
            throw new UnusableFilesException(files);
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
