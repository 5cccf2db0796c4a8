/**
 * From a prompt as typed to the ids the text encoder takes: {@link io.github.wan4j.models.text.PromptCleaner} repairs and
 * normalises the text as the reference does (the steps of ftfy that matter, in its order, then HTML and white space), and
 * {@link io.github.wan4j.models.text.PromptTokenizer} splits it with the checkpoint's own {@code tokenizer.json}.
 */
@NullMarked
package io.github.wan4j.models.text;

import org.jspecify.annotations.NullMarked;
