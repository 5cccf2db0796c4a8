package io.github.wan4j.video;

/** Turns a text into what the transformer attends to; lives as long as its engine. */
public interface TextEncoder {
    EncodedPrompt encode(String prompt);
}
