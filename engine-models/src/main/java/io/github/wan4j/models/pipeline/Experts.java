package io.github.wan4j.models.pipeline;

import io.github.wan4j.core.Precision;
import io.github.wan4j.core.Residency;
import io.github.wan4j.core.spi.DeviceSession;
import io.github.wan4j.core.weights.BlockStream;
import io.github.wan4j.core.weights.PassingStore;
import io.github.wan4j.core.weights.WeightStore;
import io.github.wan4j.models.load.ModelFolder;
import io.github.wan4j.models.plan.Arrangement;
import io.github.wan4j.models.wan.WanTransformer;
import io.github.wan4j.video.Expert;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The transformers of one model: all on the device, or one after the other in the same memory, where the next takes the
 * place of the last block by block during its last pass, or two blocks at a time. Weights that only prompts meet may pass by
 * whatever becomes of the others. Used on the session's thread alone.
 */
final class Experts implements AutoCloseable {
    private static final int SLOTS = 2;

    private final ModelFolder folder;
    private final DeviceSession session;
    private final Map<Expert, Loaded<WanTransformer>> loaded = new EnumMap<>(Expert.class);
    private Residency residency = Residency.RESIDENT;
    private boolean promptPasses;
    private Precision precision;
    private @Nullable BlockStream stream;

    Experts(ModelFolder folder, DeviceSession session, Precision precision) {
        this.folder = folder;
        this.session = session;
        this.precision = precision;
    }

    /**
     * How they are to be held from now on and in which numbers; if that is another way, none is left. What passes already goes
     * on passing: to load an expert again takes longer than to bring a prompt's weights.
     */
    void hold(Arrangement arrangement, Precision numbers) {
        Residency next = session.streams() ? arrangement.residency() : Residency.RESIDENT;
        boolean passes = session.streams() && arrangement.passesPromptWeights();
        if (next != residency || numbers != precision || (passes && !promptPasses)) {
            close();
            residency = next;
            precision = numbers;
            promptPasses = passes;
        }
    }

    WanTransformer get(Expert expert, LoadWatch watch) {
        return part(expert, watch).network();
    }

    private Loaded<WanTransformer> part(Expert expert) {
        return part(expert, LoadWatch.NOBODY);
    }

    private Loaded<WanTransformer> part(Expert expert, LoadWatch watch) {
        Loaded<WanTransformer> known = loaded.get(expert);
        if (known == null) { // what streams comes while it computes: nobody waits for it
            known = load(expert, residency == Residency.RESIDENT ? watch : LoadWatch.NOBODY);
            loaded.put(expert, known);
        }
        return known;
    }

    private Loaded<WanTransformer> load(Expert expert, LoadWatch watch) {
        return Loaded.load(
                () -> folder.transformer(expert),
                this::openStore,
                (checkpoint, weights) ->
                        Parts.transformer(folder, expert, checkpoint, weights, precision, session.kernels()),
                expert == Expert.SINGLE ? "transformer" : expert.label() + " noise expert",
                watch);
    }

    private WeightStore openStore() {
        if (residency != Residency.RESIDENT) {
            return stream().openStore();
        }
        if (!promptPasses) {
            return session.openWeights();
        }
        WeightStore lasting = session.openWeights();
        try {
            return new PassingStore(lasting, stream().openStore());
        } catch (RuntimeException | Error e) {
            lasting.close();
            throw e;
        }
    }

    private BlockStream stream() {
        if (stream == null) {
            stream = switch (residency) {
                case RESIDENT, AUTO -> session.openSparseStream(SLOTS);
                case ONE_EXPERT -> session.openStream(BlockStream.ALL);
                case STREAM -> session.openStream(SLOTS);
            };
        }
        return stream;
    }

    /** Gets ready what a change of experts needs: weights outside of blocks, and the file. */
    void prepare(Expert next) {
        if (residency != Residency.RESIDENT && !loaded.containsKey(next)) {
            stream().announce(part(next).checkpoint());
        }
    }

    /** Says whose pass comes after the one that begins next, or that none does. */
    void follow(Expert now, @Nullable Expert next) {
        if (residency == Residency.RESIDENT) {
            return;
        }
        stream().follow(part(now).store(), next == null ? null : part(next).store());
    }

    @Override
    public void close() {
        loaded.values().forEach(Loaded::close);
        loaded.clear();
        if (stream != null) {
            stream.close();
            stream = null;
        }
    }
}
