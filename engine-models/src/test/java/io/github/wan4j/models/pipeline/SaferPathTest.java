package io.github.wan4j.models.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.core.Precision;
import io.github.wan4j.core.spi.Safety;
import io.github.wan4j.models.plan.DeviceProfile;
import io.github.wan4j.models.plan.ModelShape;
import io.github.wan4j.models.plan.PlanOptions;
import io.github.wan4j.models.plan.PlanRequest;
import io.github.wan4j.models.plan.Planner;
import io.github.wan4j.models.plan.Products;
import io.github.wan4j.video.GenerationCancelledException;
import io.github.wan4j.video.Guidance;
import io.github.wan4j.video.ModelKind;
import io.github.wan4j.video.RunReport;
import io.github.wan4j.video.Size;
import io.github.wan4j.video.Solver;
import io.github.wan4j.video.Stage;
import io.github.wan4j.video.Tier;
import io.github.wan4j.video.UnusableOutputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SaferPathTest {
    private final RuntimeException unusable = new UnusableOutputException("not finite");

    /** T2V-A14B on an H200, where a tier above has everything on that can be left out. */
    private static Route route(Tier tier) {
        PlanRequest request = new PlanRequest(
                ModelShape.of(ModelKind.T2V_A14B),
                new Size(832, 480),
                81,
                40,
                12,
                Solver.UNIPC,
                new Guidance(3, 4),
                PlanOptions.DEFAULT.withTier(tier));
        return new Route(Planner.plan(request, DeviceProfile.named("h200"), null), Safety.FAST, Precision.BF16);
    }

    private static SaferPath path() {
        return new SaferPath(List.of(Safety.values()));
    }

    @Test
    void samplesWithoutFp8AndOwnKernelsAndReuse() {
        Detour detour =
                path().next(route(Tier.BALANCED), Stage.DENOISE, unusable).orElseThrow();
        assertThat(detour.change())
                .isEqualTo("every step computed, products in bf16 instead of fp8, plain kernels and attention");
        Route safer = detour.route();
        assertThat(safer.plan().placement().numerics().products()).isEqualTo(Products.BF16);
        assertThat(safer.plan().mask()).isEqualTo("#".repeat(40));
        assertThat(safer.kernels()).isEqualTo(Safety.PLAIN);
        assertThat(safer.autoencoder()).isEqualTo(Precision.BF16);
    }

    @Test
    void decodesInFp32WithPlainKernels() {
        Route route = route(Tier.BALANCED);
        Detour detour = path().next(route, Stage.DECODE, unusable).orElseThrow();
        assertThat(detour.change()).isEqualTo("plain kernels and attention, autoencoder in fp32");
        assertThat(detour.route()).isEqualTo(new Route(route.plan(), Safety.PLAIN, Precision.FP32));
    }

    @Test
    void leavesOutOnlyWhatIsThere() {
        assertThat(path().next(route(Tier.EXACT), Stage.DENOISE, unusable)
                        .orElseThrow()
                        .change())
                .isEqualTo("plain kernels and attention");
        assertThat(new SaferPath(List.of(Safety.FAST)).next(route(Tier.EXACT), Stage.DENOISE, unusable))
                .isEmpty();
    }

    @Test
    void isGoneOnceAndForOutputThatCannotBeUsedAlone() {
        SaferPath path = path();
        Route route = route(Tier.QUALITY);
        assertThat(path.next(route, Stage.DECODE, new IllegalStateException("else")))
                .isEmpty();
        assertThat(path.next(route, Stage.DECODE, unusable)).isPresent();
        assertThat(path.next(route, Stage.DENOISE, unusable)).isEmpty();
    }

    @Test
    void takesEveryRungOfALadderAndKeepsTheRoute() {
        Ladder smaller = (route, stage, failure) -> route.autoencoder() == Precision.FP32
                ? Optional.empty()
                : Optional.of(
                        route.kernels() == Safety.FAST
                                ? new Detour(route.withPlainKernels(), "first")
                                : new Detour(route.withFp32Autoencoder(), "second"));
        List<RunReport.Retry> told = new ArrayList<>();
        Attempts attempts = new Attempts(route(Tier.EXACT), List.of(smaller), told::add);
        Route taken = attempts.run(Stage.DECODE, route -> {
            if (route.autoencoder() == Precision.BF16) {
                throw new IllegalStateException("too large");
            }
            return route;
        });
        assertThat(taken).isEqualTo(attempts.route());
        assertThat(told)
                .containsExactly(
                        new RunReport.Retry(Stage.DECODE, "too large", "first"),
                        new RunReport.Retry(Stage.DECODE, "too large", "second"));
        assertThatThrownBy(() -> attempts.run(Stage.WRITE, route -> {
                    throw new IllegalStateException("still too large");
                }))
                .hasMessage("still too large");
    }

    @Test
    void neverRepeatsWhatWasCancelledOrHasLeft() {
        Ladder any = (route, stage, failure) -> Optional.of(new Detour(route, "again"));
        Attempts attempts = new Attempts(route(Tier.EXACT), List.of(any), retry -> {
            throw new AssertionError(retry);
        });
        assertThatThrownBy(() -> attempts.run(Stage.DENOISE, route -> {
                    throw new GenerationCancelledException("stop");
                }))
                .isInstanceOf(GenerationCancelledException.class);
        assertThatThrownBy(() -> attempts.run(Stage.DECODE, failure -> false, route -> {
                    throw unusable;
                }))
                .isSameAs(unusable);
    }
}
