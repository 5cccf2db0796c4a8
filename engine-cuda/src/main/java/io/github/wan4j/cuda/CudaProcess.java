package io.github.wan4j.cuda;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.EngineStartException;
import io.github.wan4j.core.runtime.Natives;
import io.github.wan4j.core.spi.Choice;
import io.github.wan4j.cuda.load.CudaException;
import io.github.wan4j.cuda.load.CudaLibraries;
import io.github.wan4j.cuda.load.DeviceProfile;
import io.github.wan4j.cuda.load.LibrarySearch;
import io.github.wan4j.cuda.load.Nvml;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch_cuda;
import org.jspecify.annotations.Nullable;

/**
 * CUDA in this process: found and loaded once, in two steps. First the driver and NVIDIA's libraries, before libtorch, so that its
 * build for GPUs finds them; then that build itself.
 */
final class CudaProcess {
    private static final int CUDA_13 = 13000;
    private static final String ALLOCATOR_SETTINGS = "expandable_segments:True,garbage_collection_threshold:0.8";
    private static final List<String> ALLOCATOR_VARIABLES = List.of("PYTORCH_CUDA_ALLOC_CONF", "PYTORCH_ALLOC_CONF");

    private static @Nullable CudaProcess instance;

    private LibrarySearch search = LibrarySearch.of(List.of());
    private List<DeviceProfile> devices = List.of();
    private List<CudaLibraries.Library> missing = List.of();
    private @Nullable String obstacle;
    private boolean librariesTried;
    private boolean torchTried;

    private CudaProcess() {}

    static synchronized CudaProcess get() {
        if (instance == null) {
            instance = new CudaProcess();
        }
        return instance;
    }

    /** The first step: whether a driver, a device and the libraries are there. {@code named} counts on the first call. */
    synchronized boolean libraries(List<Path> named) {
        if (!librariesTried) {
            librariesTried = true;
            search = LibrarySearch.of(named);
            try {
                Nvml.load(search);
                List<DeviceProfile> found = Nvml.devices(System.getenv());
                if (found.isEmpty()) {
                    throw new CudaException("the driver offers no GPU" + visible());
                }
                if (Nvml.cudaVersion() < CUDA_13) {
                    throw new CudaException("driver " + Nvml.driverVersion() + " supports CUDA "
                            + version(Nvml.cudaVersion()) + "; CUDA 13 needs driver 580 or later");
                }
                missing = CudaLibraries.load(search);
                devices = found;
            } catch (CudaException e) {
                obstacle = e.getMessage();
            }
        }
        return obstacle == null;
    }

    /** Both steps: whether models can run on a GPU in this process. */
    synchronized boolean ready() {
        // a process whose natives were chosen by a property never asked for the first step
        if (!librariesTried && !libraries(EngineConfig.fromEnvironment().cudaLibraries())) {
            return false;
        }
        if (obstacle != null) {
            return false;
        }
        if (!torchTried) {
            torchTried = true;
            try {
                loadTorch();
            } catch (CudaException | EngineStartException e) {
                obstacle = e.getMessage();
                devices = List.of();
            }
        }
        return obstacle == null;
    }

    private void loadTorch() {
        Natives natives = Natives.load();
        if (!natives.gpu()) {
            throw new CudaException("libtorch's build for CPUs is in this process (" + natives.reason()
                    + "); add org.bytedeco:pytorch with the classifier linux-x86_64-gpu to the class path");
        }
        if (ALLOCATOR_VARIABLES.stream().allMatch(name -> System.getenv(name) == null)) {
            torch.set_env(ALLOCATOR_VARIABLES.get(0), ALLOCATOR_SETTINGS, true); // read at the first allocation
        }
        try {
            Loader.load(torch_cuda.class);
        } catch (LinkageError e) {
            Throwable reason = e.getCause() == null ? e : e.getCause();
            throw new CudaException("libtorch with CUDA cannot be loaded: " + reason.getMessage(), e);
        }
        int count = torch_cuda.device_count();
        if (count != devices.size()) {
            throw new CudaException(
                    "the driver lists " + devices.size() + " GPUs" + visible() + " and CUDA finds " + count);
        }
    }

    /** 13.0 for 13000. */
    static String version(int number) {
        return number / 1000 + "." + number % 1000 / 10;
    }

    private static String visible() {
        String variable = System.getenv("CUDA_VISIBLE_DEVICES");
        return variable == null ? "" : " with CUDA_VISIBLE_DEVICES=" + variable;
    }

    /** What the allocator was set up with, by the user or by us. */
    static String allocatorSettings() {
        return ALLOCATOR_VARIABLES.stream()
                .filter(name -> System.getenv(name) != null)
                .map(name -> System.getenv(name) + " (from " + name + ")")
                .findFirst()
                .orElse(ALLOCATOR_SETTINGS);
    }

    static Choice allocatorChoice() {
        String variable = ALLOCATOR_VARIABLES.stream()
                .filter(name -> System.getenv(name) != null)
                .findFirst()
                .orElse("");
        return variable.isEmpty()
                ? new Choice("allocator", ALLOCATOR_SETTINGS, "so that freed memory serves blocks of other sizes")
                : new Choice("allocator", System.getenv(variable), "from " + variable);
    }

    synchronized LibrarySearch search() {
        return search;
    }

    /** By CUDA's numbers. */
    synchronized List<DeviceProfile> devices() {
        return devices;
    }

    /** Libraries that libtorch loads without, for a report. */
    synchronized List<CudaLibraries.Library> missing() {
        return missing;
    }

    synchronized @Nullable String obstacle() {
        return obstacle;
    }
}
