/**
 * UMT5, the text encoder: token ids in, one vector for each token out. {@link io.github.wan4j.models.umt5.Umt5Encoder} is the
 * whole; its shape is read off the weights ({@link io.github.wan4j.models.umt5.Umt5Config}), which carry the names of the
 * original release; {@link io.github.wan4j.models.umt5.Umt5Names} translates those of Hugging Face.
 */
@org.jspecify.annotations.NullMarked
package io.github.wan4j.models.umt5;
