package io.github.wan4j.models.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.wan4j.video.Size;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class BicubicTest {
    @Test
    void changingOnlyTheWidthInterpolatesEachRow() {
        float[] two = {0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15};
        float[] wide = Bicubic.resize(two, new Size(6, 2), new Size(12, 2));
        float[] upper = Bicubic.resize(Arrays.copyOf(two, 6), new Size(6, 1), new Size(12, 1));
        assertThat(Arrays.copyOf(wide, 12)).isEqualTo(upper);
        // output i lies at i/2 - 1/4: numbers 5 and 6 a quarter before and after the middle of the ramp
        assertThat(wide[5] + wide[6]).isCloseTo(5f, within(1e-6f));
        assertThat(wide[5]).isBetween(2f, 2.5f);
    }

    @Test
    void halvingReadsFourNeighboursAndNoMore() {
        // A = -0.75 half way between two samples: -3/32, 19/32, 19/32, -3/32
        float[] impulse = {0, 0, 0, 32, 0, 0, 0, 0};
        float[] half = Bicubic.resize(impulse, new Size(8, 1), new Size(4, 1));
        assertThat(half).containsExactly(0f, 19f, -3f, 0f);
    }

    @Test
    void theEdgeIsReplicated() {
        float[] half = Bicubic.resize(new float[] {32, 0, 0, 0}, new Size(4, 1), new Size(2, 1));
        assertThat(half).containsExactly(19f - 3f, 0f);
    }

    @Test
    void overshootIsNotClamped() {
        float[] wide = Bicubic.resize(new float[] {-1, -1, -1, 1, 1, 1}, new Size(6, 1), new Size(24, 1));
        float max = Float.NEGATIVE_INFINITY;
        for (float value : wide) {
            max = Math.max(max, value);
        }
        assertThat(max).isBetween(1.1f, 1.3f);
    }

    @Test
    void channelsDoNotMix() {
        float[] planes = new float[3 * 4 * 5];
        Arrays.fill(planes, 20, 40, 1f);
        float[] out = Bicubic.resize(planes, new Size(5, 4), new Size(7, 9));
        assertThat(Arrays.copyOfRange(out, 0, 63)).containsOnly(0f);
        for (int i = 63; i < 126; i++) {
            assertThat(out[i]).isCloseTo(1f, within(1e-6f));
        }
        assertThat(Arrays.copyOfRange(out, 126, 189)).containsOnly(0f);
    }
}
