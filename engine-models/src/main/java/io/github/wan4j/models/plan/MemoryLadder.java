package io.github.wan4j.models.plan;

import io.github.wan4j.core.Residency;
import io.github.wan4j.core.TextEncoderPlace;
import io.github.wan4j.video.Stage;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/**
 * What to try when a device had less memory than a plan counted on: branches by themselves, a shorter chunk of the autoencoder, then tiles, then
 * weights that go when they are not needed, then streamed weights. A rung that would not help the stage that failed is
 * passed over.
 */
public final class MemoryLadder {
    private final ExecutionPlan plan;
    private final Stage stage;

    /** @param stage the one that failed */
    public MemoryLadder(ExecutionPlan plan, Stage stage) {
        this.plan = plan;
        this.stage = stage;
    }

    /** The next rung down; empty if there is none, or none is allowed. */
    public Optional<Arrangement> next() {
        if (plan.request().options().strict()) {
            return Optional.empty();
        }
        MemoryEstimate now = plan.placement().memory();
        ToLongFunction<MemoryEstimate> bytes = bytesOf();
        return rungs(now.arrangement(), plan.placement().device().gpu())
                .filter(rung -> bytes.applyAsLong(plan.estimate(rung)) < bytes.applyAsLong(now))
                .findFirst();
    }

    private ToLongFunction<MemoryEstimate> bytesOf() {
        return switch (stage) {
            case DENOISE -> MemoryEstimate::denoise;
            case DECODE, WRITE -> MemoryEstimate::decode;
            case ENCODE -> MemoryEstimate::encode;
            case LOAD, QUANTISE, COMPILE -> MemoryEstimate::loaded;
        };
    }

    /** On a CPU there is one place for everything. */
    private Stream<Arrangement> rungs(Arrangement now, boolean gpu) {
        Stream<Arrangement> alone = now.sharesBranches() && stage == Stage.DENOISE
                ? Stream.of(now.withSharedBranches(false))
                : Stream.empty();
        Stream<Arrangement> chunks = Stream.iterate(now.chunk() / 2, chunk -> chunk > 0, chunk -> chunk / 2)
                .map(chunk -> now.withPortions(chunk, now.tile()));
        Stream<Arrangement> tiles =
                Fitting.smallerThan(plan.request().model().vae(), now.tile()).map(tile -> now.withPortions(1, tile));
        Stream<Arrangement> places = gpu ? places(now).stream() : Stream.empty();
        return Stream.of(alone, chunks, tiles, places).flatMap(rungs -> rungs);
    }

    private static List<Arrangement> places(Arrangement now) {
        Arrangement free = now.with(now.residency(), TextEncoderPlace.FREE);
        Arrangement one = now.with(Residency.ONE_EXPERT, TextEncoderPlace.FREE);
        Arrangement stream = now.with(Residency.STREAM, TextEncoderPlace.FREE);
        Arrangement cpu = now.with(Residency.STREAM, TextEncoderPlace.CPU);
        return switch (now.residency()) {
            case RESIDENT, AUTO -> List.of(free, one, stream, cpu);
            case ONE_EXPERT -> List.of(free, stream, cpu);
            case STREAM -> List.of(free, cpu);
        };
    }
}
