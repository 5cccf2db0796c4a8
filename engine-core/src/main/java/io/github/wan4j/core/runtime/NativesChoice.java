package io.github.wan4j.core.runtime;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.spi.DeviceProvider;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Which build of the natives to load. With both on the class path JavaCPP would begin with the GPU's, fall back to the
 * CPU's when a CUDA library is missing, and two copies of libtorch in one process abort it.
 *
 * @param extension of JavaCPP's platform: empty for the CPU build, {@code -gpu} for the other
 */
record NativesChoice(String extension, String reason) {
    private static final String GPU = "-gpu";
    private static final String PROPERTY = "org.bytedeco.javacpp.platform.extension";

    boolean gpu() {
        return extension.equals(GPU);
    }

    static NativesChoice decide(List<DeviceProvider> providers, EngineConfig config) {
        return decide(
                System.getProperty(PROPERTY),
                Artifacts.nativesOnClassPath("pytorch", ""),
                Artifacts.nativesOnClassPath("pytorch", GPU),
                () -> prepared(providers, config));
    }

    /** @param usable asked only where the answer matters */
    static NativesChoice decide(@Nullable String asked, boolean cpuThere, boolean gpuThere, BooleanSupplier usable) {
        if (asked != null) {
            return new NativesChoice(asked, "asked for by the property " + PROPERTY);
        }
        if (!gpuThere) {
            return new NativesChoice("", cpuThere ? "only the CPU build is there" : "no build is on the class path");
        }
        boolean gpuUsable = usable.getAsBoolean();
        if (!cpuThere) {
            return new NativesChoice(
                    GPU, gpuUsable ? "only the GPU build is there" : "only the GPU build is there; no GPU can be used");
        }
        return gpuUsable
                ? new NativesChoice(GPU, "both builds are there and a GPU can be used")
                : new NativesChoice("", "both builds are there and no GPU can be used");
    }

    private static boolean prepared(List<DeviceProvider> providers, EngineConfig config) {
        boolean prepared = false;
        for (DeviceProvider provider : providers) {
            prepared |= provider.prepareNatives(config);
        }
        return prepared;
    }
}
