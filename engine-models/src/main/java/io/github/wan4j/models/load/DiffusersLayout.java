package io.github.wan4j.models.load;

import io.github.wan4j.core.weights.NameMap;
import io.github.wan4j.models.umt5.Umt5Names;
import io.github.wan4j.models.vae.VaeNames;
import io.github.wan4j.models.wan.WanNames;
import io.github.wan4j.video.Expert;
import io.github.wan4j.video.ModelKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * The folders of the {@code -Diffusers} repositories. {@code transformer/} holds the expert of high noise. The {@code
 * flow_shift} of {@code scheduler/} is not read: for the A14B models it is not the one they were made for.
 */
record DiffusersLayout(Path folder) implements Layout {
    static boolean isIn(Path folder) {
        return Files.isRegularFile(folder.resolve("model_index.json"));
    }

    @Override
    public String label() {
        return "diffusers";
    }

    @Override
    public ModelKind kind() {
        JsonFile index = JsonFile.read(folder.resolve("model_index.json"));
        String pipeline = index.text("_class_name").orElse("");
        boolean twoExperts = index.root().path("transformer_2").path(1).isTextual();
        int channels = JsonFile.read(folder.resolve("transformer").resolve("config.json"))
                .integer("in_channels", 0);
        if (twoExperts && pipeline.equals("WanPipeline") && channels == 16) {
            return ModelKind.T2V_A14B;
        }
        if (twoExperts && pipeline.equals("WanImageToVideoPipeline") && channels == 36) {
            return ModelKind.I2V_A14B;
        }
        if (!twoExperts && index.isTrue("expand_timesteps") && channels == 48) {
            return ModelKind.TI2V_5B;
        }
        throw index.problem("no model of this engine is a " + pipeline + " with " + channels
                + " input channels and " + (twoExperts ? "two transformers" : "one transformer")
                + "; it runs WanPipeline (16 channels) and WanImageToVideoPipeline (36) with two transformers,"
                + " and with expand_timesteps (48) one transformer");
    }

    @Override
    public Path transformer(Expert expert) {
        return folder.resolve(expert == Expert.LOW ? "transformer_2" : "transformer");
    }

    @Override
    public Path textEncoder() {
        return folder.resolve("text_encoder");
    }

    @Override
    public Path vae() {
        return folder.resolve("vae");
    }

    @Override
    public Path tokenizer() {
        return folder.resolve("tokenizer").resolve("tokenizer.json");
    }

    @Override
    public NameMap transformerNames() {
        return WanNames.fromDiffusers();
    }

    @Override
    public NameMap textEncoderNames(Set<String> names) {
        return Umt5Names.fromHuggingFace(names);
    }

    @Override
    public NameMap vaeNames() {
        return kind() == ModelKind.TI2V_5B ? VaeNames.v22() : VaeNames.v21();
    }
}
