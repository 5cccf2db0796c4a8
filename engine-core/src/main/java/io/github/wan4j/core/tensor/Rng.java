package io.github.wan4j.core.tensor;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/**
 * A seeded source of random numbers on the host: torch's CPU generator, so that a seed gives the numbers that
 * {@code torch.randn(…, generator=torch.Generator().manual_seed(seed))} gives, whatever device computes afterwards.
 */
public final class Rng implements AutoCloseable {
    private final Generator generator;

    public Rng(long seed) {
        try (PointerScope scope = new PointerScope()) { // no caller's scope may own the generator
            generator = torch.make_generator_cpu(seed).retainReference();
        }
    }

    /** Standard normal numbers, f32. */
    public Tensor normal(long... shape) {
        return Tensor.call(
                "normal",
                () -> torch.randn(
                        shape,
                        new GeneratorOptional(generator),
                        new TensorOptions().dtype(new ScalarTypeOptional(DType.F32.torchType()))));
    }

    /** Frees the generator. */
    @Override
    public void close() {
        generator.close();
    }
}
