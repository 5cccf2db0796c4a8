package io.github.wan4j.models.plan;

import io.github.wan4j.video.InvalidRequestException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The steps in which the negative branch runs, counted from 1, both ends included. */
public record StepInterval(int first, int last) {
    private static final Pattern FORM = Pattern.compile("\\s*(\\d{1,6})\\s*-\\s*(\\d{1,6})\\s*");

    /** Reads {@code 3-30}. */
    public static StepInterval parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new InvalidRequestException("guidance interval is '" + text + "', write it as 1-30");
        }
        return new StepInterval(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
    }

    /** What is wrong with it for a number of steps; empty when nothing is. */
    List<String> problems(int steps) {
        if (first >= 1 && first <= last && last <= steps) {
            return List.of();
        }
        int from = Math.max(1, Math.min(first, steps));
        return List.of("guidance interval is " + this + ", it must lie within 1-" + steps + ", take "
                + new StepInterval(from, Math.max(from, Math.min(last, steps))));
    }

    /** Whether the step, counted from 0, is in it. */
    boolean contains(int step) {
        return step + 1 >= first && step + 1 <= last;
    }

    @Override
    public String toString() {
        return first + "-" + last;
    }
}
