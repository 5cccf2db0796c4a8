package io.github.wan4j.cuda;

import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.cuda.compile.Cubin;
import io.github.wan4j.cuda.compile.KernelCompiler;
import io.github.wan4j.cuda.compile.KernelNeeds.Need;
import io.github.wan4j.cuda.launch.Launch;
import io.github.wan4j.cuda.load.CudaException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The own kernels of one device and thread: compiled, loaded and checked at first use, and kept. */
final class KernelLibrary implements OwnKernels, AutoCloseable {
    private static final Logger LOG = System.getLogger(KernelLibrary.class.getName());

    private final @Nullable KernelCompiler compiler;
    private final SelfCheck check;
    private final Map<KernelInstance, Optional<Launch>> launches = new HashMap<>();
    private final Set<KernelInstance> asked = new HashSet<>();
    private final List<String> switchedOff = new ArrayList<>();
    private boolean open = true;

    /** Without a compiler it is empty: the device then uses plain operators. */
    KernelLibrary(@Nullable KernelCompiler compiler, SelfCheck check) {
        this.compiler = compiler;
        this.check = check;
    }

    /** Whether there is a compiler. */
    boolean compiles() {
        return compiler != null;
    }

    @Override
    public @Nullable Launch get(KernelInstance instance, int parameters, Consumer<SelfCheck> trial) {
        if (compiler == null || !open) {
            return null;
        }
        asked.add(instance);
        Optional<Launch> known = launches.get(instance);
        if (known == null) {
            known = make(compiler, instance, parameters, trial);
            launches.put(instance, known);
        }
        return known.orElse(null);
    }

    private Optional<Launch> make(
            KernelCompiler compiler, KernelInstance instance, int parameters, Consumer<SelfCheck> trial) {
        try (Scope scope = Scope.open("kernels.check")) {
            Cubin cubin = compiler.compile(instance.file(), instance.expression());
            Launch launch = new Launch(cubin.code(), cubin.entry(), parameters);
            launches.put(instance, Optional.of(launch));
            try {
                trial.accept(check);
            } catch (CudaException e) {
                launch.close();
                throw e;
            }
            return Optional.of(launch);
        } catch (CudaException e) {
            String warning =
                    "kernel " + instance + " is switched off, plain operators take its place: " + e.getMessage();
            switchedOff.add(warning);
            LOG.log(Level.WARNING, warning);
            return Optional.empty();
        }
    }

    /** Begins to count what is asked for, and to compile ahead what {@code needs} names. */
    void expect(Set<Need> needs) {
        asked.clear();
        if (compiler != null) {
            compiler.ahead(needs);
        }
    }

    /** What was asked for since. */
    Set<Need> asked() {
        return asked.stream()
                .map(instance -> new Need(instance.file(), instance.expression()))
                .collect(Collectors.toSet());
    }

    /** Whether it gives anything out; what it has made it keeps. */
    void open(boolean now) {
        open = now;
    }

    /** What kernels are checked with. */
    SelfCheck check() {
        return check;
    }

    /** A sentence for each kernel that failed. */
    List<String> switchedOff() {
        return List.copyOf(switchedOff);
    }

    @Override
    public void close() {
        launches.values().forEach(launch -> launch.ifPresent(Launch::close));
        launches.clear();
        if (compiler != null) {
            compiler.close();
        }
    }
}
