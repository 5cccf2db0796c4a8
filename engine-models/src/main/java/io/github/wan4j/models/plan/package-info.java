/**
 * What a job will do, worked out before anything touches a device: {@link io.github.wan4j.models.plan.Planner} turns a
 * {@link io.github.wan4j.models.plan.PlanRequest} into an {@link io.github.wan4j.models.plan.ExecutionPlan}, and the
 * denoise loop reads everything off that: timestep, expert, guidance, which branches are computed and which reused.
 *
 * <p>All of it is plain arithmetic on plain data, the same on every machine, and none of it knows of tensors.
 */
@NullMarked
package io.github.wan4j.models.plan;

import org.jspecify.annotations.NullMarked;
