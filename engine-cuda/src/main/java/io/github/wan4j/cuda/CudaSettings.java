package io.github.wan4j.cuda;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.runtime.ProcessSettings.Wish;
import io.github.wan4j.core.spi.Choice;
import io.github.wan4j.cuda.load.DeviceProfile;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Context;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch_cuda;

/** What libtorch keeps once per process, or once per device, and sessions on GPUs wish for. */
final class CudaSettings {
    /** Convolutions tried for a new shape; each try costs its time once. */
    private static final int CUDNN_TRIES = 4;

    /** The context, code of the libraries and their handles: what the allocator neither holds nor counts. */
    private static final long BESIDE_ALLOCATOR = 3L << 28;

    private CudaSettings() {}

    static List<Wish> wishes(EngineConfig config, DeviceProfile device) {
        Context context = torch.globalContext();
        List<Wish> wishes = new ArrayList<>();
        wishes.add(wish("tf32", config.tf32(), context::allowTF32CuBLAS, context::setAllowTF32CuBLAS));
        wishes.add(wish("tf32 of convolutions", config.tf32(), context::allowTF32CuDNN, context::setAllowTF32CuDNN));
        wishes.add(wish("cudnn benchmark", true, context::benchmarkCuDNN, context::setBenchmarkCuDNN));
        wishes.add(wish(
                "cudnn benchmark limit", CUDNN_TRIES, context::benchmarkLimitCuDNN, context::setBenchmarkLimitCuDNN));
        wishes.add(memoryFraction(config, device));
        return wishes;
    }

    /** The same for a result, with what is worth saying about it. */
    static List<Choice> choices(EngineConfig config) {
        String tf32 = config.tf32() ? "asked for: f32 products keep 10 bits of the fraction" : "f32 stays f32";
        return List.of(
                new Choice("tf32", config.tf32() ? "on" : "off", tf32),
                new Choice("cudnn benchmark", "on", "the first of each shape tries " + CUDNN_TRIES + " convolutions"),
                CudaProcess.allocatorChoice());
    }

    private static <T> Wish wish(String name, T value, Supplier<T> now, Consumer<T> set) {
        return new Wish(name, value, () -> {
            T before = now.get();
            set.accept(value);
            return () -> set.accept(before);
        });
    }

    /** Also what makes the allocator give back cached blocks before it is full: it looks at its threshold only with a limit. */
    private static Wish memoryFraction(EngineConfig config, DeviceProfile device) {
        long limit = limitBytes(config, device);
        return new Wish("memory of cuda:" + device.index() + " in bytes", limit, () -> {
            byte index = (byte) device.index();
            torch_cuda.getAllocator().init(torch_cuda.device_count());
            torch_cuda.getAllocator().setMemoryFraction(Math.min(1.0, limit / (double) device.totalBytes()), index);
            return () -> torch_cuda.getAllocator().setMemoryFraction(1.0, index);
        });
    }

    /** What the allocator may take so that the engine in all stays within its limit. */
    static long limitBytes(EngineConfig config, DeviceProfile device) {
        long most = device.totalBytes() - config.reserveVram();
        long limit = Math.min(most, config.vramLimit().orElse(most));
        return Math.max(1L << 20, limit - BESIDE_ALLOCATOR);
    }
}
