package io.github.wan4j.models.load;

import io.github.wan4j.core.weights.NameMap;
import io.github.wan4j.video.Expert;
import io.github.wan4j.video.ModelKind;
import java.nio.file.Path;
import java.util.Set;

/** Where the parts of a model lie in its folder, and by which names their tensors go. */
sealed interface Layout permits OriginalLayout, DiffusersLayout {
    /** A name for messages: {@code original} or {@code diffusers}. */
    String label();

    /** The kind that the folder's own files state. */
    ModelKind kind();

    /** The folder of one transformer, which holds its {@code config.json} and its weights. */
    Path transformer(Expert expert);

    /** File or folder. */
    Path textEncoder();

    /** File or folder. */
    Path vae();

    /** The file {@code tokenizer.json}. */
    Path tokenizer();

    /** From this layout's names to the original ones. */
    NameMap transformerNames();

    /** For a file with these names: exports differ in what they call the embedding. */
    NameMap textEncoderNames(Set<String> names);

    NameMap vaeNames();
}
