package io.github.wan4j.cuda.compile;

import io.github.wan4j.cuda.compile.KernelNeeds.Need;
import io.github.wan4j.cuda.load.CudaException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Compiles kernels for one kind of GPU, or takes them from the cache. What will be needed can be compiled ahead, beside other
 * work. Thread-safe.
 */
public final class KernelCompiler implements AutoCloseable {
    private static final Logger LOG = System.getLogger(KernelCompiler.class.getName());
    private static final int MOST_AT_ONCE = 4;
    private static final long LONGEST_SECONDS = 60;

    private final Nvrtc nvrtc;
    private final Architecture architecture;
    private final CubinCache cache;
    private final Map<String, KernelSource> sources = new ConcurrentHashMap<>();
    private final Map<String, FutureTask<Cubin>> tasks = new ConcurrentHashMap<>(); // all that were not in the cache
    private final AtomicInteger compiled = new AtomicInteger();
    private final ExecutorService ahead;
    private volatile boolean known;
    private volatile Consumer<String> news = text -> {};

    public KernelCompiler(Nvrtc nvrtc, Architecture architecture, CubinCache cache) {
        this.nvrtc = nvrtc;
        this.architecture = architecture;
        this.cache = cache;
        int threads = Math.max(1, Math.min(MOST_AT_ONCE, Runtime.getRuntime().availableProcessors() / 2));
        ahead = Executors.newFixedThreadPool(threads, KernelCompiler::thread);
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "wan4j-compile");
        thread.setDaemon(true);
        return thread;
    }

    /** Who hears of every compilation that somebody has to wait for, on that one's thread. */
    public void tell(Consumer<String> listener) {
        news = listener;
    }

    /** Begins to compile what will be needed and is not in the cache. What then is not needed costs nobody anything. */
    public void ahead(Collection<Need> needs) {
        known |= !needs.isEmpty();
        for (Need need : needs) {
            try {
                String key = key(source(need.file()), need.kernel());
                if (cache.read(key).isEmpty()) {
                    FutureTask<Cubin> task = task(need.file(), need.kernel(), key);
                    if (tasks.putIfAbsent(key, task) == null) {
                        ahead.execute(task);
                    }
                }
            } catch (CudaException e) { // of a file that is no more: a list may be older than the engine
                LOG.log(Level.DEBUG, "nothing is compiled ahead for " + need, e);
            }
        }
    }

    /** {@code kernel} of {@code file}, for example {@code wan4j_guidance} of {@code combine/combine.cu}. */
    public Cubin compile(String file, String kernel) {
        String key = key(source(file), kernel);
        return cache.read(key).orElseGet(() -> made(tasks.computeIfAbsent(key, k -> task(file, kernel, k)), kernel));
    }

    /** By whoever is first: one that waits for its turn is done here. */
    private Cubin made(FutureTask<Cubin> task, String kernel) {
        if (!task.isDone()) {
            String count = known ? " of " + tasks.size() : ""; // else there is no telling how many will follow
            news.accept("compiling kernel " + (compiled.get() + 1) + count + ", " + kernel);
            task.run();
        }
        try {
            return task.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CudaException("interrupted while " + kernel + " was compiled", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof CudaException cause) {
                throw new CudaException(String.valueOf(cause.getMessage()), cause);
            }
            throw new IllegalStateException(kernel + " could not be compiled", e.getCause());
        }
    }

    private KernelSource source(String file) {
        return sources.computeIfAbsent(file, KernelSource::load);
    }

    private String key(KernelSource source, String kernel) {
        return CubinCache.key(source, kernel, Nvrtc.options(architecture), nvrtc.version());
    }

    private FutureTask<Cubin> task(String file, String kernel, String key) {
        return new FutureTask<>(() -> {
            long start = System.nanoTime();
            Nvrtc.Compilation made = nvrtc.compile(source(file), kernel, architecture);
            LOG.log(
                    Level.DEBUG,
                    "compiled {0} for {1} in {2} ms: {3}",
                    kernel,
                    architecture,
                    (System.nanoTime() - start) / 1_000_000,
                    made.log());
            cache.write(key, made.cubin());
            compiled.incrementAndGet();
            return made.cubin();
        });
    }

    /** Compiles nothing more ahead, and waits for what is being compiled. */
    @Override
    public void close() {
        ahead.shutdownNow();
        try {
            if (!ahead.awaitTermination(LONGEST_SECONDS, TimeUnit.SECONDS)) {
                LOG.log(Level.WARNING, "a kernel is still being compiled");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
