package io.github.wan4j.models.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.wan4j.video.Solver;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    @Test
    void everyDefaultOfTheModelFamilyHasTheReferencesTimestepsAndSigmas() {
        int compared = 0;
        for (Map.Entry<String, JsonNode> model : SchedulerGoldens.schedules().properties()) {
            JsonNode table = model.getValue();
            if (!table.has("steps")) {
                continue;
            }
            for (Map.Entry<String, Solver> kind :
                    Map.of("unipc", Solver.UNIPC, "dpmpp", Solver.DPMPP).entrySet()) {
                Schedule schedule = Schedule.of(
                        kind.getValue(),
                        table.get("steps").asInt(),
                        table.get("shift").asDouble());
                assertThat(schedule.timesteps())
                        .as(model.getKey() + " " + kind)
                        .containsExactly(SchedulerGoldens.floats(table.get(kind.getKey() + "_timesteps")));
                assertThat(schedule.sigmas())
                        .as(model.getKey() + " " + kind)
                        .containsExactly(SchedulerGoldens.floats(table.get(kind.getKey() + "_sigmas")));
                compared++;
            }
        }
        assertThat(compared).isEqualTo(12);
    }

    @Test
    void everyGoldenRunHasTheReferencesTimestepsAndSigmas() {
        SchedulerGoldens goldens = new SchedulerGoldens();
        for (String run : goldens.runs()) {
            Schedule schedule = schedule(run);
            assertThat(schedule.timesteps()).as(run).containsExactly(goldens.get(run + ".timesteps"));
            assertThat(schedule.sigmas()).as(run).containsExactly(goldens.get(run + ".sigmas"));
        }
        assertThat(goldens.runs()).hasSize(14);
    }

    @Test
    void eulerTakesTheFractionalTimestepsOfTheDistilledModels() {
        Schedule schedule = Schedule.of(Solver.EULER, 4, 5);
        assertThat(schedule.timesteps()).containsExactly(1000, 937.5f, (float) (2500 / 3.0), 625);
        assertThat(schedule.sigmas()).containsExactly(1, 0.9375f, (float) (5 / 6.0), 0.625f, 0);
    }

    @Test
    void stepsWithTheSameTruncatedTimestepStayDifferentSteps() {
        Schedule schedule = Schedule.of(Solver.UNIPC, 200, 12);
        assertThat(schedule.timestep(0)).isEqualTo(schedule.timestep(1));
        assertThat(schedule.sigma(0)).isGreaterThan(schedule.sigma(1));
    }

    @Test
    void sigmasFallStrictlyToZero() {
        for (Solver solver : Solver.values()) {
            for (int steps : List.of(1, 2, 3, 7, 50, 1000)) {
                for (double shift : List.of(0.5, 1.0, 3.0, 12.0)) {
                    float[] sigmas = Schedule.of(solver, steps, shift).sigmas();
                    List<Float> values = new ArrayList<>();
                    for (float sigma : sigmas) {
                        values.add(-sigma);
                    }
                    assertThat(values).isSorted().doesNotHaveDuplicates().endsWith(-0f);
                }
            }
        }
    }

    @Test
    void refusesWhatIsNoSchedule() {
        assertThatThrownBy(() -> Schedule.of(Solver.UNIPC, 0, 5)).hasMessageContaining("at least 1 step, not 0");
        assertThatThrownBy(() -> Schedule.of(Solver.UNIPC, 4, 0)).hasMessageContaining("shift");
        assertThatThrownBy(() -> Schedule.of(Solver.UNIPC, 4, Double.NaN)).hasMessageContaining("NaN");
    }

    static Schedule schedule(String run) {
        String[] parts = run.split("\\.", 3);
        return Schedule.of(
                parts[0].equals("unipc") ? Solver.UNIPC : Solver.DPMPP,
                Integer.parseInt(parts[1]),
                Double.parseDouble(parts[2]));
    }
}
