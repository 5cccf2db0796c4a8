package io.github.wan4j.models.pipeline;

import io.github.wan4j.core.Precision;
import io.github.wan4j.core.TextEncoderPlace;
import io.github.wan4j.core.spi.DeviceSession;
import io.github.wan4j.core.weights.BlockStream;
import io.github.wan4j.core.weights.WeightStore;
import io.github.wan4j.models.load.ModelFolder;
import io.github.wan4j.models.umt5.Umt5Encoder;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The text encoder of one model: on the device to stay, on the host, or on the device just for the prompts; then its blocks
 * stream past, which moves as many bytes as a load would and takes a tenth of the memory. Used on the session's thread.
 */
final class TextPart implements AutoCloseable {
    private static final int SLOTS = 2;

    /** Without it libtorch multiplies bf16 on a CPU one number at a time. */
    private static final String FAST_BF16 = "avx512f";

    private final ModelFolder folder;
    private final DeviceSession session;
    private final Precision precision;
    private final Supplier<DeviceSession> openHost;
    private TextEncoderPlace place = TextEncoderPlace.GPU;
    private @Nullable DeviceSession host;
    private @Nullable BlockStream stream;
    private @Nullable Loaded<Umt5Encoder> loaded;

    /** {@code openHost}: a session on the CPU, for an encoder that is to run there beside a GPU. */
    TextPart(ModelFolder folder, DeviceSession session, Precision precision, Supplier<DeviceSession> openHost) {
        this.folder = folder;
        this.session = session;
        this.precision = precision;
        this.openHost = openHost;
    }

    /** Where it is to be from now on; if that is another place, it leaves the old one. */
    void hold(TextEncoderPlace other) {
        TextEncoderPlace next = session.streams() ? other : TextEncoderPlace.GPU;
        if (next != place) {
            close();
            place = next;
        }
    }

    /** The prompts are encoded. */
    void leaveIfFree() {
        if (place == TextEncoderPlace.FREE) {
            close();
        }
    }

    /** Brings it where it is to run, unless it is there. */
    void load(LoadWatch watch) {
        if (loaded == null) {
            loaded = where().call(() -> Loaded.load(
                    folder::textEncoder,
                    this::openStore,
                    (checkpoint, weights) -> Parts.textEncoder(weights, numbers(), where().kernels()),
                    "text encoder",
                    place == TextEncoderPlace.FREE ? LoadWatch.NOBODY : watch));
        }
    }

    private DeviceSession where() {
        if (place != TextEncoderPlace.CPU) {
            return session;
        }
        if (host == null) {
            host = openHost.get();
        }
        return host;
    }

    private WeightStore openStore() {
        if (place != TextEncoderPlace.FREE) {
            return where().openWeights();
        }
        if (stream == null) {
            stream = session.openStream(SLOTS);
        }
        return stream.openStore();
    }

    /** As beside it on a GPU where the processor multiplies bf16 fast. */
    private Precision numbers() {
        if (place != TextEncoderPlace.CPU) {
            return precision;
        }
        String instructions = where().info().details().getOrDefault("instructions", "");
        return instructions.contains(FAST_BF16) ? precision : Precision.FP32;
    }

    /** Work with the encoder, where it is; nothing of the device may leave it. */
    <T> T run(Function<Umt5Encoder, T> work) {
        load(LoadWatch.NOBODY);
        Loaded<Umt5Encoder> ready = loaded;
        if (ready == null) {
            throw new IllegalStateException("the text encoder was freed while it was in use");
        }
        return where().call(() -> work.apply(ready.network()));
    }

    @Override
    public void close() {
        Loaded<Umt5Encoder> left = loaded;
        loaded = null;
        try {
            if (left != null) {
                boolean closed = where().call(() -> {
                    left.close();
                    return true;
                });
                assert closed;
            }
        } finally {
            if (stream != null) {
                stream.close();
                stream = null;
            }
            if (host != null) {
                host.close();
                host = null;
            }
        }
    }
}
