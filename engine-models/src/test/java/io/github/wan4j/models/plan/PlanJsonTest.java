package io.github.wan4j.models.plan;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.wan4j.video.CachePolicy;
import io.github.wan4j.video.CachePolicy.Method;
import io.github.wan4j.video.ModelKind;
import io.github.wan4j.video.Tier;
import org.junit.jupiter.api.Test;

class PlanJsonTest {
    private static JsonNode json(ExecutionPlan plan) {
        return new ObjectMapper().valueToTree(plan.toJson());
    }

    @Test
    void hasTheNamesThatResultsHave() {
        ExecutionPlan plan = PlanTextTest.plan(ModelKind.T2V_A14B, Tier.BALANCED, "h200");
        JsonNode json = json(plan);
        assertThat(json.get("mask").asText()).isEqualTo(plan.mask());
        assertThat(json.has("maskUncond")).isFalse();
        assertThat(json.get("forwards").asInt()).isEqualTo(plan.forwards());
        assertThat(json.get("forwardsBy").get("high").get("cond").asInt()
                        + json.get("forwardsBy").get("high").get("uncond").asInt()
                        + json.get("forwardsBy").get("low").get("cond").asInt()
                        + json.get("forwardsBy").get("low").get("uncond").asInt())
                .isEqualTo(plan.forwards());
        JsonNode step = json.get("steps").get(10);
        assertThat(step.toString()).isEqualTo("""
                        {"index":10,"timestep":972.0,"sigma":%s,"expert":"high","guidance":4.0,"compute":%s}""".formatted(plan.steps().get(10).sigma(), step.get("compute")));
        assertThat(step.get("compute").get("cond").isBoolean()).isTrue();
        assertThat(json.get("seconds").fieldNames())
                .toIterable()
                .containsExactly("load", "encode", "denoise", "decode", "write", "total");
        assertThat(json.get("peakBytes").get("device").asLong())
                .isEqualTo(plan.placement().memory().peak());
        assertThat(json.get("precision").asText()).isEqualTo("fp8");
    }

    @Test
    void aSecondMaskAppearsWhereTheBranchesDiffer() {
        PlanRequest request = Requests.of(ModelKind.I2V_A14B);
        ExecutionPlan plan =
                Planner.plan(request.with(request.options().withCache(CachePolicy.of(Method.MAGCACHE_PUBLISHED))));
        assertThat(json(plan).get("maskUncond").asText()).isEqualTo("#################..#..#..#..#.#.#.######");
    }

    @Test
    void onACpuThereIsNoDeviceMemory() {
        assertThat(json(Planner.plan(Requests.of(ModelKind.TI2V_5B)))
                        .get("peakBytes")
                        .get("device")
                        .isNull())
                .isTrue();
    }
}
