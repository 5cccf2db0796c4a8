package io.github.wan4j.cuda.load;

import static org.bytedeco.cuda.global.nvml.*;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.cuda.nvml.nvmlDevice_st;
import org.bytedeco.cuda.nvml.nvmlMemory_t;
import org.bytedeco.cuda.nvml.nvmlPciInfo_t;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;

/** The driver's management library: which GPUs there are and how they fare, without touching CUDA. */
public final class Nvml {
    private static boolean initialised;

    private Nvml() {}

    /** Fails with a sentence where there is no driver of NVIDIA. */
    public static synchronized void load(LibrarySearch search) {
        if (initialised) {
            return;
        }
        List<Path> libraries = new ArrayList<>();
        search.find("libnvidia-ml.so.1").ifPresentOrElse(libraries::add, Nvml::fromTheLinker);
        libraries.add(search.find("libjninvml.so")
                .orElseThrow(() -> new CudaException("the natives for GPUs are not on the class path (libjninvml.so):"
                        + " add org.bytedeco:cuda and org.bytedeco:pytorch with the classifiers linux-x86_64 and"
                        + " linux-x86_64-gpu; the command wan takes them with WAN_NATIVES=gpu")));
        PresetClass.load("org.bytedeco.cuda.global.nvml", libraries);
        check(nvmlInit_v2(), "nvmlInit");
        initialised = true;
    }

    private static void fromTheLinker() {
        try {
            Loader.loadGlobal("libnvidia-ml.so.1");
        } catch (UnsatisfiedLinkError e) {
            throw new CudaException("no NVIDIA driver is installed: libnvidia-ml.so.1 was not found", e);
        }
    }

    /** Whether a driver has answered in this process. */
    public static synchronized boolean isLoaded() {
        return initialised;
    }

    /** For example {@code 580.159.04}. */
    public static String driverVersion() {
        byte[] version = new byte[96];
        check(nvmlSystemGetDriverVersion(version, version.length), "nvmlSystemGetDriverVersion");
        return text(version);
    }

    /** The newest CUDA that the driver supports, for example 13000 for 13.0. */
    public static int cudaVersion() {
        int[] version = {0};
        check(nvmlSystemGetCudaDriverVersion_v2(version), "nvmlSystemGetCudaDriverVersion");
        return version[0];
    }

    /**
     * The devices that {@code CUDA_VISIBLE_DEVICES} leaves, numbered as CUDA numbers them where all are of one kind or
     * {@code CUDA_DEVICE_ORDER=PCI_BUS_ID}.
     */
    public static List<DeviceProfile> devices(Map<String, String> environment) {
        int[] count = {0};
        check(nvmlDeviceGetCount_v2(count), "nvmlDeviceGetCount");
        List<String> uuids = new ArrayList<>();
        for (int i = 0; i < count[0]; i++) {
            uuids.add(uuid(device(i)));
        }
        List<Integer> visible = VisibleDevices.of(environment.get("CUDA_VISIBLE_DEVICES"), uuids);
        List<DeviceProfile> profiles = new ArrayList<>();
        for (int i = 0; i < visible.size(); i++) {
            profiles.add(profile(i, device(visible.get(i))));
        }
        return profiles;
    }

    private static nvmlDevice_st device(int number) {
        nvmlDevice_st device = new nvmlDevice_st();
        check(nvmlDeviceGetHandleByIndex_v2(number, device), "nvmlDeviceGetHandleByIndex");
        return device;
    }

    private static nvmlDevice_st device(String busId) {
        nvmlDevice_st device = new nvmlDevice_st();
        check(nvmlDeviceGetHandleByPciBusId_v2(new BytePointer(busId), device), "nvmlDeviceGetHandleByPciBusId");
        return device;
    }

    private static String uuid(nvmlDevice_st device) {
        byte[] uuid = new byte[96];
        check(nvmlDeviceGetUUID(device, uuid, uuid.length), "nvmlDeviceGetUUID");
        return text(uuid);
    }

