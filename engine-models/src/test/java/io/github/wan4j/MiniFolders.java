package io.github.wan4j;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.models.load.ModelFolder;
import io.github.wan4j.video.ModelSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Model folders put together for tests. */
final class MiniFolders {
    private MiniFolders() {}

    /** A bundled model, unpacked. */
    static Path unpacked(String name) {
        return ModelFolder.open(
                        ModelSource.of(name), EngineConfig.fromEnvironment().cacheDir())
                .folder();
    }

    /** I2V-A14B in the original layout: two random transformers of the goldens with the mini VAE 2.1 and UMT5. */
    static void i2v(Path folder) throws IOException {
        Path mini = unpacked("mini-t2v");
        copy(mini.resolve("google"), folder.resolve("google"));
        for (String file : new String[] {"Wan2.1_VAE.pth", "models_t5_umt5-xxl-enc-bf16.pth"}) {
            Files.copy(mini.resolve(file), folder.resolve(file));
        }
        for (String expert : new String[] {"high", "low"}) {
            Path target = Files.createDirectory(folder.resolve(expert + "_noise_model"));
            Files.copy(
                    GoldenRun.file(
                            expert.equals("high") ? "i2v_dit_weights.safetensors" : "i2v_dit_low_weights.safetensors"),
                    target.resolve("diffusion_pytorch_model.safetensors"));
            Files.writeString(target.resolve("config.json"), """
                    {"_class_name": "WanModel", "model_type": "i2v", "text_len": 512, "in_dim": 36, "dim": 128,
                     "ffn_dim": 320, "freq_dim": 256, "out_dim": 16, "num_heads": 2, "num_layers": 2, "eps": 1e-06}
                    """);
        }
    }

    /** A copy of a folder with all that is in it. */
    static void copy(Path from, Path to) {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
