package io.github.wan4j.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryReportTest {
    private static List<String> report(String... arguments) {
        StringWriter out = new StringWriter();
        MemoryReport.run(new PrintWriter(out, true), arguments);
        return out.toString().lines().toList();
    }

    @Test
    void aSetupAgainstItselfIsEqualBitForBitAndFewerStepsAreNot() {
        String small = "devices=cpu,frames=5,size=64x32,steps=";
        List<String> lines = report("mini-ti2v", small + 2, small + 2, small + 1);
        assertThat(lines.get(2)).startsWith("| " + small + "2 |").endsWith("| 4 |  |");
        assertThat(lines.get(3)).contains("latents equal bit for bit, video equal");
        assertThat(lines.get(4)).contains("latents differ, video ").contains(" dB");
    }

    @Test
    void withoutSetupsThereIsNothingToDo() {
        assertThatThrownBy(() -> report("mini-t2v")).hasMessageContaining("MODEL SETUP SETUP...");
    }
}
