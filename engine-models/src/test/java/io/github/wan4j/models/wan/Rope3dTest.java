package io.github.wan4j.models.wan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.testkit.NoTensorLeaks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(NoTensorLeaks.class)
class Rope3dTest {
    private static WanConfig headDim(int headDim) {
        return new WanConfig(2 * headDim, 8, 2, 1, 16, 16, 8, 512, 8, 1e-6);
    }

    /** d → pairs of time, height and width. */
    @ParameterizedTest
    @CsvSource({"128, 22, 21, 21", "64, 12, 10, 10", "16, 4, 2, 2", "6, 1, 1, 1", "4, 2, 0, 0"})
    void givesEachAxisItsPairsAndItsOwnPeriods(int d, int time, int height, int width) {
        assertThat(time + height + width).isEqualTo(d / 2);
        try (Scope scope = Scope.open("test");
                Rope3d rope = new Rope3d(headDim(d), 3, 8, 10, Device.CPU)) {
            assertThat(rope.tokens()).isEqualTo(3 * 4 * 5);
            assertThat(rope.tokensPerFrame()).isEqualTo(4 * 5);
            float[] cos = rope.rotation().cos().toFloats();
            float[] sin = rope.rotation().sin().toFloats();
            for (int token = 0; token < rope.tokens(); token++) {
                for (int pair = 0; pair < d / 2; pair++) {
                    int frame = token / 20;
                    int row = token / 5 % 4;
                    int column = token % 5;
                    double angle;
                    if (pair < time) {
                        angle = frame * Math.pow(10000, -pair / (double) time);
                    } else if (pair < time + height) {
                        angle = row * Math.pow(10000, -(pair - time) / (double) height);
                    } else {
                        angle = column * Math.pow(10000, -(pair - time - height) / (double) width);
                    }
                    int i = token * d / 2 + pair;
                    assertThat((double) cos[i]).isEqualTo(Math.cos(angle), within(1e-7));
                    assertThat((double) sin[i]).isEqualTo(Math.sin(angle), within(1e-7));
                }
            }
        }
    }

    @Test
    void refusesHalfPatches() {
        assertThatThrownBy(() -> new Rope3d(headDim(16), 1, 5, 4, Device.CPU).close())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a latent of 1 frames of 5×4 has no token grid: height and width must be even");
    }
}
