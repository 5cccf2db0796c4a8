package io.github.wan4j.cuda.load;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;

/** The libraries of NVIDIA that libtorch's CUDA build is linked against, and what was found of them. */
public final class CudaLibraries {
    /** Of many that are missing, those that a message names. */
    private static final int NAMED = 3;

    /** Dependencies first: each is loaded by its absolute path before libtorch asks for it by name. */
    private static final List<Library> ALL = List.of(
            needed("libcuda.so.1", "the driver"),
            needed("libcudart.so.13", "the CUDA runtime"),
            needed("libcupti.so.13", "libtorch is linked against it"),
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

    /** Where a library was found; empty if it was not. */
    public record Found(Library library, Optional<Path> file) {}

    private static Library needed(String name, String use) {
        return new Library(name, use, true);
    }

    private static Library optional(String name, String use) {
        return new Library(name, use, false);
    }

    /** What the search finds, or the system's linker has found already; nothing is loaded. For a report. */
    public static List<Found> look(LibrarySearch search) {
        return ALL.stream()
                .map(library ->
                        new Found(library, search.find(library.name()).or(() -> LoadedLibraries.find(library.name()))))
                .toList();
    }

    /**
     * Loads all of them, by absolute path or by what the system's linker knows. Must come before libtorch. Returns the optional
     * ones that are missing.
     */
    public static List<Library> load(LibrarySearch search) {
        List<Library> without = new ArrayList<>();
        List<Library> missing = new ArrayList<>();
        List<String> broken = new ArrayList<>();
        for (Library library : ALL) {
            Optional<Path> file = search.find(library.name());
            String problem = load(library, file);
            if (problem != null && !library.needed()) {
                without.add(library);
            } else if (problem != null && file.isEmpty()) {
                missing.add(library);
            } else if (problem != null) {
                broken.add(problem);
            }
        }
        if (!missing.isEmpty()) {
            throw new CudaException(missing(missing));
        }
        if (!broken.isEmpty()) {
            throw new CudaException("CUDA cannot be used: " + String.join("; ", broken));
        }
        return without;
    }

    private static @Nullable String load(Library library, Optional<Path> file) {
        try {
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

    /** The first few by name: where one is missing, most are. */
    private static String missing(List<Library> missing) {
        String names = missing.stream()
                .limit(NAMED)
                .map(library -> library.name() + " (" + library.use() + ")")
                .collect(Collectors.joining(", "));
        int others = missing.size() - NAMED;
        return "CUDA cannot be used without " + names
                + (others > 0 ? " and " + others + " more" : "")
                + ": install CUDA 13, cuDNN 9 and NCCL, or name a folder or a Python environment that has them in "
                + LibrarySearch.SETTING + "; 'wan doctor' shows what there is and where it was looked for";
    }
}
