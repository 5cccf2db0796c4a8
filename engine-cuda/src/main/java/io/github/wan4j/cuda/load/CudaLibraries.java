package io.github.wan4j.cuda.load;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;

/** The libraries of NVIDIA that libtorch's CUDA build is linked against, and what was found of them. */
public final class CudaLibraries {
    /** Dependencies first: each is loaded by its absolute path before libtorch asks for it by name. */
    private static final List<Library> ALL = List.of(
            needed("libcuda.so.1", "the driver"),
            needed("libcudart.so.13", "the CUDA runtime"),
            optional("libcupti.so.13", "torch's profiler"),
            needed("libnvJitLink.so.13", "linking for cuSPARSE and cuSOLVER"),
            needed("libcublasLt.so.13", "matrix products"),
            needed("libcublas.so.13", "matrix products"),
            needed("libcusparse.so.12", "libtorch is linked against it"),
            needed("libcusolver.so.12", "libtorch is linked against it"),
            needed("libcusolverMg.so.12", "the presets are linked against it"),
            needed("libcufft.so.12", "libtorch is linked against it"),
            needed("libcurand.so.10", "libtorch is linked against it"),
            needed("libcufile.so.0", "libtorch is linked against it"),
            optional("libnvrtc.so.13", "wan4j's own kernels and cuDNN's generated ones"),
            needed("libcudnn_graph.so.9", "convolutions and attention"),
            needed("libcudnn_ops.so.9", "convolutions and attention"),
            needed("libcudnn_cnn.so.9", "convolutions"),
            needed("libcudnn_adv.so.9", "attention"),
            optional("libcudnn_engines_precompiled.so.9", "convolutions at full speed"),
            optional("libcudnn_engines_runtime_compiled.so.9", "fused attention on Hopper and later"),
            optional("libcudnn_heuristic.so.9", "the choice of convolutions"),
            needed("libcudnn.so.9", "convolutions and attention"),
            needed("libnccl.so.2", "several GPUs; libtorch is linked against it"));

    private CudaLibraries() {}

    /** A library by the name it is linked by, what it is for, and whether libtorch loads without it. */
    public record Library(String name, String use, boolean needed) {}

    /** Where a library was found; empty if only the system's linker may know it. */
    public record Found(Library library, Optional<Path> file) {}

    private static Library needed(String name, String use) {
        return new Library(name, use, true);
    }

    private static Library optional(String name, String use) {
        return new Library(name, use, false);
    }

    /** What the search finds; nothing is loaded. For a report. */
    public static List<Found> look(LibrarySearch search) {
        return ALL.stream()
                .map(library -> new Found(library, search.find(library.name())))
                .toList();
    }

    /**
     * Loads all of them, by absolute path or by what the system's linker knows. Must come before libtorch. Returns the optional
     * ones that are missing.
     */
    public static List<Library> load(LibrarySearch search) {
        List<Library> missing = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        for (Library library : ALL) {
            String problem = load(library, search);
            if (problem != null && library.needed()) {
                problems.add(library.name() + " (" + library.use() + "): " + problem);
            } else if (problem != null) {
                missing.add(library);
            }
        }
        if (!problems.isEmpty()) {
            throw new CudaException("CUDA cannot be used: " + String.join("; ", problems) + ". Looked in "
                    + String.join(", ", search.places()) + " and asked the system's linker; name a folder or a Python"
                    + " environment that has them in " + LibrarySearch.SETTING);
        }
        return missing;
    }

    private static @Nullable String load(Library library, LibrarySearch search) {
        try {
            Optional<Path> file = search.find(library.name());
            if (file.isPresent()) {
                System.load(file.get().toString());
            } else {
                Loader.loadGlobal(library.name());
            }
            return null;
        } catch (UnsatisfiedLinkError e) {
            return e.getMessage();
        }
    }
}
