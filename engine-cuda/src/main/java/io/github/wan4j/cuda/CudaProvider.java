package io.github.wan4j.cuda;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.spi.DeviceInfo;
import io.github.wan4j.core.spi.DeviceProvider;
import io.github.wan4j.core.spi.DeviceSession;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.cuda.load.CudaLibraries;
import io.github.wan4j.cuda.load.DeviceProfile;
import io.github.wan4j.cuda.load.Nvml;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The GPUs of NVIDIA; found by the engine through {@link java.util.ServiceLoader}. */
public final class CudaProvider implements DeviceProvider {
    @Override
    public String type() {
        return "cuda";
    }

    @Override
    public boolean prepareNatives(EngineConfig config) {
        return CudaProcess.get().libraries(config.cudaLibraries());
    }

    @Override
    public List<DeviceInfo> devices() {
        CudaProcess process = CudaProcess.get();
        return process.ready()
                ? process.devices().stream()
                        .map(device -> describe(device, process))
                        .toList()
                : List.of();
    }

    @Override
    public Optional<String> obstacle() {
        CudaProcess process = CudaProcess.get();
        process.ready();
        return Optional.ofNullable(process.obstacle());
    }

    @Override
    public boolean isNear() {
        return Nvml.isLoaded();
    }

    /** NVIDIA's libraries: the file, or what is missing and what that costs. Nothing where there is no driver to use them. */
    @Override
    public Map<String, String> findings() {
        Map<String, String> findings = new LinkedHashMap<>();
        if (!Nvml.isLoaded()) {
            return findings;
        }
        findings.put("driver", Nvml.driverVersion() + ", for CUDA up to " + CudaProcess.version(Nvml.cudaVersion()));
        for (CudaLibraries.Found found : CudaLibraries.look(CudaProcess.get().search())) {
            CudaLibraries.Library library = found.library();
            findings.put(
                    library.name(),
                    found.file()
                            .map(Path::toString)
                            .orElse("missing; "
                                    + (library.needed() ? "CUDA cannot do without it: " : "it would bring: ")
                                    + library.use()));
        }
        findings.put(
                "looked in", String.join(", ", CudaProcess.get().search().places()) + ", and the system's own folders");
        return findings;
    }

    @Override
    public DeviceSession open(Device device, EngineConfig config) {
        CudaProcess process = CudaProcess.get();
        DeviceProfile profile = process.devices().get(device.index());
        return new CudaSession(describe(profile, process), profile, config);
    }

    private static DeviceInfo describe(DeviceProfile device, CudaProcess process) {
        Map<String, String> details = new LinkedHashMap<>();
        details.put("compute capability", device.major() + "." + device.minor());
        details.put("driver", Nvml.driverVersion());
        details.put("memory free", String.format(Locale.ROOT, "%.1f GiB", device.freeBytes() / (double) (1 << 30)));
        if (device.powerLimitMilliwatts() > 0) {
            details.put("power limit", device.powerLimitMilliwatts() / 1000 + " W");
        }
        for (DeviceProfile other : process.devices()) {
            if (other.index() != device.index()) {
                Nvml.Link link = Nvml.link(device, other);
                String way = link.nvlink() ? "NVLink" : link.peerAccess() ? "peer access" : "through the host";
                details.put("to cuda:" + other.index(), way);
            }
        }
        for (CudaLibraries.Library library : process.missing()) {
            details.put("missing " + library.name(), "costs " + library.use());
        }
        details.put("allocator", CudaProcess.allocatorSettings());
        return new DeviceInfo(
                Device.cuda(device.index()),
                device.name(),
                device.multiprocessors(),
                "sm_" + device.major() + device.minor(),
                device.totalBytes(),
                details);
    }
}
