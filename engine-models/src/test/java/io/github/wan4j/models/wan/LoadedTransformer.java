package io.github.wan4j.models.wan;

import io.github.wan4j.core.Precision;
import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.testkit.TestResources;
import io.github.wan4j.core.weights.Checkpoint;
import io.github.wan4j.core.weights.ResidentStore;
import io.github.wan4j.core.weights.Weights;
import java.nio.file.Path;

/** A network of the test resources with its weights. */
final class LoadedTransformer implements AutoCloseable {
    private static final String MODELS = "/wan4j/models/";
    private static final String SHARD = "/diffusion_pytorch_model";

    /** Which network, and how to find it. */
    enum Net {
        T2V_HIGH("mini-t2v/high_noise_model", 2),
        T2V_LOW("mini-t2v/low_noise_model", 2),
        TI2V("mini-ti2v", 3),
        I2V("", 1);

        private final String folder;
        private final int shards;

        Net(String folder, int shards) {
            this.folder = folder;
            this.shards = shards;
        }
    }

    private final Checkpoint checkpoint;
    private final ResidentStore store;
    private final WanTransformer transformer;

    LoadedTransformer(Net net, Precision precision, Kernels kernels, Path folder) {
        this(net, precision, kernels, folder, Device.CPU);
    }

    LoadedTransformer(Net net, Precision precision, Kernels kernels, Path folder, Device device) {
        checkpoint = Checkpoint.open(net == Net.I2V ? i2v(folder) : mini(net, folder));
        store = new ResidentStore(device, kernels);
        Weights weights = Weights.of(checkpoint, store);
        WanConfig config = net == Net.I2V
                ? new WanConfig(128, 320, 2, 2, 36, 16, 256, 512, 128, 1e-6)
                : WanConfig.read(folder.resolve("config.json"), weights);
        transformer = new WanTransformer(config, precision, kernels, weights);
        weights.requireAllTaken();
    }

    private static Path i2v(Path folder) {
        return TestResources.copy("/golden/i2v_dit_weights.safetensors", folder);
    }

    private static Path mini(Net net, Path folder) {
        String path = MODELS + net.folder;
        TestResources.copy(path + "/config.json", folder);
        for (int i = 1; i <= net.shards; i++) {
            TestResources.copy(path + SHARD + "-0000" + i + "-of-0000" + net.shards + ".safetensors", folder);
        }
        return TestResources.copy(path + SHARD + ".safetensors.index.json", folder);
    }

    WanTransformer transformer() {
        return transformer;
    }

    Checkpoint checkpoint() {
        return checkpoint;
    }

    @Override
    public void close() {
        store.close();
        checkpoint.close();
    }
}
