/**
 * From a request to frames.
 *
 * <pre>
 * VideoRequest ─ RequestCheck ─► ResolvedRequest ─ Planner ─► ExecutionPlan
 *                                       │
 *       JobQueue ─► RunningJob ─► Pipeline: prompts ─► Conditioning ─► DenoiseLoop ─► FrameStream ─► FrameSink
 * </pre>
 *
 * <p>{@link io.github.wan4j.models.pipeline.Parts} loads and owns the networks; {@link
 * io.github.wan4j.models.pipeline.Conditioning} is all in which the three kinds of models differ. Everything that touches a
 * tensor runs on the device session's thread.
 */
@org.jspecify.annotations.NullMarked
package io.github.wan4j.models.pipeline;
