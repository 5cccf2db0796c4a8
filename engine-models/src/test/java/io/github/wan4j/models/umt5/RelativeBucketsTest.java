package io.github.wan4j.models.umt5;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RelativeBucketsTest {
    /** The first distance of every bucket of the logarithmic half, and the last one before it. */
    @ParameterizedTest
    @CsvSource({
        "0, 0", "1, 1", "7, 7", "8, 8", "11, 8", "12, 9", "15, 9", "16, 10", "22, 10", "23, 11", "31, 11", "32, 12",
        "45, 12", "46, 13", "63, 13", "64, 14", "90, 14", "91, 15", "128, 15", "511, 15"
    })
    void sharesBucketsOnALogarithmicScale(int distance, int bucket) {
        assertThat(RelativeBuckets.bucket(-distance, 32)).isEqualTo(bucket);
        assertThat(RelativeBuckets.bucket(distance, 32)).isEqualTo(distance == 0 ? 0 : bucket + 16);
    }

    @Test
    void looksFromTheQueryToTheKey() {
        assertThat(RelativeBuckets.byDistance(3, 32)).containsExactly(2, 1, 0, 17, 18);
    }
}
