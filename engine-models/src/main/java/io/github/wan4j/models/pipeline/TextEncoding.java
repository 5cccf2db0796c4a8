package io.github.wan4j.models.pipeline;

import io.github.wan4j.video.EncodedPrompt;
import io.github.wan4j.video.TextEncoder;
import io.github.wan4j.video.Tokenizer;

/** The text encoder by itself: each call takes its turn among the engine's jobs. */
public final class TextEncoding implements TextEncoder {
    private static final System.Logger LOG = System.getLogger(TextEncoding.class.getName());

    private final Model model;
    private final JobQueue queue;

    public TextEncoding(Model model, JobQueue queue) {
        this.model = model;
        this.queue = queue;
    }

    @Override
    public EncodedPrompt encode(String prompt) {
        Tokenizer.Tokens tokens = model.encoder().tokenize(prompt);
        if (tokens.isCut()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "a prompt of {0} tokens was cut to the first {1}",
                    tokens.total(),
                    tokens.ids().size());
        }
        return Turn.take(
                queue,
                cancellation -> model.parts().session().call(() -> {
                    try (Parts.Stay stay = model.parts().stay()) {
                        return model.encoder().encode(tokens, cancellation);
                    }
                }));
    }
}
