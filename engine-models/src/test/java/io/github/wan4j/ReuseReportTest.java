package io.github.wan4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.wan4j.models.plan.ExecutionPlan;
import io.github.wan4j.video.CachePolicy;
import io.github.wan4j.video.RunReport;
import io.github.wan4j.video.VideoRequest;
import org.junit.jupiter.api.Test;

/** What a result says of the steps that were reused. */
class ReuseReportTest {
    private static VideoRequest request(int steps, CachePolicy cache) {
        return SmallJobs.request().steps(steps).cache(cache).build();
    }

    private static RunReport.Choice reuse(RunReport report) {
        return report.choices().stream()
                .filter(choice -> choice.name().equals("cache"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void whichWereAndWhereTheNumbersBehindItCameFrom() {
        try (VideoEngine engine = VideoEngine.open("mini-ti2v")) {
            for (CachePolicy cache : new CachePolicy[] {CachePolicy.magCache(), CachePolicy.teaCache()}) {
                VideoRequest request = request(16, cache);
                ExecutionPlan plan = engine.plan(request);
                RunReport report = engine.generate(request).report();
                assertThat(report.mask()).contains(".").isEqualTo(plan.mask());
                assertThat(report.forwardsBy()).isEqualTo(plan.forwardsBy());
                assertThat(reuse(report).value()).isEqualTo(cache.method().label());
                assertThat(reuse(report).reason())
                        .isEqualTo(plan.cache().toString())
                        .contains("mini-ti2v, shipped with the model");
            }
        }
    }

    @Test
    void thatNothingIsReusedWhereStepsAreTooFew() {
        try (VideoEngine engine = VideoEngine.open("mini-ti2v")) {
            RunReport report =
                    engine.generate(request(2, CachePolicy.magCache())).report();
            assertThat(report.mask()).isEqualTo("##");
            assertThat(reuse(report).value()).isEqualTo("none");
            assertThat(report.warnings())
                    .containsOnlyOnce("nothing is reused: 2 steps are too few, it takes more than 8");
        }
    }
}
