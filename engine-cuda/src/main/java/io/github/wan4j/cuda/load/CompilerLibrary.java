package io.github.wan4j.cuda.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** NVRTC, the run-time compiler. It needs no driver and no GPU. */
public final class CompilerLibrary {
    private static final String SONAME = "libnvrtc.so.13";
    private static boolean loaded;

    private CompilerLibrary() {}

    /** Loads it once for the process; the error says what is missing and where it was looked for. */
    public static synchronized void load(LibrarySearch search) {
        if (loaded) {
            return;
        }
        Path compiler = search.find(SONAME)
                .orElseThrow(() -> new CudaException(SONAME + " (the run-time compiler of CUDA 13) was not found in "
                        + String.join(", ", search.places()) + "; name its folder in " + LibrarySearch.SETTING));
        Path glue = search.find("libjninvrtc.so")
                .orElseThrow(
                        () -> new CudaException("libjninvrtc.so was not found: add the jar org.bytedeco:cuda with the"
                                + " classifier linux-x86_64 to the class path"));
        PresetClass.load("org.bytedeco.cuda.global.nvrtc", List.of(builtinsBeside(compiler), compiler, glue));
        loaded = true;
    }

    /** Compiler and builtins must be of one version, so only the compiler's own folder will do. */
    private static Path builtinsBeside(Path compiler) {
        Path folder = compiler.getParent();
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().matches("libnvrtc-builtins\\.so\\.13\\.\\d+"))
                    .sorted()
                    .findFirst()
                    .orElseThrow(() -> new CudaException("libnvrtc-builtins.so.13.* is missing beside " + compiler
                            + ": the installation is incomplete"));
        } catch (IOException e) {
            throw new CudaException("cannot list " + folder + ": " + e.getMessage(), e);
        }
    }
}
