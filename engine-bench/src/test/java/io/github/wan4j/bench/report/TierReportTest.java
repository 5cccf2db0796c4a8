package io.github.wan4j.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.wan4j.models.plan.QualityTable;
import io.github.wan4j.video.Frame;
import io.github.wan4j.video.Tier;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TierReportTest {
    private static final int SIDE = 24;

    @Test
    void everyTierHasARowAndTheTableCanBeReadBack(@TempDir Path folder) throws IOException {
        StringWriter out = new StringWriter();
        Path file = folder.resolve("table.json");
        TierReport.run(
                new PrintWriter(out, true),
                "--prompts",
                "1",
                "--shares",
                "0.5",
                "--table",
                file.toString(),
                "mini-ti2v",
                "devices=cpu,frames=1,side=64");
        assertThat(out.toString())
                .contains("| exact | 10 | ", "| quality | 10 | ", "| balanced | 10 | ", "| speed | 10 | ");
        QualityTable table = QualityTable.read(new ObjectMapper().readTree(file.toFile()));
        assertThat(table.rows()).extracting(QualityTable.Row::tier).containsExactly(Tier.values());
        assertThat(table.rows()).allMatch(row -> row.stepShare() == 0.5 && row.psnr() > 5 && row.psnr() < 100);
    }

    @Test
    void aFrameIsLikeItselfAndUnlikeItsNegative() {
        Frame picture = frame(i -> i * 37 % 251);
        assertThat(Ssim.of(picture, picture)).isCloseTo(1, within(1e-12));
        assertThat(Ssim.of(frame(i -> 255 - i * 37 % 251), picture)).isNegative();
    }

    /** With constants x and y nothing but the first factor is left. */
    @Test
    void flatFramesDifferByTheirBrightness() {
        double expected = (2 * 100 * 120 + 6.5025) / (100 * 100 + 120 * 120 + 6.5025);
        assertThat(Ssim.of(frame(i -> 100), frame(i -> 120))).isCloseTo(expected, within(1e-9));
    }

    @Test
    void framesOfOtherSizesAreRefused() {
        Frame small = Frame.of(0, 8, 8, ByteBuffer.allocate(8 * 8 * 3));
        assertThatThrownBy(() -> Ssim.of(small, small)).hasMessageContaining("8x8");
    }

    private static Frame frame(IntUnaryOperator level) {
        ByteBuffer rgb = ByteBuffer.allocate(SIDE * SIDE * 3);
        for (int i = 0; i < SIDE * SIDE; i++) {
            byte grey = (byte) level.applyAsInt(i);
            rgb.put(grey).put(grey).put(grey);
        }
        return Frame.of(0, SIDE, SIDE, rgb.flip());
    }
}
