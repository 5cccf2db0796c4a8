package io.github.wan4j.models.plan;

import io.github.wan4j.models.plan.TeaCache.Polynomial;
import io.github.wan4j.models.sampler.Schedule;
import io.github.wan4j.video.CachePolicy;
import io.github.wan4j.video.CachePolicy.Method;
import io.github.wan4j.video.Expert;
import io.github.wan4j.video.InvalidRequestException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Decides by TeaCache: with which polynomials, up to a threshold or for a speed-up. */
final class TeaCacheRules {
    private final PlanRequest request;
    private final StepGrid grid;
    private final LatentShape latent;
    private final boolean ret;
    private final CachePolicy policy;

    TeaCacheRules(PlanRequest request, StepGrid grid, LatentShape latent, CachePolicy policy) {
        this.request = request;
        this.grid = grid;
        this.latent = latent;
        this.policy = policy;
        ret = Boolean.TRUE.equals(policy.ret());
    }

    CacheDecision decide(Schedule schedule, @Nullable ModelNumbers numbers) {
        Map<Expert, Polynomial> polynomials = polynomials(numbers == null ? Optional.empty() : numbers.calibration());
        if (numbers == null) {
            throw new InvalidRequestException(
                    "teacache decides from time embeddings, which are computed from the weights of"
                            + " a model: give a folder with weights instead of the bare name "
                            + request.model().name() + ", or take magcache");
        }
        TeaCache.Embeddings embeddings = TeaCache.Embeddings.of(request, latent, numbers, ret);
        Reuse reuse = new Reuse(
                grid,
                this::isAlwaysComputed,
                new TeaCache(grid, TeaCache.distances(grid, schedule::timestep, embeddings), polynomials));
        Double speedup = request.options().speedup();
        double threshold = policy.threshold() == null ? CachePolicy.DEFAULT_TEACACHE_THRESHOLD : policy.threshold();
        Reuse.Decision decision =
                speedup == null ? reuse.below(threshold) : reuse.forSpeedup(speedup, request.uncachedForwards());
        return CacheDecision.of(Method.TEACACHE, decision, origin(polynomials), List.of());
    }

    /** The first of the run and, in ret mode, the first of each expert. */
    private boolean isAlwaysComputed(int step) {
        return step < TeaCache.alwaysComputed(grid.steps())
                || (ret && grid.isAmongFirst(step, expert -> TeaCache.FIRST_STEPS));
    }

    /** What was fitted for each expert; else what was published for the model, or for the one nearest to it. */
    private Map<Expert, Polynomial> polynomials(Optional<Calibration> calibration) {
        Map<Expert, Polynomial> polynomials = new EnumMap<>(Expert.class);
        for (Run run : grid.runs()) {
            Optional<Polynomial> fitted = calibration.flatMap(found -> found.polynomial(run.expert(), ret));
            polynomials.put(run.expert(), fitted.orElseGet(this::published));
        }
        return polynomials;
    }

    private Polynomial published() {
        Polynomial published = Polynomial.published(request.model().kind(), ret, latent.tokens());
        if (published == null) {
            throw new InvalidRequestException(
                    "no ret polynomial was published for " + request.model().kind() + ", take the no-ret mode");
        }
        return published;
    }

    /** Where the polynomials came from, by expert if not from the same place. */
    private static String origin(Map<Expert, Polynomial> polynomials) {
        List<String> origins =
                polynomials.values().stream().map(Polynomial::origin).distinct().toList();
        return origins.size() == 1
                ? origins.get(0)
                : polynomials.entrySet().stream()
                        .map(entry -> entry.getValue().origin() + " ("
                                + entry.getKey().label() + ")")
                        .collect(Collectors.joining("; "));
    }
}
