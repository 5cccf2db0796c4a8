package io.github.wan4j.cuda.compile;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Compiles kernels for one kind of GPU, or takes them from the cache. Thread-safe. */
public final class KernelCompiler {
    private static final Logger LOG = System.getLogger(KernelCompiler.class.getName());

    private final Nvrtc nvrtc;
    private final Architecture architecture;
    private final CubinCache cache;
    private final Map<String, KernelSource> sources = new ConcurrentHashMap<>();
    private final AtomicInteger compiled = new AtomicInteger();
    private volatile Consumer<String> news = text -> {};

    public KernelCompiler(Nvrtc nvrtc, Architecture architecture, CubinCache cache) {
        this.nvrtc = nvrtc;
        this.architecture = architecture;
        this.cache = cache;
    }

    /** Who hears of every compilation before it begins. */
    public void tell(Consumer<String> listener) {
        news = listener;
    }

    /** {@code kernel} of {@code file}, for example {@code wan4j_guidance} of {@code combine/combine.cu}. */
    public Cubin compile(String file, String kernel) {
        KernelSource source = sources.computeIfAbsent(file, KernelSource::load);
        String key = CubinCache.key(source, kernel, Nvrtc.options(architecture), nvrtc.version());
        return cache.read(key).orElseGet(() -> {
            news.accept("compiling kernel " + compiled.incrementAndGet() + ", " + kernel);
            long start = System.nanoTime();
            Nvrtc.Compilation made = nvrtc.compile(source, kernel, architecture);
            LOG.log(
                    Level.DEBUG,
                    "compiled {0} for {1} in {2} ms: {3}",
                    kernel,
                    architecture,
                    (System.nanoTime() - start) / 1_000_000,
                    made.log());
            cache.write(key, made.cubin());
            return made.cubin();
        });
    }
}
