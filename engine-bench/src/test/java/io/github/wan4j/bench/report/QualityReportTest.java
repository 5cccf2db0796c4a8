package io.github.wan4j.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class QualityReportTest {
    private static String report(String... arguments) {
        StringWriter out = new StringWriter();
        QualityReport.run(new PrintWriter(out, true), arguments);
        return out.toString();
    }

    @Test
    void aSetupAgainstItselfIsIdenticalAndFewerStepsAreNot() {
        String small = "devices=cpu,frames=1,side=32,steps=";
        String text = report("--prompts", "2", "--each", "mini-t2v", small + 2, small + 2, small + 1);
        assertThat(text).contains("| " + small + "2 | 100.00 | 100.00 | 100.00 | 100.00 |");
        assertThat(text).contains("dB " + QualityReport.prompts().get(1));
        String last = text.lines().reduce("", (before, line) -> line);
        double mean = Double.parseDouble(last.split("\\|", -1)[2]);
        assertThat(mean).isBetween(5.0, 60.0);
    }

    @Test
    void theListHasTwentyFourPrompts() {
        assertThat(QualityReport.prompts()).hasSize(24).doesNotHaveDuplicates();
    }

    @Test
    void decibelsAreThoseOfTheMeanSquare() {
        assertThat(Psnr.ofMeanSquare(1)).isCloseTo(48.1308, within(1e-4));
        assertThat(Psnr.ofMeanSquare(255 * 255)).isZero();
        assertThat(Psnr.ofMeanSquare(0)).isEqualTo(Psnr.IDENTICAL);
        assertThat(Psnr.ofMeanSquare(Double.NaN)).isNaN();
    }

    @Test
    void summariesNameTheWorst() {
        Decibels all = Decibels.of(List.of(40.0, 30.0, 50.0, 45.0, 35.0));
        assertThat(all).isEqualTo(new Decibels(40, 40, 32, 30, 1));
    }

    @Test
    void whatIsNoSettingIsRefused() {
        assertThatThrownBy(() -> Setup.parse("fp8")).hasMessageContaining("'fp8' is no setting");
        assertThatThrownBy(() -> Setup.parse("precison=fp8")).hasMessageContaining("precision");
        assertThatThrownBy(() -> report("mini-t2v", "precision=fp32"))
                .hasMessageContaining("MODEL REFERENCE CANDIDATE");
    }
}
