package io.github.wan4j.cuda;

import io.github.wan4j.cuda.launch.Launch;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Where kernels come from. */
interface OwnKernels {
    /**
     * The kernel, ready for its parameters, or null if it is switched off. {@code trial} compares it with the plain
     * implementation at its first use; it may ask for the same kernel, which it then gets.
     */
    @Nullable
    Launch get(KernelInstance instance, int parameters, Consumer<SelfCheck> trial);
}
