package io.github.wan4j.models.load;

import io.github.wan4j.core.CheckpointException;
import io.github.wan4j.core.weights.NameMap;
import io.github.wan4j.video.Expert;
import io.github.wan4j.video.ModelKind;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The folders of the original release: {@code high_noise_model/}, {@code models_t5_….pth}, {@code Wan2.1_VAE.pth}, … */
record OriginalLayout(Path folder) implements Layout {
    static boolean isIn(Path folder) {
        return Files.isDirectory(folder.resolve("high_noise_model"))
                || Files.isRegularFile(folder.resolve("config.json"));
    }

    @Override
    public String label() {
        return "original";
    }

    @Override
    public ModelKind kind() {
        boolean twoExperts = Files.isDirectory(folder.resolve("high_noise_model"));
        JsonFile config =
                JsonFile.read((twoExperts ? folder.resolve("high_noise_model") : folder).resolve("config.json"));
        String type = config.text("model_type").orElse("");
        int channels = config.integer("in_dim", 0);
        if (twoExperts && type.equals("t2v") && channels == 16) {
            return ModelKind.T2V_A14B;
        }
        if (twoExperts && type.equals("i2v") && channels == 36) {
            return ModelKind.I2V_A14B;
        }
        if (!twoExperts && type.equals("ti2v") && channels == 48) {
            return ModelKind.TI2V_5B;
        }
        throw config.problem("no model of this engine has model_type '" + type + "', in_dim " + channels
                + " and " + (twoExperts ? "two experts" : "one transformer")
                + "; it runs t2v (16 channels) and i2v (36) with two experts and ti2v (48) with one transformer");
    }

    @Override
    public Path transformer(Expert expert) {
        return switch (expert) {
            case HIGH -> folder.resolve("high_noise_model");
            case LOW -> folder.resolve("low_noise_model");
            case SINGLE -> folder;
        };
    }

    @Override
    public Path textEncoder() {
        return only("models_t5*.{pth,safetensors}", "text encoder", "models_t5_umt5-xxl-enc-bf16.pth");
    }

    @Override
    public Path vae() {
        return only("Wan2*_VAE.{pth,safetensors}", "VAE", "Wan2.1_VAE.pth or Wan2.2_VAE.pth");
    }

    @Override
    public Path tokenizer() {
        return folder.resolve("google").resolve("umt5-xxl").resolve("tokenizer.json");
    }

    @Override
    public NameMap transformerNames() {
        return NameMap.identity();
    }

    @Override
    public NameMap textEncoderNames(Set<String> names) {
        return NameMap.identity();
    }

    @Override
    public NameMap vaeNames() {
        return NameMap.identity();
    }

    private Path only(String glob, String part, String usual) {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, glob)) {
            files.forEach(found::add);
        } catch (IOException e) {
            throw CheckpointException.of(folder, "it cannot be read: " + e.getMessage(), e);
        }
        if (found.size() != 1) {
            throw CheckpointException.of(
                    folder,
                    found.isEmpty()
                            ? "the folder has no " + part + ", expected " + usual
                            : "the folder has more than one " + part + ": " + found + "; leave one");
        }
        return found.get(0);
    }
}
