package io.github.wan4j.models.plan;

import io.github.wan4j.video.Branch;
import io.github.wan4j.video.RunReport.Choice;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A plan for machines, by the names that results have too. */
final class PlanJson {
    private final ExecutionPlan plan;

    PlanJson(ExecutionPlan plan) {
        this.plan = plan;
    }

    Map<String, Object> toMap() {
        PlanRequest request = plan.request();
        Placement placement = plan.placement();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("model", request.model().name());
        json.put("device", placement.device().name());
        json.put("tier", request.options().tier().label());
        json.put("precision", placement.numerics().products().label());
        json.put("autoencoderPrecision", placement.numerics().autoencoder().label());
        json.put("width", request.size().width());
        json.put("height", request.size().height());
        json.put("frames", request.frames());
        json.put(
                "latents",
                List.of(
                        plan.latent().channels(),
                        plan.latent().frames(),
                        plan.latent().height(),
                        plan.latent().width()));
        json.put("tokens", plan.tokens());
        json.put("solver", request.solver().label());
        json.put("shift", request.shift());
        json.put("cache", cache());
        json.put("mask", plan.mask());
        if (!plan.mask(Branch.UNCOND).equals(plan.mask())) {
            json.put("maskUncond", plan.mask(Branch.UNCOND));
        }
        json.put("steps", plan.steps().stream().map(PlanJson::step).toList());
        json.put("forwards", plan.forwards());
        json.put("forwardsBy", forwardsBy());
        json.put("seconds", placement.seconds().byStage());
        json.put("peakBytes", peakBytes());
        Arrangement arrangement = placement.arrangement();
        json.put("residency", arrangement.residency().toString());
        json.put("textEncoder", arrangement.textEncoder().toString());
        json.put("vaeChunk", arrangement.chunk());
        if (arrangement.tile() != null) {
            json.put("vaeTile", arrangement.tile().toString());
        }
        json.put(
                "memory",
                placement.memory().parts().stream().map(PlanJson::part).toList());
        json.put("batchedGuidance", placement.batchedGuidance());
        json.put("sharedBranches", arrangement.sharesBranches());
        json.put("choices", placement.choices().stream().map(PlanJson::choice).toList());
        json.put("warnings", warnings());
        return json;
    }

    private static Map<String, Object> step(PlannedStep step) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("index", step.index());
        json.put("timestep", step.timestep());
        json.put("sigma", step.sigma());
        json.put("expert", step.expert().label());
        json.put("guidance", step.guidance());
        json.put("compute", Map.of("cond", step.computeCond(), "uncond", step.computeUncond()));
        return json;
    }

    private Map<String, Object> cache() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("method", plan.cache().method().label());
        Double threshold = plan.cache().threshold();
        if (threshold != null && Double.isFinite(threshold)) {
            json.put("threshold", threshold);
        }
        json.put("origin", plan.cache().origin());
        return json;
    }

    private Map<String, Object> forwardsBy() {
        Map<String, Object> json = new LinkedHashMap<>();
        plan.forwardsBy().forEach((expert, branches) -> {
            Map<String, Object> counts = new LinkedHashMap<>();
            branches.forEach((branch, count) -> counts.put(branch.label(), count));
            json.put(expert.label(), counts);
        });
        return json;
    }

    /** On a CPU everything is the host's. */
    private Map<String, @Nullable Object> peakBytes() {
        MemoryEstimate memory = plan.placement().memory();
        boolean gpu = plan.placement().device().gpu();
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("host", gpu ? memory.hostBytes() : memory.hostBytes() + memory.peak());
        json.put("device", gpu ? memory.peak() : null);
        return json;
    }

    private static Map<String, Object> part(MemoryEstimate.Part part) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", part.name());
        json.put("encode", part.encode());
        json.put("denoise", part.denoise());
        json.put("decode", part.decode());
        return json;
    }

    private static Map<String, Object> choice(Choice choice) {
        return Map.of("name", choice.name(), "value", choice.value(), "reason", choice.reason());
    }

    private List<String> warnings() {
        List<String> warnings = new ArrayList<>(plan.placement().warnings());
        warnings.addAll(plan.cache().notes());
        return warnings;
    }
}
