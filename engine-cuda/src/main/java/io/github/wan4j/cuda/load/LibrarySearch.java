package io.github.wan4j.cuda.load;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;

/**
 * Where NVIDIA's libraries may lie, in the order in which they are taken: folders or a Python environment that the user
 * named, the loader's path, jars of JavaCPP, an active Python environment, a toolkit below {@code /usr/local}.
 */
public final class LibrarySearch {
    /** The setting by which users name places. */
    static final String SETTING = "the setting cudaLibraries (WAN4J_CUDA_LIBRARIES)";

    private static final String IN_JARS = "/org/bytedeco/cuda/linux-x86_64/";

    private final Set<Path> first = new LinkedHashSet<>();
    private final Set<Path> last = new LinkedHashSet<>();

    private LibrarySearch() {}

    /** The search of this process; {@code named} are folders or Python environments. */
    public static LibrarySearch of(List<Path> named) {
        return of(named, System.getenv(), System.getProperty("java.library.path", ""), Path.of("/usr/local"));
    }

    static LibrarySearch of(List<Path> named, Map<String, String> environment, String libraryPath, Path toolkits) {
        LibrarySearch search = new LibrarySearch();
        named.forEach(place -> search.addNamed(search.first, place));
        paths(libraryPath).forEach(search.first::add);
        paths(environment.getOrDefault("LD_LIBRARY_PATH", "")).forEach(search.first::add);
        for (String active : List.of("VIRTUAL_ENV", "CONDA_PREFIX")) {
            paths(environment.getOrDefault(active, "")).forEach(place -> search.addNamed(search.last, place));
        }
        for (String home : List.of("CUDA_HOME", "CUDA_PATH")) {
            paths(environment.getOrDefault(home, "")).forEach(search::addToolkit);
        }
        search.addToolkit(toolkits.resolve("cuda"));
        children(toolkits, "cuda-13").forEach(search::addToolkit);
        return search;
    }

    private void addToolkit(Path home) {
        last.add(home.resolve("lib64"));
        last.add(home.resolve("extras/CUPTI/lib64"));
    }

    private static Stream<Path> paths(String list) {
        return Stream.of(list.split(File.pathSeparator, -1))
                .filter(part -> !part.isBlank())
                .map(Path::of);
    }

    /** The folder itself and, if it is a Python environment or its site-packages, the packages' folders. */
    private void addNamed(Set<Path> places, Path place) {
        places.add(place);
        List<Path> packages = new ArrayList<>(List.of(place.resolve("nvidia")));
        children(place.resolve("lib"), "python3")
                .forEach(python -> packages.add(python.resolve("site-packages/nvidia")));
        for (Path nvidia : packages) {
            children(nvidia, "").forEach(component -> places.add(component.resolve("lib")));
        }
    }

    private static List<Path> children(Path folder, String prefix) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(Files::isDirectory)
                    .filter(entry -> entry.getFileName().toString().startsWith(prefix))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + folder, e);
        }
    }

    /** The file with this name in the first place that has it. */
    public Optional<Path> find(String fileName) {
        return in(first, fileName).or(() -> inJars(fileName)).or(() -> in(last, fileName));
    }

    private static Optional<Path> in(Set<Path> places, String fileName) {
        return places.stream()
                .map(place -> place.resolve(fileName))
                .filter(Files::isRegularFile)
                .map(Path::toAbsolutePath)
                .findFirst();
    }

    /** A library that a jar on the class path carries, unpacked into JavaCPP's cache. */
    private static Optional<Path> inJars(String fileName) {
        URL resource = LibrarySearch.class.getResource(IN_JARS + fileName);
        if (resource == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(Loader.cacheResource(resource).toPath());
        } catch (IOException e) {
            throw new CudaException("cannot unpack " + resource + ": " + e.getMessage(), e);
        }
    }

    /** All places in their order; the system's linker is asked last. */
    public List<String> places() {
        List<String> places = new ArrayList<>();
        first.forEach(place -> places.add(place.toString()));
        places.add("jars on the class path");
        last.forEach(place -> places.add(place.toString()));
        return places;
    }
}
