package io.github.wan4j.models.pipeline;

import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.models.umt5.Umt5Encoder;
import io.github.wan4j.video.EncodedPrompt;
import io.github.wan4j.video.Tokenizer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Texts to encodings, on the session's thread. The last few are remembered: the negative prompt is the same for most jobs,
 * and the full-size encoder is a network of 5.7 billion weights.
 */
public final class PromptEncoder {
    private static final int REMEMBERED = 8;

    private final Tokenizer tokenizer;
    private final Parts parts;
    private final Map<List<Integer>, EncodedPrompt> remembered = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<List<Integer>, EncodedPrompt> eldest) {
            return size() > REMEMBERED;
        }
    };

    public PromptEncoder(Tokenizer tokenizer, Parts parts) {
        this.tokenizer = tokenizer;
        this.parts = parts;
    }

    Tokenizer.Tokens tokenize(String text) {
        return tokenizer.tokenize(text);
    }

    boolean knows(Tokenizer.Tokens tokens) {
        return remembered.containsKey(tokens.ids());
    }

    EncodedPrompt encode(Tokenizer.Tokens tokens, Runnable check) {
        EncodedPrompt known = remembered.get(tokens.ids());
        if (known != null) {
            return known;
        }
        long[] ids = tokens.ids().stream().mapToLong(Integer::longValue).toArray();
        EncodedPrompt prompt = parts.encode(encoder -> encode(encoder, ids, check));
        remembered.put(tokens.ids(), prompt);
        return prompt;
    }

    private static EncodedPrompt encode(Umt5Encoder encoder, long[] ids, Runnable check) {
        try (Scope scope = Scope.open("encode")) {
            Tensor encoded = encoder.forward(ids, check);
            OutputCheck.requireFinite(encoded, "the vectors of a prompt"); // nothing else may be remembered
            return EncodedPrompt.of(
                    Arrays.stream(ids).mapToInt(Math::toIntExact).toArray(),
                    encoded.toFloats(),
                    Math.toIntExact(encoded.size(1)));
        }
    }

    /** The encoding [n, textDim] f32 on the device. */
    Tensor onDevice(EncodedPrompt prompt) {
        FloatBuffer values = prompt.values();
        float[] floats = new float[values.remaining()];
        values.get(floats);
        return Tensors.of(floats, prompt.tokens(), prompt.dim())
                .to(parts.session().info().device(), DType.F32);
    }
}
