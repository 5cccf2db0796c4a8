package io.github.wan4j.cuda.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibrarySearchTest {
    private static final String NAME = "libstub.so.13";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path root;

    @Test
    void foldersThatTheUserNamedComeFirst() throws IOException {
        Path named = library(root.resolve("named"));
        library(root.resolve("loader"));
        assertThat(search(
                                List.of(root.resolve("named")),
                                Map.of(),
                                root.resolve("loader").toString())
                        .find(NAME))
                .contains(named);
    }

    @Test
    void aPythonEnvironmentIsSearchedPackageByPackage() throws IOException {
        Path inVenv = library(root.resolve("venv/lib/python3.12/site-packages/nvidia/cudnn/lib"));
        assertThat(search(List.of(root.resolve("venv")), Map.of(), "").find(NAME))
                .contains(inVenv);
        assertThat(search(List.of(), Map.of("VIRTUAL_ENV", root.resolve("venv").toString()), "")
                        .find(NAME))
                .contains(inVenv);
    }

    @Test
    void sitePackagesMayBeNamedThemselves() throws IOException {
        Path library = library(root.resolve("site/nvidia/cu13/lib"));
        assertThat(search(List.of(root.resolve("site")), Map.of(), "").find(NAME))
                .contains(library);
    }

    @Test
    void theLoaderPathComesBeforeTheToolkit() throws IOException {
        Path toolkit = library(root.resolve("cuda-13.0/lib64"));
        assertThat(search(List.of(), Map.of(), "").find(NAME)).contains(toolkit);
        Path loader = library(root.resolve("loader"));
        assertThat(search(
                                List.of(),
                                Map.of("LD_LIBRARY_PATH", root.resolve("loader").toString()),
                                "")
                        .find(NAME))
                .contains(loader);
    }

    @Test
    void aToolkitOfAnotherMajorVersionIsNotTaken() throws IOException {
        library(root.resolve("cuda-12.8/lib64"));
        assertThat(search(List.of(), Map.of(), "").find(NAME)).isEmpty();
    }

    @Test
    void severalFoldersAreSearchedInOrder() throws IOException {
        Path second = library(root.resolve("second"));
        List<Path> named = List.of(root.resolve("first"), root.resolve("second"));
        assertThat(search(named, Map.of(), "").find(NAME)).contains(second);
        assertThat(search(named, Map.of(), "").places())
                .startsWith(
                        root.resolve("first").toString(), root.resolve("second").toString())
                .contains("jars on the class path");
    }

    @Test
    void theLoaderPathIsSeparatedAsInPath() throws IOException {
        Path second = library(root.resolve("second"));
        String list = root.resolve("first") + File.pathSeparator + root.resolve("second");
        assertThat(search(List.of(), Map.of(), list).find(NAME)).contains(second);
    }

    private LibrarySearch search(List<Path> named, Map<String, String> environment, String libraryPath) {
        return LibrarySearch.of(named, environment, libraryPath, root);
    }

    private static Path library(Path folder) throws IOException {
        Files.createDirectories(folder);
        return Files.createFile(folder.resolve(NAME)).toAbsolutePath();
    }
}
