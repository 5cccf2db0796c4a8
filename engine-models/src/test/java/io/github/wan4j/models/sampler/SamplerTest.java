package io.github.wan4j.models.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.wan4j.core.kernels.ReferenceKernels;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.video.Solver;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class SamplerTest {
    private static final SchedulerGoldens GOLDENS = new SchedulerGoldens();

    static Iterable<String> runs() {
        return GOLDENS.runs();
    }

    /** A stand-in for the network: the velocity at step i for one value. */
    private interface Velocity {
        double at(int i, double x);
    }

    @ParameterizedTest
    @MethodSource("runs")
    void followsTheReferenceThroughItsGoldenRun(String run) {
        Schedule schedule = ScheduleTest.schedule(run);
        float[] stacked = GOLDENS.get(run + ".x");
        int size = stacked.length / (schedule.steps() + 1);
        float[][] expected = new float[schedule.steps() + 1][];
        Arrays.setAll(expected, i -> Arrays.copyOfRange(stacked, i * size, (i + 1) * size));
        float[][] actual = trajectory(
                schedule,
                expected[0],
                (i, x) -> 0.7 * x + 0.3 * Math.sin(3 * x) - 0.2 * Math.cos(schedule.timestep(i) / 100));
        assertSame(actual, expected);
    }

    @Test
    void followsTheReferenceThroughTheTrajectoriesOfTheSpecification() {
        JsonNode trajectories = SchedulerGoldens.schedules().get("_golden").get("trajectories");
        for (Map.Entry<String, JsonNode> run : trajectories.properties()) {
            String[] name =
                    run.getKey().replace("steps", "").replace("shift", "").split("_", -1);
            Schedule schedule = Schedule.of(
                    name[0].equals("unipc") ? Solver.UNIPC : Solver.DPMPP,
                    Integer.parseInt(name[1]),
                    Double.parseDouble(name[2]));
            float[][] expected = new float[schedule.steps() + 1][];
            Arrays.setAll(
                    expected,
                    i -> i == 0
                            ? linspace(-2, 2, 8)
                            : SchedulerGoldens.floats(run.getValue().get(i - 1)));
            float[][] actual = trajectory(
                    schedule,
                    expected[0],
                    (i, x) -> 0.7 * x - 0.3 * Math.sin(3 * x) * schedule.sigma(i) + 0.1 * schedule.sigma(i));
            assertSame(actual, expected);
        }
        assertThat(trajectories.size()).isEqualTo(8);
    }

    @ParameterizedTest
    @EnumSource(Solver.class)
    void aStraightPathIsFollowedExactlyByEverySolver(Solver solver) {
        // v = noise − video is constant along x = (1 − sigma) video + sigma noise
        double video = 0.75;
        double noise = -1.25;
        Schedule schedule = Schedule.of(solver, 9, 7);
        double start = (1 - schedule.sigma(0)) * video + schedule.sigma(0) * noise;
        float[][] x = trajectory(schedule, new float[] {(float) start}, (i, value) -> noise - video);
        for (int i = 0; i <= schedule.steps(); i++) {
            double expected = (1 - schedule.sigma(i)) * video + schedule.sigma(i) * noise;
            assertThat(Math.abs(x[i][0] - expected)).as(solver + " step " + i).isLessThan(2e-6);
        }
    }

    @Test
    void theLastStepOfUniPcAnswersWithTheLastEstimate() {
        Schedule schedule = Schedule.of(Solver.UNIPC, 6, 5);
        assertThat(UniPcWeights.predictor(schedule, 5)).containsExactly(0, 1);
        assertThat(DpmPlusPlus.weights(Schedule.of(Solver.DPMPP, 6, 5), 5)).containsExactly(0, 1);
    }

    @Test
    void aStepTakenOutOfOrderIsRefused() {
        try (Scope scope = Scope.open("test");
                Sampler sampler = Sampler.of(Schedule.of(Solver.UNIPC, 6, 5), new ReferenceKernels())) {
            Tensor x = Tensors.of(new float[] {1}, 1);
            assertThatThrownBy(() -> sampler.step(3, x, x))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("in order");
        }
    }

    private static float[][] trajectory(Schedule schedule, float[] start, Velocity velocity) {
        float[][] x = new float[schedule.steps() + 1][];
        x[0] = start;
        try (Scope run = Scope.open("test.run");
                Sampler sampler = Sampler.of(schedule, new ReferenceKernels())) {
            for (int i = 0; i < schedule.steps(); i++) {
                try (Scope step = Scope.open("test.step")) {
                    float[] v = new float[start.length];
                    for (int j = 0; j < v.length; j++) {
                        v[j] = (float) velocity.at(i, x[i][j]);
                    }
                    x[i + 1] = sampler.step(i, Tensors.of(x[i], start.length), Tensors.of(v, start.length))
                            .toFloats();
                }
            }
        }
        return x;
    }

    private static void assertSame(float[][] actual, float[][] expected) {
        for (int i = 0; i < expected.length; i++) {
            double error = 0;
            double norm = 0;
            for (int j = 0; j < expected[i].length; j++) {
                error += Math.pow(actual[i][j] - expected[i][j], 2);
                norm += Math.pow(expected[i][j], 2);
            }
            assertThat(Math.sqrt(error / norm))
                    .as("relative error after " + i + " steps")
                    .isLessThan(1e-5);
        }
    }

    private static float[] linspace(double from, double to, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (from + (to - from) * i / (count - 1));
        }
        return values;
    }
}
