package io.github.wan4j.core.runtime;

import io.github.wan4j.core.AttentionBackend;
import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.EngineStartException;
import io.github.wan4j.core.KernelSet;
import io.github.wan4j.core.kernels.CpuKernels;
import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.kernels.ReferenceKernels;
import io.github.wan4j.core.kernels.SimulatedAttention8;
import io.github.wan4j.core.spi.DeviceInfo;
import io.github.wan4j.core.spi.DeviceSession;
import io.github.wan4j.core.spi.MemoryStatus;
import io.github.wan4j.core.tensor.Functional;
import io.github.wan4j.core.weights.ResidentStore;
import io.github.wan4j.core.weights.WeightStore;
import java.util.List;
import java.util.concurrent.Callable;

/** The CPU: one thread that leads, and as many of libtorch's as the configuration lets it take. */
final class CpuSession implements DeviceSession {
    private final DeviceInfo info;
    private final Kernels kernels;
    private final ProcessSettings.Hold settings;
    private final EngineThread thread;
    private final List<String> warnings;

    /** @param warnings why it is the CPU, where that may surprise */
    CpuSession(DeviceInfo info, EngineConfig config, List<String> warnings) {
        this.info = info;
        this.warnings = List.copyOf(warnings);
        Natives.load(config);
        kernels = kernels(config);
        settings = ProcessSettings.hold(List.of(CpuThreads.wish(config.cpuThreads())));
        try {
            thread = EngineThread.start("wan4j-cpu", true, () -> {
                CpuThreads.onThisThread(config.cpuThreads());
                return () -> {};
            });
        } catch (Throwable t) {
            settings.close();
            throw t;
        }
    }

    private static Kernels kernels(EngineConfig config) {
        boolean plain = config.kernels() == KernelSet.REFERENCE;
        if (config.attention() == AttentionBackend.FP8) {
            if (!plain) {
                throw new EngineStartException(
                        "attention=fp8 needs a GPU (Hopper or later) and the device is the CPU; take"
                                + " attention=auto, or kernels=reference to simulate its arithmetic slowly");
            }
            return new SimulatedAttention8();
        }
        return plain || !Functional.hasOneDnn() ? new ReferenceKernels() : new CpuKernels(); // Apple's builds have none
    }

    @Override
    public DeviceInfo info() {
        return info;
    }

    @Override
    public List<String> warnings() {
        return warnings;
    }

    @Override
    public Kernels kernels() {
        return kernels;
    }

    @Override
    public WeightStore openWeights() {
        return new ResidentStore(info.device(), kernels);
    }

    @Override
    public MemoryStatus memory() {
        return HostMemory.now();
    }

    @Override
    public <T> T call(Callable<T> work) {
        return thread.call(work);
    }

    @Override
    public boolean onThread() {
        return thread.onThread();
    }

    /** Every operation has finished when it returns. */
    @Override
    public void synchronize() {}

    @Override
    public void close() {
        try {
            thread.close();
        } finally {
            settings.close();
        }
    }
}
