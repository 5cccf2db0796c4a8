package io.github.wan4j.cuda.compile;

import io.github.wan4j.cuda.load.CudaException;
import java.util.Arrays;

/**
 * What to compile for: machine code of a GPU ({@code sm_90a}) or, for a GPU newer than the compiler, the intermediate code of
 * the newest one it knows, which the driver translates.
 */
public record Architecture(String name) {
    private static final int OLDEST = 80;
    private static final int FIRST_WITH_OWN_INSTRUCTIONS = 90;

    /** For compute capability {@code major.minor}; {@code supported} holds the numbers that the compiler knows, such as 90. */
    public static Architecture of(int major, int minor, int... supported) {
        int wanted = major * 10 + minor;
        if (wanted < OLDEST) {
            throw new CudaException("a GPU of compute capability " + major + "." + minor
                    + " is too old: the kernels need 8.0 (Ampere) or later");
        }
        if (Arrays.stream(supported).anyMatch(known -> known == wanted)) {
            return new Architecture("sm_" + wanted + (wanted >= FIRST_WITH_OWN_INSTRUCTIONS ? "a" : ""));
        }
        int newest = Arrays.stream(supported)
                .filter(known -> known < wanted)
                .max()
                .orElseThrow(() -> new CudaException("the run-time compiler knows no architecture up to " + wanted));
        return new Architecture("compute_" + newest);
    }

    boolean isMachineCode() {
        return name.startsWith("sm_");
    }

    @Override
    public String toString() {
        return name;
    }
}
