/**
 * What a kind of device has to offer so that the engine can run on it.
 *
 * <p>A {@link io.github.wan4j.core.spi.DeviceProvider} is found by {@link java.util.ServiceLoader}: having its artifact on
 * the class path is all it takes. The CPU's is built in. An engine opens one {@link
 * io.github.wan4j.core.spi.DeviceSession} per device it uses; models see none of this, they are handed a session's
 * kernels and weights.
 */
@org.jspecify.annotations.NullMarked
package io.github.wan4j.core.spi;
