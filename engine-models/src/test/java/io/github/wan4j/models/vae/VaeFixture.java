package io.github.wan4j.models.vae;

import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Rng;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.core.weights.Checkpoint;
import io.github.wan4j.core.weights.ResidentStore;
import io.github.wan4j.core.weights.Weights;
import io.github.wan4j.models.vae.v21.Vae21;
import io.github.wan4j.models.vae.v22.Vae22;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The VAE of a mini model, loaded, and what the reference computed with it. */
final class VaeFixture implements AutoCloseable {
    static final Runnable GO_ON = () -> {};

    private final String prefix;
    private final Path folder;
    private final ResidentStore store;
    private final Checkpoint goldens;
    private final Vae vae;
    private final Device device;

    /** version: 21 or 22. */
    VaeFixture(int version, Kernels kernels, DType dtype) {
        this(version, kernels, dtype, Device.CPU);
    }

    VaeFixture(int version, Kernels kernels, DType dtype, Device device) {
        this.device = device;
        prefix = version + ".";
        try {
            folder = Files.createTempDirectory("wan4j-vae");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        store = new ResidentStore(device, kernels);
        goldens = Checkpoint.open(copied("/golden/vae.safetensors"));
        String file = version == 21 ? "mini-t2v/Wan2.1_VAE.pth" : "mini-ti2v/Wan2.2_VAE.pth";
        try (Checkpoint checkpoint = Checkpoint.open(copied("/wan4j/models/" + file))) {
            Weights weights = Weights.of(checkpoint, store);
            vae = version == 21 ? new Vae21(kernels, weights, dtype) : new Vae22(kernels, weights, dtype);
            weights.requireAllTaken();
        }
    }

    private Path copied(String resource) {
        Path file = folder.resolve(Path.of(resource).getFileName());
        try (InputStream in = Objects.requireNonNull(VaeFixture.class.getResourceAsStream(resource), resource)) {
            Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Vae vae() {
        return vae;
    }

    /** Such as {@code a.z}; a copy of its own in the innermost scope. */
    Tensor golden(String name) {
        return goldens.tensor(goldens.entry(prefix + name)).copy().to(device, DType.F32);
    }

    /** Three latent frames, as small as they may be; random. */
    Tensor smallLatents() {
        try (Rng rng = new Rng(1)) {
            return rng.normal(vae.zChannels(), 3, 2, 3);
        }
    }

    /** Nine frames, as small as they may be; random. */
    Tensor smallVideo() {
        try (Rng rng = new Rng(2)) {
            return rng.normal(3, 9, 2L * vae.spatialStride(), vae.spatialStride());
        }
    }

    /** All frames of z [C, T, h, w] at once: [3, F, H, W]. */
    Tensor decode(Tensor z, int chunk) {
        return decode(vae, z, chunk);
    }

    static Tensor decode(Vae vae, Tensor z, int chunk) {
        return decode(vae, z, chunk, GO_ON);
    }

    static Tensor decode(Vae vae, Tensor z, int chunk, Runnable checkpoint) {
        try (Scope scope = Scope.open("test.decode")) {
            List<Tensor> copies = new ArrayList<>();
            try {
                vae.decode(z, chunk, checkpoint, frames -> copies.add(detached(frames)));
                return scope.keep(Tensors.cat(1, copies.toArray(Tensor[]::new)));
            } finally {
                copies.forEach(Tensor::close);
            }
        }
    }

    private static Tensor detached(Tensor frames) {
        try (Scope scope = Scope.open("test.frames")) {
            return scope.release(frames.copy());
        }
    }

    @Override
    public void close() {
        goldens.close();
        store.close();
        try {
            Files.deleteIfExists(folder.resolve("vae.safetensors"));
            Files.deleteIfExists(folder.resolve("Wan2.1_VAE.pth"));
            Files.deleteIfExists(folder.resolve("Wan2.2_VAE.pth"));
            Files.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
