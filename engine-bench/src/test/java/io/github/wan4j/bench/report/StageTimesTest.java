package io.github.wan4j.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class StageTimesTest {
    private static List<String> report(String... arguments) {
        StringWriter out = new StringWriter();
        StageTimes.run(new PrintWriter(out, true), arguments);
        return out.toString().lines().toList();
    }

    @Test
    void everyStageOfEverySetupIsTimed() {
        String small = "devices=cpu,frames=5,size=64x32,steps=";
        List<String> lines = report("--runs", "2", "mini-ti2v", small + 1, small + 4);
        assertThat(lines).hasSize(8);
        assertThat(lines.get(3)).startsWith("| " + small + "1 | denoise | ").endsWith(" | 1.000 | 1.000 |");
        assertThat(lines.get(6)).matches("\\| " + small + "4 \\| denoise( \\| \\d+\\.\\d+){4} \\|");
        List<String> columns = List.of(lines.get(6).split(" \\| ", -1));
        assertThat(Double.parseDouble(columns.get(4))).isGreaterThan(1);
    }

    @Test
    void withoutSetupsThereIsNothingToDo() {
        assertThatThrownBy(() -> report("mini-t2v")).hasMessageContaining("MODEL SETUP SETUP...");
    }
}
