package io.github.wan4j.core.weights;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * From the names of one layout to those of another: an ordered list of rules, of which the first that fits a name
 * decides. A name that no rule fits is unknown, and an error in {@link Checkpoint#renamed}; end with {@link #keepRest} if
 * it is not.
 *
 * <pre>{@code
 * NameMap.rules()
 *         .prefix("condition_embedder.time_embedder.linear_1.", "time_embedding.0.")
 *         .regex("blocks\\.(\\d+)\\.attn1\\.to_q\\.(.+)", "blocks.$1.self_attn.q.$2")
 * }</pre>
 */
public final class NameMap {
    private static final String DROPPED = "";

    private interface Rule {
        /** The new name, or null if the rule does not fit. */
        @Nullable
        String apply(String name);
    }

    private final List<Rule> rules;

    private NameMap(List<Rule> rules) {
        this.rules = List.copyOf(rules);
    }

    /** Without rules, so knows no name; add some. */
    public static NameMap rules() {
        return new NameMap(List.of());
    }

    /** Leaves every name as it is. */
    public static NameMap identity() {
        return rules().keepRest();
    }

    /** Whatever begins with {@code from} begins with {@code to} instead. */
    public NameMap prefix(String from, String to) {
        return with(name -> name.startsWith(from) ? to + name.substring(from.length()) : null);
    }

    /** Exactly this name. */
    public NameMap name(String from, String to) {
        return with(name -> name.equals(from) ? to : null);
    }

    /** Names that match as a whole; {@code $1} and so on stand for the groups. */
    public NameMap regex(String pattern, String replacement) {
        Pattern compiled = Pattern.compile(pattern);
        return with(name -> {
            Matcher matcher = compiled.matcher(name);
            return matcher.matches() ? matcher.replaceFirst(replacement) : null;
        });
    }

    /** Names that match as a whole; for layouts that count differently. The function may return null: does not fit. */
    public NameMap regex(String pattern, Function<MatchResult, @Nullable String> rename) {
        Pattern compiled = Pattern.compile(pattern);
        return with(name -> {
            Matcher matcher = compiled.matcher(name);
            return matcher.matches() ? rename.apply(matcher.toMatchResult()) : null;
        });
    }

    /** Leaves out names that match as a whole, such as the second name of a tensor that has two. */
    public NameMap drop(String pattern) {
        Pattern compiled = Pattern.compile(pattern);
        return with(name -> compiled.matcher(name).matches() ? DROPPED : null);
    }

    /** Whatever no rule before this one fits stays as it is. */
    public NameMap keepRest() {
        return with(name -> name);
    }

    /** This map, then {@code next} on its results. */
    public NameMap andThen(NameMap next) {
        return rules().with(name -> {
            String between = apply(name);
            return between == null || between.isEmpty() ? between : next.apply(between);
        });
    }

    private NameMap with(Rule rule) {
        List<Rule> longer = new ArrayList<>(rules);
        longer.add(rule);
        return new NameMap(longer);
    }

    /** The new name, empty if the tensor is to be left out, null if no rule fits. */
    @Nullable
    String apply(String name) {
        for (Rule rule : rules) {
            String renamed = rule.apply(name);
            if (renamed != null) {
                return renamed;
            }
        }
        return null;
    }
}
