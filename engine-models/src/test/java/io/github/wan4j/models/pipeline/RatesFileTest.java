package io.github.wan4j.models.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.wan4j.models.plan.ExecutionPlan;
import io.github.wan4j.models.plan.MeasuredRates;
import io.github.wan4j.models.plan.ModelShape;
import io.github.wan4j.models.plan.PlanRequest;
import io.github.wan4j.models.plan.Planner;
import io.github.wan4j.video.Guidance;
import io.github.wan4j.video.ModelKind;
import io.github.wan4j.video.RunReport.Seconds;
import io.github.wan4j.video.Size;
import io.github.wan4j.video.Solver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RatesFileTest {
    private static final ExecutionPlan PLAN = plan(ModelKind.T2V_A14B);
    private static final Seconds TOOK = new Seconds(2, 3, 4, 5, 6, 20);

    private final Path folder;

    RatesFileTest(@TempDir Path folder) {
        this.folder = folder;
    }

    private static ExecutionPlan plan(ModelKind kind) {
        return Planner.plan(
                new PlanRequest(ModelShape.of(kind), new Size(640, 352), 5, 10, 5, Solver.UNIPC, new Guidance(5)));
    }

    private Path file() {
        return folder.resolve("rates").resolve("nvidia-h200.json");
    }

    @Test
    void whatOneEngineLearntTheNextOneKnows() throws IOException {
        new RatesFile(folder, "NVIDIA H200").add(PLAN, TOOK);
        assertThat(new RatesFile(folder, "NVIDIA H200").rates().entries()).hasSize(1);
        assertThat(new RatesFile(folder, "NVIDIA H100").rates()).isEqualTo(MeasuredRates.NONE);
        try (Stream<Path> files = Files.list(file().getParent())) {
            assertThat(files).containsExactly(file()); // no temporary one is left
        }
    }

    @Test
    void twoEnginesAtOnceKeepWhatBothLearnt() {
        RatesFile first = new RatesFile(folder, "NVIDIA H200");
        RatesFile second = new RatesFile(folder, "NVIDIA H200");
        first.add(PLAN, TOOK);
        second.add(plan(ModelKind.TI2V_5B), TOOK);
        assertThat(new RatesFile(folder, "NVIDIA H200").rates().entries()).hasSize(2);
    }

    @Test
    void aBrokenFileIsAsGoodAsNoneAndBegunAnew() throws IOException {
        Files.createDirectories(file().getParent());
        for (String broken : new String[] {"[{\"model\":", "", "7", "{\"a\": 1}", "[null, 3, {\"tokens\": 5}]"}) {
            Files.writeString(file(), broken);
            RatesFile rates = new RatesFile(folder, "NVIDIA H200");
            assertThat(rates.rates().entries()).as(broken).isEmpty();
            rates.add(PLAN, TOOK);
            assertThat(new RatesFile(folder, "NVIDIA H200").rates().entries()).hasSize(1);
        }
    }

    @Test
    void aFolderThatCannotBeWrittenIsNoReasonToFail() throws IOException {
        Files.writeString(folder.resolve("rates"), "a file in the place of the folder");
        RatesFile rates = new RatesFile(folder, "NVIDIA H200");
        rates.add(PLAN, TOOK);
        assertThat(rates.rates().entries()).hasSize(1);
    }
}
