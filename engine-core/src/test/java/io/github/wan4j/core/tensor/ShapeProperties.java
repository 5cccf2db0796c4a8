package io.github.wan4j.core.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class ShapeProperties {
    @Property(tries = 50)
    void chunksCoverTheTensor(
            @ForAll @IntRange(min = 1, max = 8) int parts, @ForAll @IntRange(min = 1, max = 5) int each) {
        try (Scope scope = Scope.open("property");
                Rng rng = new Rng(parts)) {
            Tensor whole = rng.normal((long) parts * each, 3);
            Tensor again = Tensors.cat(0, whole.chunk(parts, 0).toArray(Tensor[]::new));
            assertThat(again.sub(whole).maxAbs()).isZero();
        }
    }
}
