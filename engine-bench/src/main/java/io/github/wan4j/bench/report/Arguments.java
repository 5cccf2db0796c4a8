package io.github.wan4j.bench.report;

import java.util.ArrayList;
import java.util.List;

/** What a report was called with: options by name, which are taken out, and the rest in order. */
final class Arguments {
    private final List<String> rest;

    Arguments(String... arguments) {
        rest = new ArrayList<>(List.of(arguments));
    }

    boolean flag(String name) {
        return rest.remove(name);
    }

    String option(String name, String otherwise) {
        int at = rest.indexOf(name);
        if (at < 0) {
            return otherwise;
        }
        rest.remove(at);
        return rest.remove(at);
    }

    /** The first {@code --prompts} of the list, or all. */
    List<String> prompts() {
        List<String> all = QualityReport.prompts();
        return all.subList(0, Integer.parseInt(option("--prompts", "" + all.size())));
    }

    /** What is left when all options are taken. */
    List<String> rest() {
        return List.copyOf(rest);
    }
}
