/**
 * Checkpoint folders: which model lies in one, in which layout, with which defaults, and which file holds what.
 *
 * <p>{@link io.github.wan4j.models.load.ModelFolder} is what the rest of the engine sees. Whatever the layout, it hands out
 * checkpoints under the original names, so that models know no other. {@link io.github.wan4j.models.load.MiniModels} unpacks
 * the bundled models, because mapping weights needs real files.
 */
@org.jspecify.annotations.NullMarked
package io.github.wan4j.models.load;
