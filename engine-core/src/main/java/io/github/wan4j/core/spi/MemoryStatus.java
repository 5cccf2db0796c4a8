package io.github.wan4j.core.spi;

import java.util.OptionalLong;

/**
 * A device's memory at one moment, in bytes.
 *
 * @param total all there is, within what this process may use
 * @param free what could still be allocated; memory that others can be made to give up counts
 * @param used what this process holds; empty where the system does not tell
 * @param peak the most it held since the device was opened; empty where the system does not tell
 */
public record MemoryStatus(long total, long free, OptionalLong used, OptionalLong peak) {}
