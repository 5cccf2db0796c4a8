/**
 * From noise to latents: the noise levels of a run ({@link io.github.wan4j.models.sampler.Schedule}) and the rules that
 * take the latents from one to the next ({@link io.github.wan4j.models.sampler.Sampler}).
 *
 * <p>Every scalar of every step follows from the schedule alone, so each rule works its coefficients out in float64
 * before the run; what is left for the device is one weighted sum of tensors at a time. The arithmetic is clean fp32:
 * the bf16 roundings that the reference's autocast adds to UniPC's history are left out.
 */
@NullMarked
package io.github.wan4j.models.sampler;

import org.jspecify.annotations.NullMarked;
