package io.github.wan4j.core.runtime;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.EngineStartException;
import io.github.wan4j.core.spi.DeviceProvider;
import java.io.File;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.presets.javacpp;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * The native libraries of this process, loaded once. There are two builds of libtorch, for CPUs and for GPUs, and one
 * process survives only one of them: which one is decided here, before the first class of the presets is touched.
 */
public final class Natives {
    private static final System.Logger LOGGER = System.getLogger(Natives.class.getName());

    private static @Nullable Natives loaded;
    private static @Nullable String failure;

    private final NativesChoice choice;
    private final Path folder;
    private final List<String> warnings;

    private Natives(NativesChoice choice, Path folder, List<String> warnings) {
        this.choice = choice;
        this.folder = folder;
        this.warnings = List.copyOf(warnings);
    }

    /**
     * The loaded libraries; the first call loads them, by its configuration.
     *
     * @throws EngineStartException that says which library is missing and where it was looked for; every call says the same
     */
    public static Natives load(EngineConfig config) {
        return load(Devices.providers(), config);
    }

    /** The same with nothing but properties and variables, for code that runs without an engine. */
    public static Natives load() {
        synchronized (Natives.class) {
            if (loaded != null) {
                return loaded;
            }
        }
        return load(EngineConfig.fromEnvironment());
    }

    static synchronized Natives load(List<DeviceProvider> providers, EngineConfig config) {
        if (failure != null) {
            throw new EngineStartException(failure);
        }
        if (loaded == null) {
            try {
                loaded = loadOnce(providers, config);
            } catch (EngineStartException e) {
                failure = e.getMessage();
                throw e;
            }
        }
        return loaded;
    }

    private static Natives loadOnce(List<DeviceProvider> providers, EngineConfig config) {
        JavaCppMemoryChecks.switchOff();
        try {
            NativesChoice choice = NativesChoice.decide(providers, config);
            // the loader's own properties object: what is put in here is what every later load sees
            Loader.loadProperties().setProperty("platform.extension", choice.extension());
            Loader.load(javacpp.class); // its absence is not noticed before the first pointer otherwise
            String library = Loader.load(torch.class);
            Path folder =
                    Path.of(library == null ? "" : library).toAbsolutePath().getParent();
            if (folder == null) {
                throw new EngineStartException("libtorch's glue was loaded from nowhere: '" + library + "'");
            }
            List<String> warnings = JavaCppMemoryChecks.warnings();
            warnings.forEach(warning -> LOGGER.log(Level.WARNING, warning));
            return new Natives(choice, folder, warnings);
        } catch (LinkageError | TypeNotPresentException e) {
            throw new EngineStartException(MissingNatives.explain(e), e);
        }
    }

    /** Whether the libraries are those built for GPUs. */
    public boolean gpu() {
        return choice.gpu();
    }

    /** Which build was taken and why. */
    public String reason() {
        return choice.reason();
    }

    /** The folder that libtorch was loaded from. */
    public Path folder() {
        return folder;
    }

    /** The version of libtorch, with that of its presets: {@code 2.10.0-1.5.13}. */
    public static String torchVersion() {
        return Artifacts.version("pytorch");
    }

    /** What makes this process slower than it need be, with the cure. */
    public List<String> warnings() {
        return warnings;
    }

    /** Every library that JavaCPP has loaded so far, name to file. */
    public Map<String, String> libraries() {
        Map<String, String> libraries = new TreeMap<>();
        Loader.getLoadedLibraries().forEach((name, file) -> libraries.put(name, new File(file).getPath()));
        return libraries;
    }
}
