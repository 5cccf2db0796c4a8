package io.github.wan4j.models.pipeline;

import io.github.wan4j.core.Precision;
import io.github.wan4j.core.spi.Safety;
import io.github.wan4j.models.plan.ExecutionPlan;
import io.github.wan4j.models.plan.PlanOptions;
import io.github.wan4j.models.plan.Planner;
import io.github.wan4j.models.plan.Products;

/**
 * How a job computes, as far as that may change when an attempt fails. Plain data.
 *
 * @param plan what is computed and what reused, in which numbers and from where
 * @param kernels how much the device's kernels dare
 * @param autoencoder in which numbers latents are encoded and decoded
 */
record Route(ExecutionPlan plan, Safety kernels, Precision autoencoder) {
    Route with(ExecutionPlan other) {
        return new Route(other, kernels, autoencoder);
    }

    Route withPlainKernels() {
        return new Route(plan, Safety.PLAIN, autoencoder);
    }

    Route withFp32Autoencoder() {
        return new Route(plan, kernels, Precision.FP32);
    }

    /** Every step computed. */
    Route withoutReuse() {
        return plan.reuses() ? with(again(options().withoutReuse())) : this;
    }

    /** Products in bf16 where the plan has fp8. */
    Route withoutFp8() {
        boolean fp8 = plan.placement().numerics().products() == Products.FP8;
        return fp8 ? with(again(options().withPrecision(Products.BF16))) : this;
    }

    private PlanOptions options() {
        return plan.request().options();
    }

    private ExecutionPlan again(PlanOptions options) {
        return Planner.again(plan, options);
    }
}
