package io.github.wan4j.models.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.wan4j.video.ModelKind;
import io.github.wan4j.video.RunReport.Seconds;
import io.github.wan4j.video.Size;
import org.junit.jupiter.api.Test;

class MeasuredRatesTest {
    private static final PlanRequest REQUEST = Requests.of(ModelKind.TI2V_5B);
    private static final DeviceProfile H200 = DeviceProfile.named("h200");

    private static ExecutionPlan plan(PlanRequest request, MeasuredRates rates) {
        return Planner.plan(request, H200.withMeasured(rates), null);
    }

    private static Seconds seconds(MeasuredRates rates) {
        return plan(REQUEST, rates).placement().seconds();
    }

    private static Seconds times(double factor, Seconds s) {
        return new Seconds(
                factor * s.load(),
                factor * s.encode(),
                factor * s.denoise(),
                factor * s.decode(),
                factor * s.write(),
                0);
    }

    @Test
    void theNextEstimateIsWhatTheFirstJobTook() {
        ExecutionPlan first = plan(REQUEST, MeasuredRates.NONE);
        Seconds plain = first.placement().seconds();
        Seconds next = seconds(MeasuredRates.NONE.with(first, times(3, plain)));
        assertThat(next.denoise()).isCloseTo(3 * plain.denoise(), within(1e-9));
        assertThat(next.total()).isCloseTo(3 * plain.total(), within(1e-9));
    }

    @Test
    void laterJobsMoveItHalfTheWay() {
        ExecutionPlan first = plan(REQUEST, MeasuredRates.NONE);
        Seconds plain = first.placement().seconds();
        MeasuredRates once = MeasuredRates.NONE.with(first, times(4, plain));
        MeasuredRates twice = once.with(plan(REQUEST, once), plain);
        assertThat(seconds(twice).decode()).isCloseTo(2 * plain.decode(), within(1e-9));
        assertThat(twice.entries()).hasSize(1);
    }

    @Test
    void aJobThatWasPlannedBeforeAnotherEndedCountsByItsOwnPlan() {
        ExecutionPlan plan = plan(REQUEST, MeasuredRates.NONE);
        Seconds plain = plan.placement().seconds();
        MeasuredRates both = MeasuredRates.NONE.with(plan, times(4, plain)).with(plan, times(4, plain));
        assertThat(seconds(both).denoise()).isCloseTo(4 * plain.denoise(), within(1e-9));
    }

    @Test
    void aStageThatWasLeftOutTeachesNothing() {
        ExecutionPlan plan = plan(REQUEST, MeasuredRates.NONE);
        Seconds plain = plan.placement().seconds();
        Seconds warm = new Seconds(0, 0, plain.denoise(), plain.decode(), plain.write(), 0);
        Seconds next = seconds(MeasuredRates.NONE.with(plan, warm));
        assertThat(next.load()).isEqualTo(plain.load());
        assertThat(next.encode()).isEqualTo(plain.encode());
    }

    @Test
    void theNearestLengthServesAndOtherModelsDoNot() {
        ExecutionPlan large = plan(REQUEST, MeasuredRates.NONE);
        ExecutionPlan tiny = plan(REQUEST.withSize(new Size(64, 64), 5), MeasuredRates.NONE);
        ExecutionPlan other = plan(Requests.of(ModelKind.T2V_A14B), MeasuredRates.NONE);
        MeasuredRates rates = MeasuredRates.NONE
                .with(tiny, times(9, tiny.placement().seconds()))
                .with(large, times(2, large.placement().seconds()))
                .with(other, times(5, other.placement().seconds()));
        PlanRequest smaller = REQUEST.withSize(new Size(640, 352), 121);
        double measured = plan(smaller, rates).placement().seconds().denoise();
        double estimated =
                plan(smaller, MeasuredRates.NONE).placement().seconds().denoise();
        assertThat(measured / estimated).isCloseTo(2, within(1e-9));
    }

    @Test
    void aLengthFarAwayTellsNothing() {
        ExecutionPlan tiny = plan(REQUEST.withSize(new Size(64, 64), 5), MeasuredRates.NONE);
        MeasuredRates rates =
                MeasuredRates.NONE.with(tiny, times(9, tiny.placement().seconds()));
        assertThat(seconds(rates)).isEqualTo(seconds(MeasuredRates.NONE));
    }

    @Test
    void aFileGivesBackWhatWasWritten() {
        ExecutionPlan plan = plan(REQUEST, MeasuredRates.NONE);
        MeasuredRates rates =
                MeasuredRates.NONE.with(plan, times(2, plan.placement().seconds()));
        assertThat(MeasuredRates.read(new ObjectMapper().valueToTree(rates.toJson())))
                .isEqualTo(rates);
    }
}
