/**
 * How an engine starts and on what it runs.
 *
 * <p>{@link io.github.wan4j.core.runtime.Devices} finds the providers and opens sessions. Before the first one, {@link
 * io.github.wan4j.core.runtime.Natives} decides which native libraries this process takes and loads them, once. What
 * libtorch keeps per process rather than per engine (threads, TF32, …) is held in {@link
 * io.github.wan4j.core.runtime.ProcessSettings}: the first engine sets it, the last one puts it back. Each session has one
 * {@link io.github.wan4j.core.runtime.EngineThread}.
 */
@org.jspecify.annotations.NullMarked
package io.github.wan4j.core.runtime;
