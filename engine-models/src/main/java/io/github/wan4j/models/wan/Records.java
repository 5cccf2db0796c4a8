package io.github.wan4j.models.wan;

import io.github.wan4j.core.kernels.Replays;
import io.github.wan4j.core.tensor.Tensor;
import java.util.HashSet;
import java.util.Set;

/** What devices recorded of work that reads something's memory; closed before that memory goes. */
final class Records implements AutoCloseable {
    private record Work(Replays replays, Object same) {}

    private final Set<Work> works = new HashSet<>();

    /** {@link Replays#run}. */
    Tensor run(Replays replays, Object same, Replays.Work work, Tensor... inputs) {
        works.add(new Work(replays, same));
        return replays.run(same, work, inputs);
    }

    /** Forgets all of it. */
    @Override
    public void close() {
        works.forEach(work -> work.replays().forget(work.same()));
        works.clear();
    }
}
