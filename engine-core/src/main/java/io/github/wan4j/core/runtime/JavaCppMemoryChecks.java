package io.github.wan4j.core.runtime;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Pointer;

/**
 * JavaCPP compares the process's size with a limit at every allocation, and collects garbage and sleeps beyond it. The
 * check costs as much as a small operation and counts mapped files, so that a model of 57 GB trips it. It is read once,
 * when JavaCPP's {@link Pointer} is initialised.
 */
final class JavaCppMemoryChecks {
    private static final List<String> PROPERTIES =
            List.of("org.bytedeco.javacpp.maxPhysicalBytes", "org.bytedeco.javacpp.maxBytes");

    private JavaCppMemoryChecks() {}

    /** What the user has set stays. Has no effect once somebody has used JavaCPP. */
    static void switchOff() {
        for (String property : PROPERTIES) {
            if (System.getProperty(property) == null) {
                System.setProperty(property, "0");
            }
        }
    }

    /** Initialises {@link Pointer}, if nobody has, and says what it has read. */
    static List<String> warnings() {
        List<String> limits = new ArrayList<>();
        if (Pointer.maxPhysicalBytes() > 0) {
            limits.add("maxPhysicalBytes = " + Pointer.maxPhysicalBytes());
        }
        if (Pointer.maxBytes() > 0) {
            limits.add("maxBytes = " + Pointer.maxBytes());
        }
        return limits.isEmpty()
                ? List.of()
                : List.of("JavaCPP checks its memory limits (" + String.join(", ", limits)
                        + ") at every tensor operation, which doubles their cost and fails with large models; start java with -D"
                        + String.join("=0 -D", PROPERTIES) + "=0");
    }
}
