package io.github.wan4j.bench.report;

import io.github.wan4j.core.VaeTile;
import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.spi.DeviceSession;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.core.weights.Weights;
import io.github.wan4j.models.vae.Vae;
import io.github.wan4j.models.vae.v21.Vae21;
import io.github.wan4j.models.vae.v22.Vae22;
import java.util.ArrayList;
import java.util.List;

/** A published VAE's layers with random weights. */
final class RandomVae implements AutoCloseable {
    private final HeaderFile file;
    private final RandomStore store;
    private final Vae vae;

    /** version: 21 or 22. */
    RandomVae(int version, DeviceSession session, Kernels kernels, DType dtype) {
        file = new HeaderFile(version == 21 ? "vae-2.1" : "vae-2.2");
        store = new RandomStore(session.info().device(), kernels);
        Weights weights = Weights.of(file.checkpoint(), store);
        vae = version == 21 ? new Vae21(kernels, weights, dtype) : new Vae22(kernels, weights, dtype);
        weights.requireAllTaken();
    }

    /** In tiles where {@code -Dbench.tile=256,32} says so. */
    Vae vae() {
        String tile = System.getProperty("bench.tile", "");
        if (tile.isEmpty()) {
            return vae;
        }
        String[] numbers = tile.split(",", 2);
        return vae.tiled(new VaeTile(Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1])));
    }

    /** Decodes and drops the frames; their number. */
    long decode(Tensor z, int chunk) {
        long[] count = {0};
        vae().decode(z, chunk, RandomVae::goOn, frames -> count[0] += frames.size(1));
        return count[0];
    }

    /** All frames, [3, F, H, W]. */
    Tensor decoded(Tensor z, int chunk) {
        try (Scope scope = Scope.open("decoded")) {
            List<Tensor> parts = new ArrayList<>();
            vae().decode(z, chunk, RandomVae::goOn, frames -> parts.add(kept(frames)));
            Tensor all = scope.keep(Tensors.cat(1, parts.toArray(Tensor[]::new)));
            parts.forEach(Tensor::close);
            return all;
        }
    }

    private static Tensor kept(Tensor frames) {
        try (Scope scope = Scope.open("frames")) {
            return scope.release(frames.copy());
        }
    }

    static void goOn() {}

    @Override
    public void close() {
        store.close();
        file.close();
    }
}
