package io.github.wan4j.video;

import java.util.List;

/** Cleans a text as the reference does and splits it into the text encoder's tokens; lives as long as its engine. */
public interface Tokenizer {
    Tokens tokenize(String text);

    /**
     * The tokens of one text.
     *
     * @param ids without padding, the end token included
     * @param total how many there were before the text was cut to what the encoder takes
     */
    record Tokens(List<Integer> ids, int total) {
        public Tokens {
            ids = List.copyOf(ids);
        }

        /** Whether the end of the text was lost. */
        public boolean isCut() {
            return total > ids.size();
        }
    }
}