    private static DeviceProfile profile(int index, nvmlDevice_st device) {
        byte[] name = new byte[96];
        check(nvmlDeviceGetName(device, name, name.length), "nvmlDeviceGetName");
        int[] major = {0};
        int[] minor = {0};
        check(nvmlDeviceGetCudaComputeCapability(device, major, minor), "nvmlDeviceGetCudaComputeCapability");
        int[] cores = {0};
        check(nvmlDeviceGetNumGpuCores(device, cores), "nvmlDeviceGetNumGpuCores");
        int coresEach = major[0] == 8 && minor[0] == 0 ? 64 : 128;
        int[] limit = {0};
        if (nvmlDeviceGetEnforcedPowerLimit(device, limit) != NVML_SUCCESS) {
            limit[0] = 0; // not every board tells
        }
        try (nvmlPciInfo_t pci = new nvmlPciInfo_t();
                nvmlMemory_t memory = new nvmlMemory_t()) {
            check(nvmlDeviceGetPciInfo_v3(device, pci), "nvmlDeviceGetPciInfo");
            check(nvmlDeviceGetMemoryInfo(device, memory), "nvmlDeviceGetMemoryInfo");
            return new DeviceProfile(
                    index,
                    text(name),
                    pci.busId().getString(),
                    major[0],
                    minor[0],
                    cores[0] / coresEach,
                    memory.total(),
                    memory._free(),
                    limit[0]);
        }
    }

    /** What the device does now. */
    public static Reading read(DeviceProfile profile) {
        nvmlDevice_st device = device(profile.busId());
        int[] milliwatts = {0};
        int[] megahertz = {0};
        long[] reasons = {0};
        check(nvmlDeviceGetPowerUsage(device, milliwatts), "nvmlDeviceGetPowerUsage");
        check(nvmlDeviceGetClockInfo(device, NVML_CLOCK_SM, megahertz), "nvmlDeviceGetClockInfo");
        check(nvmlDeviceGetCurrentClocksEventReasons(device, reasons), "nvmlDeviceGetCurrentClocksEventReasons");
        return new Reading(milliwatts[0], celsius(device), megahertz[0], reasons[0]);
    }

    @SuppressWarnings("deprecation") // its successor is not in older drivers
    private static int celsius(nvmlDevice_st device) {
        int[] celsius = {0};
        check(nvmlDeviceGetTemperature(device, NVML_TEMPERATURE_GPU, celsius), "nvmlDeviceGetTemperature");
        return celsius[0];
    }

    /** Power, temperature, clock, and why the clock is no higher (4 power cap, 8 hardware, 32 and 64 heat, 128 power brake). */
    public record Reading(int milliwatts, int celsius, int megahertz, long clockReasons) {
        /** Whether something other than having nothing to do or having reached the top holds the clock down. */
        public boolean isThrottled() {
            return (clockReasons & (4 | 8 | 32 | 64 | 128)) != 0;
        }
    }

    /** Whether two devices reach each other's memory, and over NVLink. */
    public static Link link(DeviceProfile a, DeviceProfile b) {
        nvmlDevice_st from = device(a.busId());
        nvmlDevice_st to = device(b.busId());
        return new Link(
                status(from, to, NVML_P2P_CAPS_INDEX_READ) && status(from, to, NVML_P2P_CAPS_INDEX_WRITE),
                status(from, to, NVML_P2P_CAPS_INDEX_NVLINK));
    }

    /** How two devices are connected. */
    public record Link(boolean peerAccess, boolean nvlink) {}

    private static boolean status(nvmlDevice_st from, nvmlDevice_st to, int capability) {
        int[] status = {0};
        check(nvmlDeviceGetP2PStatus(from, to, capability, status), "nvmlDeviceGetP2PStatus");
        return status[0] == NVML_P2P_STATUS_OK;
    }

    private static String text(byte[] terminated) {
        String all = new String(terminated, StandardCharsets.UTF_8);
        int end = all.indexOf('\0');
        return end < 0 ? all : all.substring(0, end);
    }

    private static void check(int status, String call) {
        if (status != NVML_SUCCESS) {
            throw new CudaException(call + ": " + nvmlErrorString(status).getString());
        }
    }
}
