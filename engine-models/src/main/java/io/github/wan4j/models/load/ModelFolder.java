package io.github.wan4j.models.load;

import io.github.wan4j.core.CheckpointException;
import io.github.wan4j.core.weights.Checkpoint;
import io.github.wan4j.models.plan.ModelShape;
import io.github.wan4j.models.plan.TransformerShape;
import io.github.wan4j.models.plan.VaeShape;
import io.github.wan4j.models.wan.WanConfig;
import io.github.wan4j.video.Expert;
import io.github.wan4j.video.ModelInfo;
import io.github.wan4j.video.ModelKind;
import io.github.wan4j.video.ModelSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** A checkpoint folder in either layout: its kind, its defaults, and its parts under their original names. */
public final class ModelFolder {
    private final String name;
    private final Path folder;
    private final Layout layout;
    private final ModelDefaults defaults;

    private ModelFolder(String name, Path folder, Layout layout, ModelDefaults defaults) {
        this.name = name;
        this.folder = folder;
        this.layout = layout;
        this.defaults = defaults;
    }

    /** Finds the model; a bundled one is unpacked below {@code cacheDir} first. */
    public static ModelFolder open(ModelSource source, Path cacheDir) {
        if (source instanceof ModelSource.Named named) {
            return open(named.name(), MiniModels.unpack(named.name(), cacheDir));
        }
        Path folder = ((ModelSource.Folder) source).path();
        Path last = folder.toAbsolutePath().normalize().getFileName();
        return open(last == null ? folder.toString() : last.toString(), folder);
    }

    private static ModelFolder open(String name, Path folder) {
        if (!Files.exists(folder)) {
            throw CheckpointException.of(
                    folder,
                    "there is no such model folder; bundled models are " + String.join(", ", ModelSource.NAMES));
        }
        if (!Files.isDirectory(folder)) {
            throw CheckpointException.of(folder, "this is a file, expected a model folder");
        }
        Layout layout = layout(folder);
        ModelDefaults defaults = ModelDefaults.read(folder, layout);
        return new ModelFolder(name, folder, layout, defaults);
    }

    private static Layout layout(Path folder) {
        if (DiffusersLayout.isIn(folder)) {
            return new DiffusersLayout(folder);
        }
        if (OriginalLayout.isIn(folder)) {
            return new OriginalLayout(folder);
        }
        throw CheckpointException.of(
                folder,
                "the folder " + (isEmpty(folder) ? "is empty" : "holds no model")
                        + ", expected high_noise_model/ and low_noise_model/, or config.json, or model_index.json");
    }

    private static boolean isEmpty(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.findAny().isEmpty();
        } catch (IOException e) {
            throw CheckpointException.of(folder, "it cannot be read: " + e.getMessage(), e);
        }
    }

    public String name() {
        return name;
    }

    public Path folder() {
        return folder;
    }

    public ModelKind kind() {
        return defaults.kind();
    }

    /** {@code original} or {@code diffusers}. */
    public String layoutName() {
        return layout.label();
    }

    public ModelDefaults defaults() {
        return defaults;
    }

    /** The transformers of this model. */
    public List<Expert> experts() {
        return kind().hasTwoExperts() ? List.of(Expert.HIGH, Expert.LOW) : List.of(Expert.SINGLE);
    }

    public Checkpoint transformer(Expert expert) {
        return Checkpoint.open(existing(layout.transformer(expert))).renamed(layout.transformerNames());
    }

    /** Its {@code config.json} and what only the weights tell. */
    public WanConfig transformerConfig(Expert expert, Checkpoint transformer) {
        Path file = existing(layout.transformer(expert)).resolve("config.json");
        long[] textEmbedding = transformer.entry("text_embedding.0.weight").shape();
        if (textEmbedding.length != 2) {
            throw CheckpointException.of(
                    transformer.source(),
                    "tensor 'text_embedding.0.weight' has the shape " + Arrays.toString(textEmbedding)
                            + ", expected [dim, width of a prompt]");
        }
        return WanConfig.read(existing(file), Math.toIntExact(textEmbedding[1]));
    }

    public Checkpoint textEncoder() {
        Checkpoint encoder = Checkpoint.open(existing(layout.textEncoder()));
        return encoder.renamed(layout.textEncoderNames(encoder.names()));
    }

    public Checkpoint vae() {
        return Checkpoint.open(existing(layout.vae())).renamed(layout.vaeNames());
    }

    public Path tokenizer() {
        return existing(layout.tokenizer());
    }

    private Path existing(Path path) {
        if (!Files.exists(path)) {
            throw CheckpointException.of(folder, "the model folder has no " + folder.relativize(path));
        }
        return path;
    }

    /** What plans need to know. Reads headers only. */
    public ModelShape shape() {
        Expert first = experts().get(0);
        try (Checkpoint transformer = transformer(first);
                Checkpoint textEncoder = textEncoder();
                Checkpoint vae = vae()) {
            WanConfig config = transformerConfig(first, transformer);
            return new ModelShape(
                    name,
                    kind(),
                    defaults.boundary(),
                    defaults.distilled(),
                    new TransformerShape(
                            config.dim(),
                            config.ffnDim(),
                            config.heads(),
                            config.layers(),
                            config.inChannels(),
                            config.outChannels(),
                            config.textDim()),
                    vaeShape(vae),
                    parameters(textEncoder),
                    defaults.frames());
        }
    }

    private static long parameters(Checkpoint checkpoint) {
        return checkpoint.names().stream()
                .mapToLong(name -> checkpoint.entry(name).count())
                .sum();
    }

    private VaeShape vaeShape(Checkpoint vae) {
        VaeShape published = kind() == ModelKind.TI2V_5B ? VaeShape.V22 : VaeShape.V21;
        long[] gamma = vae.entry("decoder.head.0.gamma").shape();
        int width = Math.toIntExact(gamma.length == 0 ? 1 : gamma[0]);
        return new VaeShape(
                published.latentChannels(),
                published.temporalStride(),
                published.spatialStride(),
                width,
                parameters(vae));
    }

    /** What the model is, for those who ask the engine. Reads all headers once. */
    public ModelInfo info() {
        return new ModelInfo(
                kind(),
                name,
                folder,
                defaults.forRequests(),
                defaults.fps(),
                ModelDefaults.sizeMultiple(kind()),
                hash());
    }

    /**
     * Over the names, dtypes, shapes and file sizes of all parts, the transformers' configurations and what says which expert
     * serves when: not over 57 GB of weights, nor over what a request may leave open.
     */
    private String hash() {
        List<String> parts = new ArrayList<>();
        parts.add(kind() + " boundary " + defaults.boundary() + " distilled " + defaults.distilled());
        for (Expert expert : experts()) {
            try (Checkpoint checkpoint = transformer(expert)) {
                parts.add(transformerConfig(expert, checkpoint).toString());
                parts.add(checkpoint.headerHash());
            }
        }
        try (Checkpoint encoder = textEncoder();
                Checkpoint vae = vae()) {
            parts.add(encoder.headerHash());
            parts.add(vae.headerHash());
        }
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest(String.join("\n", parts).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
