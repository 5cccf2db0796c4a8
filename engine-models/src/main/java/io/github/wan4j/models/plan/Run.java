package io.github.wan4j.models.plan;

import io.github.wan4j.video.Expert;
import java.util.ArrayList;
import java.util.List;

/** The steps that one expert serves, {@code first} to {@code end} − 1; experts take over once and never hand back. */
record Run(Expert expert, int first, int end) {
    int length() {
        return end - first;
    }

    static List<Run> of(List<Expert> experts) {
        List<Run> runs = new ArrayList<>();
        int first = 0;
        for (int step = 1; step <= experts.size(); step++) {
            if (step == experts.size() || experts.get(step) != experts.get(first)) {
                runs.add(new Run(experts.get(first), first, step));
                first = step;
            }
        }
        return runs;
    }
}
