package io.github.wan4j.models.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.wan4j.core.VaeTile;
import io.github.wan4j.video.Size;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PortionsTest {
    private static final Size LARGE = new Size(1280, 720);

    private static Portions portions(
            double gib, boolean gpu, @Nullable Integer chunk, @Nullable VaeTile tile, VaeShape vae) {
        PlacementWishes none = PlacementWishes.NONE;
        PlacementWishes wishes =
                new PlacementWishes(none.precision(), none.residency(), none.textEncoder(), chunk, tile, null, null);
        return Portions.fitting(vae, Products.BF16, LARGE, 21, wishes, gpu, (long) (gib * (1 << 30)));
    }

    /** Peaks measured at this size were 7.7 GiB for one latent frame at a time, 10.3 for two and 15.7 for four. */
    @ParameterizedTest
    @CsvSource({"100, 4", "20, 4", "15, 2", "10, 1"})
    void takesTheLongestChunkThatFits(double gib, int chunk) {
        assertThat(portions(gib, true, null, null, VaeShape.V21)).isEqualTo(new Portions(chunk, null));
    }

    @Test
    void takesTilesWhereOneFrameDoesNotFit() {
        assertThat(portions(7, true, null, null, VaeShape.V21)).isEqualTo(new Portions(4, new VaeTile(512, 32)));
        assertThat(portions(1.8, true, null, null, VaeShape.V21)).isEqualTo(new Portions(4, new VaeTile(256, 32)));
        assertThat(portions(0.01, true, null, null, VaeShape.V21)).isEqualTo(new Portions(1, new VaeTile(128, 32)));
        assertThat(portions(0.01, true, null, null, VaeShape.V22)).isEqualTo(new Portions(1, new VaeTile(128, 64)));
    }

    @Test
    void aCpuTakesTwoAtATime() {
        assertThat(portions(100, false, null, null, VaeShape.V21)).isEqualTo(new Portions(2, null));
    }

    @Test
    void takesWhatIsAskedFor() {
        VaeTile tile = new VaeTile(256, 32);
        assertThat(portions(100, true, 8, null, VaeShape.V21)).isEqualTo(new Portions(8, null));
        assertThat(portions(100, true, null, tile, VaeShape.V21)).isEqualTo(new Portions(4, tile));
        assertThat(portions(1, true, 2, tile, VaeShape.V21)).isEqualTo(new Portions(2, tile));
    }
}
