package io.github.wan4j;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.weights.Checkpoint;
import io.github.wan4j.core.weights.SafetensorsWriter;
import io.github.wan4j.models.TensorList;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Writes a mini model the way the {@code -Diffusers} repositories are laid out. */
record DiffusersFolder(Path mini, Path folder) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Of a model with two experts. */
    void writeT2v() throws IOException {
        write("WanPipeline", true);
        transformer(mini.resolve("high_noise_model"), "transformer", "t2v-a14b");
        transformer(mini.resolve("low_noise_model"), "transformer_2", "t2v-a14b");
        vae("Wan2.1_VAE.pth", "vae2.1");
    }

    /** Of a model with one transformer. */
    void writeTi2v() throws IOException {
        write("WanPipeline", false);
        transformer(mini, "transformer", "ti2v-5b");
        vae("Wan2.2_VAE.pth", "vae2.2");
    }

    private void write(String pipeline, boolean twoExperts) throws IOException {
        Files.writeString(folder.resolve("model_index.json"), """
                {"_class_name": "%s", "boundary_ratio": %s, "expand_timesteps": %s,
                 "transformer": ["diffusers", "WanTransformer3DModel"], "transformer_2": %s}
                """.formatted(
                        pipeline,
                        twoExperts ? "0.875" : "null",
                        !twoExperts,
                        twoExperts ? "[\"diffusers\", \"WanTransformer3DModel\"]" : "[null, null]"));
        Path scheduler = Files.createDirectory(folder.resolve("scheduler"));
        Files.writeString(
                scheduler.resolve("scheduler_config.json"),
                "{\"_class_name\": \"UniPCMultistepScheduler\", \"flow_shift\": 3.0, \"use_flow_sigmas\": true}");
        Path tokenizer = Files.createDirectory(folder.resolve("tokenizer"));
        Files.copy(
                mini.resolve("google").resolve("umt5-xxl").resolve("tokenizer.json"),
                tokenizer.resolve("tokenizer.json"));
        Files.copy(mini.resolve("wan4j.json"), folder.resolve("wan4j.json"));
        Path encoder = Files.createDirectory(folder.resolve("text_encoder"));
        sharded(
                mini.resolve("models_t5_umt5-xxl-enc-bf16.pth"),
                encoder.resolve("model"),
                names(TensorList.of("umt5-xxl")));
    }

    private void transformer(Path from, String name, String list) throws IOException {
        Path target = Files.createDirectory(folder.resolve(name));
        JsonNode config = JSON.readTree(from.resolve("config.json").toFile());
        int heads = config.get("num_heads").intValue();
        ObjectNode written = JSON.createObjectNode()
                .put("_class_name", "WanTransformer3DModel")
                .put("num_attention_heads", heads)
                .put("attention_head_dim", config.get("dim").intValue() / heads)
                .put("in_channels", config.get("in_dim").intValue())
                .put("out_channels", config.get("out_dim").intValue())
                .put("ffn_dim", config.get("ffn_dim").intValue())
                .put("num_layers", config.get("num_layers").intValue())
                .put("freq_dim", 256)
                .put("eps", 1e-6)
                .put("cross_attn_norm", true)
                .put("qk_norm", "rms_norm_across_heads")
                .put("rope_max_seq_len", 1024)
                .putNull("image_dim")
                .putNull("added_kv_proj_dim");
        written.putArray("patch_size").add(1).add(2).add(2);
        Files.writeString(target.resolve("config.json"), written.toString());
        sharded(from, target.resolve("diffusion_pytorch_model"), names(TensorList.of(list)));
    }

    private void vae(String file, String list) throws IOException {
        Path target = Files.createDirectory(folder.resolve("vae"));
        Map<String, String> names = new HashMap<>();
        try (InputStream in =
                Objects.requireNonNull(DiffusersFolder.class.getResourceAsStream("/golden/vae_tensors.json"))) {
            JSON.readTree(in)
                    .get(list)
                    .properties()
                    .forEach(tensor -> names.put(
                            tensor.getKey(), tensor.getValue().get("diffusers").asText()));
        }
        try (Checkpoint checkpoint = Checkpoint.open(mini.resolve(file));
                Scope scope = Scope.open("vae")) {
            SafetensorsWriter writer = new SafetensorsWriter();
            for (String name : checkpoint.names()) {
                writer.add(Objects.requireNonNull(names.get(name), name), checkpoint.tensor(checkpoint.entry(name)));
            }
            writer.write(target.resolve("diffusion_pytorch_model.safetensors"));
        }
    }

    private static Map<String, String> names(TensorList list) {
        Map<String, String> names = new HashMap<>();
        list.lines().forEach(line -> names.put(line.original(), line.other()));
        return names;
    }

    /** Two shards, every other tensor in the other. */
    private static void sharded(Path from, Path stem, Map<String, String> names) throws IOException {
        List<Path> shards = new ArrayList<>();
        List<SafetensorsWriter> writers = List.of(new SafetensorsWriter(), new SafetensorsWriter());
        ObjectNode index = JSON.createObjectNode();
        ObjectNode map = index.putObject("weight_map");
        for (int i = 1; i <= 2; i++) {
            shards.add(stem.resolveSibling(stem.getFileName() + "-0000" + i + "-of-00002.safetensors"));
        }
        try (Checkpoint checkpoint = Checkpoint.open(from);
                Scope scope = Scope.open("shards")) {
            int i = 0;
            for (String name : checkpoint.names()) {
                String other = Objects.requireNonNull(names.get(name), name);
                writers.get(i % 2).add(other, checkpoint.tensor(checkpoint.entry(name)));
                map.put(other, shards.get(i % 2).getFileName().toString());
                i++;
            }
            for (int shard = 0; shard < 2; shard++) {
                writers.get(shard).write(shards.get(shard));
            }
        }
        Files.writeString(stem.resolveSibling(stem.getFileName() + ".safetensors.index.json"), index.toString());
    }
}
