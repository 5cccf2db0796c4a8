package io.github.wan4j.bench.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.wan4j.core.weights.Checkpoint;
import io.github.wan4j.models.wan.WanConfig;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;

/**
 * Writes a folder that the engine opens as one of the published models, full-size, with random weights: what loading,
 * streaming and whole jobs take can be measured where nothing can be downloaded. The experts of a model with two are one file
 * with two names, so the A14B takes 40 GB of disk in bf16.
 *
 * <pre>{@code
 * java -cp 'lib/*' io.github.wan4j.bench.report.RandomModel t2v-a14b|i2v-a14b|ti2v-5b FOLDER [f32]
 * wan generate "a cat" --model FOLDER
 * }</pre>
 *
 * With {@code f32} the transformers are held in f32, as in the original release.
 */
public final class RandomModel {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TRANSFORMER = "diffusion_pytorch_model.safetensors";
    private static final String TOKENIZER = "google/umt5-xxl/tokenizer.json";

    private final Path folder;
    private final boolean f32;
    private final RandomValues values = new RandomValues();

    private RandomModel(Path folder, boolean f32) {
        this.folder = folder;
        this.f32 = f32;
    }

    public static void main(String... arguments) throws IOException {
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        if (arguments.length < 2 || arguments.length > 3) {
            throw new IllegalArgumentException(
                    "give a kind, t2v-a14b, i2v-a14b or ti2v-5b, and a folder that is to be written");
        }
        long begin = System.nanoTime();
        RandomModel model = new RandomModel(
                Files.createDirectories(Path.of(arguments[1])), arguments.length == 3 && arguments[2].equals("f32"));
        switch (arguments[0]) {
            case "t2v-a14b" -> model.writeA14b("t2v-a14b", WanConfig.t2vA14b(), "t2v");
            case "i2v-a14b" -> model.writeA14b("i2v-a14b", WanConfig.i2vA14b(), "i2v");
            case "ti2v-5b" -> model.writeTi2v();
            default ->
                throw new IllegalArgumentException(
                        "no kind '" + arguments[0] + "' can be written, there are t2v-a14b, i2v-a14b and ti2v-5b");
        }
        out.printf(Locale.ROOT, "%s written in %.1f s%n", model.folder, (System.nanoTime() - begin) / 1e9);
    }

    private void writeA14b(String tensors, WanConfig config, String type) throws IOException {
        Path high = Files.createDirectories(folder.resolve("high_noise_model"));
        Path low = Files.createDirectories(folder.resolve("low_noise_model"));
        transformer(tensors, high, config, type);
        for (String name : new String[] {"config.json", TRANSFORMER}) {
            Files.deleteIfExists(low.resolve(name));
            Files.createLink(low.resolve(name), high.resolve(name));
        }
        tensors("vae-2.1", folder.resolve("Wan2.1_VAE.safetensors"), false);
        rest("mini-t2v");
    }

    private void writeTi2v() throws IOException {
        transformer("ti2v-5b", folder, WanConfig.ti2v5b(), "ti2v");
        index();
        tensors("vae-2.2", folder.resolve("Wan2.2_VAE.safetensors"), false);
        rest("mini-ti2v");
    }

    /** Tells the transformer from the other files of its folder. */
    private void index() throws IOException {
        ObjectNode index = JSON.createObjectNode();
        ObjectNode files = index.putObject("weight_map");
        try (Checkpoint transformer = Checkpoint.open(folder.resolve(TRANSFORMER))) {
            transformer.names().forEach(name -> files.put(name, TRANSFORMER));
        }
        JSON.writeValue(folder.resolve(TRANSFORMER + ".index.json").toFile(), index);
    }

    /** Text encoder and tokenizer; that of the mini models knows few words, but its numbers are some of the large one's. */
    private void rest(String mini) throws IOException {
        tensors("umt5-xxl", folder.resolve("models_t5_umt5-xxl-enc-bf16.safetensors"), false);
        Path tokenizer = folder.resolve(TOKENIZER);
        Files.createDirectories(folder.resolve("google/umt5-xxl"));
        String resource = "/wan4j/models/" + mini + "/" + TOKENIZER;
        try (InputStream in = RandomModel.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new FileNotFoundException("no resource " + resource + "; add the artifact wan4j-mini-models");
            }
            Files.copy(in, tokenizer, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private void transformer(String tensors, Path into, WanConfig config, String type) throws IOException {
        tensors(tensors, into.resolve(TRANSFORMER), f32);
        Files.writeString(
                into.resolve("config.json"),
                String.format(
                        Locale.ROOT,
                        """
                        {"_class_name": "WanModel", "model_type": "%s", "text_len": %d, "in_dim": %d, "dim": %d,
                         "ffn_dim": %d, "freq_dim": %d, "out_dim": %d, "num_heads": %d, "num_layers": %d, "eps": %s}
                        """,
                        type,
                        config.textLength(),
                        config.inChannels(),
                        config.dim(),
                        config.ffnDim(),
                        config.freqDim(),
                        config.outChannels(),
                        config.heads(),
                        config.layers(),
                        config.eps()));
    }

    private void tensors(String model, Path file, boolean wide) throws IOException {
        HeaderFile.write(file, model, wide ? "F32" : "BF16", wide ? Float.BYTES : Short.BYTES);
        values.fill(file);
    }
}
