package io.github.wan4j.bench.report;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.Precision;
import io.github.wan4j.core.runtime.Devices;
import io.github.wan4j.core.spi.DeviceSession;
import io.github.wan4j.core.weights.Checkpoint;
import io.github.wan4j.core.weights.ResidentStore;
import io.github.wan4j.core.weights.WeightStore;
import io.github.wan4j.core.weights.Weights;
import io.github.wan4j.models.load.ModelFolder;
import io.github.wan4j.models.wan.WanTransformer;
import io.github.wan4j.video.Expert;
import io.github.wan4j.video.ModelSource;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * How long a transformer takes from its file to the device, by the engine's way and by libtorch's own copy:
 *
 * <pre>{@code
 * java -cp 'lib/*' io.github.wan4j.bench.report.LoadTimes FOLDER
 * }</pre>
 */
public final class LoadTimes {
    private static final int ROUNDS = 3;

    private final ModelFolder folder;
    private final DeviceSession session;
    private final Precision precision;
    private final PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);

    private LoadTimes(ModelFolder folder, DeviceSession session, Precision precision) {
        this.folder = folder;
        this.session = session;
        this.precision = precision;
    }

    public static void main(String... arguments) {
        if (arguments.length != 1) {
            throw new IllegalArgumentException("give a model folder");
        }
        EngineConfig config = EngineConfig.fromEnvironment();
        ModelFolder folder = ModelFolder.open(ModelSource.of(arguments[0]), config.cacheDir());
        Devices devices = Devices.find();
        try (DeviceSession session = devices.open(devices.chosen(config).get(0), config)) {
            LoadTimes times = new LoadTimes(
                    folder, session, config.precision(session.info().device()));
            for (int round = 0; round < ROUNDS; round++) {
                times.measure("as the engine loads", session::openWeights);
                times.measure(
                        "by libtorch's copy",
                        () -> new ResidentStore(session.info().device(), session.kernels()));
            }
        }
    }

    private void measure(String what, Supplier<WeightStore> open) {
        double[] seconds = session.call(() -> {
            Expert expert = folder.experts().get(0);
            long begin = System.nanoTime();
            try (Checkpoint checkpoint = folder.transformer(expert);
                    WeightStore store = open.get()) {
                Weights weights = Weights.of(checkpoint, store);
                WanTransformer network = new WanTransformer(
                        folder.transformerConfig(expert, checkpoint), precision, session.kernels(), weights);
                weights.requireAllTaken();
                store.settle();
                session.synchronize();
                long bytes = checkpoint.names().stream()
                        .mapToLong(name -> checkpoint.entry(name).bytes())
                        .sum();
                assert network.device().equals(session.info().device());
                return new double[] {(System.nanoTime() - begin) / 1e9, bytes / 1e9};
            }
        });
        out.printf(
                Locale.ROOT,
                "%s: %.2f s for %.1f GB, %.1f GB/s%n",
                what,
                seconds[0],
                seconds[1],
                seconds[1] / seconds[0]);
    }
}
