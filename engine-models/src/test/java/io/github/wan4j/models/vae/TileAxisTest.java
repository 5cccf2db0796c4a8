package io.github.wan4j.models.vae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class TileAxisTest {
    @Test
    void tilesCoverTheLengthAndOverlapEnough() {
        for (long length = 1; length <= 70; length++) {
            for (long size = 4; size <= 16; size += 2) {
                for (long overlap = 0; 2 * overlap <= size; overlap++) {
                    TileAxis axis = new TileAxis(length, size, overlap);
                    assertThat(axis.size()).isEqualTo(Math.min(length, size));
                    assertThat(axis.start(0)).isZero();
                    int last = axis.count() - 1;
                    assertThat(axis.start(last) + axis.size()).isEqualTo(length);
                    for (int i = 0; i < last; i++) {
                        assertThat(axis.start(i) + size - axis.start(i + 1)).isGreaterThanOrEqualTo(overlap);
                        assertThat(axis.start(i + 1)).isGreaterThan(axis.start(i));
                    }
                }
            }
        }
    }

    @Test
    void takesNoMoreTilesThanNeeded() {
        assertThat(new TileAxis(32, 32, 8).count()).isEqualTo(1);
        assertThat(new TileAxis(33, 32, 8).count()).isEqualTo(2);
        assertThat(new TileAxis(56, 32, 8).count()).isEqualTo(2);
        assertThat(new TileAxis(57, 32, 8).count()).isEqualTo(3);
        assertThat(new TileAxis(64, 32, 0).count()).isEqualTo(2);
    }

    @Test
    void weightsAreOneInSum() {
        for (long length : new long[] {7, 32, 33, 45, 90, 160}) {
            for (long overlap : new long[] {0, 2, 8, 16}) {
                for (int scale : new int[] {1, 8}) {
                    TileAxis axis = new TileAxis(length, 32, overlap);
                    double[] sums = new double[(int) length * scale];
                    for (int i = 0; i < axis.count(); i++) {
                        float[] weights = axis.weights(i, scale);
                        for (int p = 0; p < weights.length; p++) {
                            assertThat(weights[p]).isBetween(0f, 1f);
                            sums[(int) axis.start(i) * scale + p] += weights[p];
                        }
                    }
                    assertThat(DoubleStream.of(sums).boxed())
                            .allSatisfy(sum -> assertThat(sum).isEqualTo(1, within(1e-6)));
                }
            }
        }
    }

    @Test
    void theEndsThatANeighbourCoversCountForNothing() {
        float[] weights = new TileAxis(56, 32, 8).weights(0, 10);
        assertThat(weights[0]).isEqualTo(1);
        assertThat(weights[240 + 31]).isEqualTo(1);
        assertThat(weights[240 + 48]).isZero();
        assertThat(weights[319]).isZero();
    }
}
