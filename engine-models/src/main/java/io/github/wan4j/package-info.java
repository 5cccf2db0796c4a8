/**
 * The engine: {@link io.github.wan4j.VideoEngine} is where to begin. What it takes and gives lies in {@code
 * io.github.wan4j.video}; nothing depends on this package.
 */
@org.jspecify.annotations.NullMarked
package io.github.wan4j;
