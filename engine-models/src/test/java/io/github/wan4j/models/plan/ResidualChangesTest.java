package io.github.wan4j.models.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.wan4j.models.plan.Calibration.Subject;
import io.github.wan4j.models.plan.TeaCache.Polynomial;
import io.github.wan4j.video.Branch;
import io.github.wan4j.video.Expert;
import io.github.wan4j.video.ModelKind;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

class ResidualChangesTest {
    private static final Subject SUBJECT = new Subject("test", ModelKind.T2V_A14B, 5120, 40, "12ab");
    private static final ExecutionPlan PLAN = Planner.plan(Requests.of(ModelKind.T2V_A14B));

    /** Embeddings that move by 0.01·(i + 1) of their size at the i-th step of an expert. */
    private static final Numbers NUMBERS = Numbers.of(i -> {
        double size = 1;
        for (int j = 1; j <= i; j++) {
            size *= 1 + 0.01 * (j + 1);
        }
        return size;
    });

    private static ResidualChanges changes(DoubleUnaryOperator movedBy, double... factors) {
        ResidualChanges changes = new ResidualChanges(PLAN);
        int inExpert = 0;
        for (PlannedStep step : PLAN.steps()) {
            boolean first =
                    step.index() == 0 || PLAN.steps().get(step.index() - 1).expert() != step.expert();
            inExpert = first ? 0 : inExpert + 1;
            for (double factor : factors) {
                if (!first) {
                    double moved = movedBy.applyAsDouble(0.01 * (inExpert + 1));
                    changes.add(step, Branch.COND, 1 - 0.001 * step.index() * factor, moved);
                    changes.add(step, Branch.UNCOND, 1 + 0.001 * step.index() * factor, moved);
                }
            }
        }
        return changes;
    }

    @Test
    void ratiosAreTheMeansOfAllRunsFromEachExpertsSecondStepOn() {
        Calibration calibration = changes(x -> x, 1, 3).calibration(SUBJECT, NUMBERS, 2);
        assertThat(calibration.ratios(Expert.HIGH, Branch.COND)).hasSize(25).startsWith(0.998, 0.996);
        assertThat(calibration.ratios(Expert.LOW, Branch.UNCOND)).hasSize(13).startsWith(1.054);
        assertThat(calibration.runs().prompts()).isEqualTo(2);
        assertThat(calibration.runs().steps()).isEqualTo(40);
    }

    @Test
    void aPolynomialIsFoundByHowFarTheEmbeddingsMove() {
        Calibration calibration = changes(x -> 0.5 * x * x + 2 * x, 1).calibration(SUBJECT, NUMBERS, 1);
        for (boolean ret : new boolean[] {false, true}) {
            Polynomial polynomial = calibration.polynomial(Expert.LOW, ret).orElseThrow();
            assertThat(polynomial.at(0)).isZero();
            assertThat(polynomial.at(0.2)).isCloseTo(0.42, within(1e-4));
        }
    }

    @Test
    void whatWouldFallBeyondTheStepsThatWereSeenBecomesALine() {
        Calibration calibration = changes(x -> x - 3 * x * x, 1).calibration(SUBJECT, NUMBERS, 1);
        Polynomial polynomial = calibration.polynomial(Expert.HIGH, false).orElseThrow();
        assertThat(polynomial.coefficients()).hasSize(2);
        assertThat(polynomial.at(1)).isBetween(0.1, 1.0);
    }

    @Test
    void aRunThatIsNoNumberIsRefused() {
        ResidualChanges changes = new ResidualChanges(PLAN);
        assertThatThrownBy(() -> changes.add(PLAN.steps().get(3), Branch.COND, Double.NaN, 0.1))
                .hasMessageContaining("step 4");
        assertThatThrownBy(() -> changes.calibration(SUBJECT, NUMBERS, 1)).hasMessageContaining("was not computed");
    }
}
