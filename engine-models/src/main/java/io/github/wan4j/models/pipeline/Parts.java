package io.github.wan4j.models.pipeline;

import io.github.wan4j.core.Precision;
import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.spi.DeviceSession;
import io.github.wan4j.core.weights.Checkpoint;
import io.github.wan4j.core.weights.Weights;
import io.github.wan4j.models.load.ModelFolder;
import io.github.wan4j.models.umt5.Umt5Config;
import io.github.wan4j.models.umt5.Umt5Encoder;
import io.github.wan4j.models.vae.Vae;
import io.github.wan4j.models.vae.v21.Vae21;
import io.github.wan4j.models.vae.v22.Vae22;
import io.github.wan4j.models.wan.WanTransformer;
import io.github.wan4j.video.Expert;
import io.github.wan4j.video.ModelKind;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The networks of one model on one device, each loaded when it is first asked for and kept until the engine closes. Used on
 * the session's thread alone.
 */
public final class Parts implements AutoCloseable {
    private final ModelFolder folder;
    private final DeviceSession session;
    private final Precision precision;
    private final Map<Expert, Loaded<WanTransformer>> transformers = new EnumMap<>(Expert.class);
    private @Nullable Loaded<Umt5Encoder> textEncoder;
    private @Nullable Loaded<Vae> vae;
    private @Nullable Precision vaePrecision;

    public Parts(ModelFolder folder, DeviceSession session, Precision precision) {
        this.folder = folder;
        this.session = session;
        this.precision = precision;
    }

    /** In which numbers the networks compute. */
    Precision precision() {
        return precision;
    }

    DeviceSession session() {
        return session;
    }

    boolean hasTextEncoder() {
        return textEncoder != null;
    }

    Umt5Encoder textEncoder() {
        if (textEncoder == null) {
            textEncoder = Loaded.load(
                    folder::textEncoder,
                    session,
                    (checkpoint, weights) -> textEncoder(weights, precision, session.kernels()));
        }
        return textEncoder.network();
    }

    boolean hasTransformer(Expert expert) {
        return transformers.containsKey(expert);
    }

    WanTransformer transformer(Expert expert) {
        Loaded<WanTransformer> loaded = transformers.get(expert);
        if (loaded == null) {
            loaded = Loaded.load(
                    () -> folder.transformer(expert),
                    session,
                    (checkpoint, weights) ->
                            transformer(folder, expert, checkpoint, weights, precision, session.kernels()));
            transformers.put(expert, loaded);
        }
        return loaded.network();
    }

    boolean hasVae() {
        return vae != null;
    }

    /** In the numbers that all networks compute in unless told otherwise. */
    Vae vae() {
        return vae(precision);
    }

    /** In other numbers its weights are read again. */
    Vae vae(Precision numbers) {
        if (vae == null || vaePrecision != numbers) {
            dropVae();
            vae = Loaded.load(
                    folder::vae,
                    session,
                    (checkpoint, weights) -> vae(folder.kind(), weights, numbers, session.kernels()));
            vaePrecision = numbers;
        }
        return vae.network();
    }

    private void dropVae() {
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
        transformers.values().forEach(Loaded::close);
        transformers.clear();
        if (textEncoder != null) {
            textEncoder.close();
            textEncoder = null;
        }
        dropVae();
    }
}
