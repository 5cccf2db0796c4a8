package io.github.wan4j.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ByteSizeTest {
    @Test
    void printsInTheLargestUnitThatFits() {
        assertThat(ByteSize.text(0)).isEqualTo("0 B");
        assertThat(ByteSize.text(1023)).isEqualTo("1023 B");
        assertThat(ByteSize.text(1536)).isEqualTo("1.5 KiB");
        assertThat(ByteSize.text(24L << 30)).isEqualTo("24 GiB");
        assertThat(ByteSize.text(2048L << 40)).isEqualTo("2048 TiB");
    }

    @Test
    void printsExactlyWhatItReadsBack() {
        for (long bytes : new long[] {0, 1, 1000, 1024, 1025, 12L << 30, 3L << 40, Long.MAX_VALUE}) {
            assertThat(ByteSize.parse(ByteSize.exact(bytes))).isEqualTo(bytes);
        }
    }

    @Test
    void tellsTheTwoKindsOfUnitsApart() {
        assertThat(ByteSize.parse("2GB")).isEqualTo(2_000_000_000L);
        assertThat(ByteSize.parse("2gib")).isEqualTo(2L << 30);
        assertThat(ByteSize.parse("0.5 KiB")).isEqualTo(512);
    }
}
