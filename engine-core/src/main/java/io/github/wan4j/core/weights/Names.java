package io.github.wan4j.core.weights;

import java.util.Collection;
import java.util.stream.Collectors;

/** Lists of names in error messages. */
final class Names {
    private static final int SHOWN = 20;

    private Names() {}

    /** {@code 'a', 'b', 'c'}; a long list ends with how many more there are. */
    static String list(Collection<String> names) {
        return cut(names.stream().map(name -> "'" + name + "'").toList());
    }

    /** The same without quotes. */
    static String cut(Collection<String> items) {
        String shown = items.stream().limit(SHOWN).collect(Collectors.joining(", "));
        return items.size() <= SHOWN ? shown : shown + " and " + (items.size() - SHOWN) + " more";
    }
}
