package io.github.wan4j.models.pipeline;

import io.github.wan4j.core.Precision;
import io.github.wan4j.core.VaeTile;
import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.spi.DeviceSession;
import io.github.wan4j.core.weights.Checkpoint;
import io.github.wan4j.core.weights.Weights;
import io.github.wan4j.models.load.ModelFolder;
import io.github.wan4j.models.plan.Arrangement;
import io.github.wan4j.models.plan.Placement;
import io.github.wan4j.models.umt5.Umt5Config;
import io.github.wan4j.models.umt5.Umt5Encoder;
import io.github.wan4j.models.vae.Vae;
import io.github.wan4j.models.vae.v21.Vae21;
import io.github.wan4j.models.vae.v22.Vae22;
import io.github.wan4j.models.wan.WanTransformer;
import io.github.wan4j.video.Expert;
import io.github.wan4j.video.ModelKind;
import io.github.wan4j.video.Stage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The networks of one model on one device, each loaded when it is first asked for and kept as long as the arrangement of the
 * job at hand lets it. Used on the session's thread alone.
 */
public final class Parts implements AutoCloseable {
    private final ModelFolder folder;
    private final DeviceSession session;
    private final Precision precision;
    private final Experts experts;
    private final TextPart text;
    private @Nullable Loaded<Vae> vae;
    private @Nullable Precision vaePrecision;
    private boolean keeps = true;

    /** {@code openHost}: a session on the CPU, asked for if the text encoder is to run there. */
    public Parts(ModelFolder folder, DeviceSession session, Precision precision, Supplier<DeviceSession> openHost) {
        this.folder = folder;
        this.session = session;
        this.precision = precision;
        experts = new Experts(folder, session, precision);
        text = new TextPart(folder, session, precision, openHost);
    }

    /** In which numbers the networks compute. */
    Precision precision() {
        return precision;
    }

    DeviceSession session() {
        return session;
    }

    /** A stage of a job begins: frees what the job's plan does not keep on the device during it, or has in other numbers. */
    void enter(Stage stage, Placement placement) {
        Arrangement arrangement = placement.memory().arrangement();
        keeps = arrangement.keepsWeights() || !session.streams();
        experts.hold(arrangement, placement.numerics().products().precision());
        text.hold(arrangement.textEncoder());
        if (stage == Stage.DENOISE || stage == Stage.DECODE) {
            text.leaveIfFree();
        }
        if (keeps) {
            return;
        }
        if (stage == Stage.DENOISE) {
            dropVae();
        } else {
            experts.close();
        }
    }

    /** What a stage holds until it is closed, beyond what the arrangement keeps from job to job. */
    interface Stay extends AutoCloseable {
        @Override
        void close();
    }

    /** For the time in which networks are used; afterwards, however it ends, only what waits for the next job is left. */
    Stay stay() {
        return this::leave;
    }

    void leave() {
        text.leaveIfFree();
        if (!keeps) {
            experts.close();
            dropVae();
        }
    }

    /** Whether networks wait on the device for their stage, so that loading all of them first costs nothing more. */
    boolean keeps() {
        return keeps;
    }

    void loadTextEncoder(LoadWatch watch) {
        text.load(watch);
    }

    /** A text encoder that does not stay makes room for what comes next, before the stage is over. */
    void promptsAreEncoded() {
        text.leaveIfFree();
    }

    /** Work with the text encoder, where it is; nothing of the device may leave it. */
    <T> T encode(Function<Umt5Encoder, T> work) {
        return text.run(work);
    }

    WanTransformer transformer(Expert expert) {
        return experts.get(expert, LoadWatch.NOBODY);
    }

    WanTransformer transformer(Expert expert, LoadWatch watch) {
        return experts.get(expert, watch);
    }

    /** Gets ready on the host what a change of experts will need. */
    void prepare(Expert next) {
        experts.prepare(next);
    }

    /** Says whose pass through the blocks comes after the one that begins next, or that none does. */
    void follow(Expert now, @Nullable Expert next) {
        experts.follow(now, next);
    }

    /** In the numbers that all networks compute in unless told otherwise. */
    Vae vae() {
        return vae(precision);
    }

    /** In other numbers its weights are read again. */
    Vae vae(Precision numbers) {
        return vae(numbers, LoadWatch.NOBODY);
    }

    Vae vae(Precision numbers, LoadWatch watch) {
        if (vae == null || vaePrecision != numbers) {
            dropVae();
            vae = Loaded.load(
                    folder::vae,
                    session::openWeights,
                    (checkpoint, weights) -> vae(folder.kind(), weights, numbers, session.kernels()),
                    "autoencoder",
                    watch);
            vaePrecision = numbers;
        }
        return vae.network();
    }

    /** Working in tiles, if any. */
    static Vae tiled(Vae vae, @Nullable VaeTile tile) {
        return tile == null ? vae : vae.tiled(tile);
    }

    /** Frees the autoencoder; it is loaded again when it is asked for. */
    void dropVae() {
        if (vae != null) {
            vae.close();
            vae = null;
        }
    }

    static Umt5Encoder textEncoder(Weights weights, Precision precision, Kernels kernels) {
        return new Umt5Encoder(Umt5Config.of(weights), precision, kernels, weights);
    }

    static WanTransformer transformer(
            ModelFolder folder,
            Expert expert,
            Checkpoint checkpoint,
            Weights weights,
            Precision precision,
            Kernels kernels) {
        return new WanTransformer(folder.transformerConfig(expert, checkpoint), precision, kernels, weights);
    }

    static Vae vae(ModelKind kind, Weights weights, Precision precision, Kernels kernels) {
        return kind == ModelKind.TI2V_5B
                ? new Vae22(kernels, weights, precision.products())
                : new Vae21(kernels, weights, precision.products());
    }

    @Override
    public void close() {
        try {
            experts.close();
        } finally {
            try {
                text.close();
            } finally {
                dropVae();
            }
        }
    }
}
