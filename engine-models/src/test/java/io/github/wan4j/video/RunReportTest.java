package io.github.wan4j.video;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class RunReportTest {
    private static final RunReport REPORT = RunReport.builder()
            .setting("steps", 20)
            .seed(42)
            .seconds(new RunReport.Seconds(1, 2, 3, 4, 5, 15))
            .peakBytes(new RunReport.PeakBytes(1L << 30, null, Map.of(Stage.DECODE, 5L)))
            .forwards(Expert.HIGH, Branch.COND, 5)
            .forwards(Expert.HIGH, Branch.COND, 2)
            .forwards(Expert.HIGH, Branch.UNCOND, 7)
            .forwards(Expert.LOW, Branch.COND, 13)
            .masks("####", "####")
            .choice("attention", "flash", "no other here")
            .warning("the prompt was cut")
            .build();

    @Test
    void addsUpForwards() {
        assertThat(REPORT.forwards()).isEqualTo(27);
        assertThat(REPORT.forwardsBy())
                .isEqualTo(Map.of(
                        Expert.HIGH, Map.of(Branch.COND, 7, Branch.UNCOND, 7), Expert.LOW, Map.of(Branch.COND, 13)));
    }

    @Test
    void flattensItsNumbers() {
        assertThat(REPORT.metrics())
                .containsEntry("seconds.load", 1.0)
                .containsEntry("seconds.denoise", 3.0)
                .containsEntry("seconds.total", 15.0)
                .containsEntry("peakBytes.host", (double) (1L << 30))
                .containsEntry("peakBytes.decode", 5.0)
                .containsEntry("forwards", 27.0)
                .containsEntry("forwards.high.uncond", 7.0)
                .containsEntry("warnings", 1.0)
                .doesNotContainKey("peakBytes.device");
    }
}
