package io.github.wan4j.cuda.load;

import java.util.Locale;

/**
 * One GPU as the driver describes it. {@code index} is CUDA's number of it; {@code busId} names it for good; a power limit of 0
 * means that the driver does not tell.
 */
public record DeviceProfile(
        int index,
        String name,
        String busId,
        int major,
        int minor,
        int multiprocessors,
        long totalBytes,
        long freeBytes,
        int powerLimitMilliwatts) {
    /** Whether it has the instructions that cuDNN's fused attention wants (Hopper and later). */
    public boolean isHopperOrLater() {
        return major >= 9;
    }

    /** Whether it has products by groups of four warps, which no later one has. */
    public boolean isHopper() {
        return major == 9 && minor == 0;
    }

    /** Whether it has products of e4m3 (Ada, Hopper and later). */
    public boolean hasFp8() {
        return major > 8 || (major == 8 && minor >= 9);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "cuda:%d %s, compute capability %d.%d, %d multiprocessors, %.1f of %.1f GiB free%s",
                index,
                name,
                major,
                minor,
                multiprocessors,
                freeBytes / 1073741824.0,
                totalBytes / 1073741824.0,
                powerLimitMilliwatts > 0 ? ", " + powerLimitMilliwatts / 1000 + " W" : "");
    }
}
