package io.github.wan4j.cuda.load;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** NVRTC, the run-time compiler. It needs no driver and no GPU. */
public final class CompilerLibrary {
    private static final String SONAME = "libnvrtc.so.13";

    /** Beyond any minor version that there will be of CUDA 13. */
    private static final int LAST_MINOR = 20;

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
        PresetClass.load("org.bytedeco.cuda.global.nvrtc", List.of(builtinsBeside(compiler, search), compiler, glue));
        loaded = true;
    }

    /** Compiler and builtins must be of one version, so only the compiler's own folder will do, or its own jar. */
    private static Path builtinsBeside(Path compiler, LibrarySearch search) {
        for (int minor = 0; minor <= LAST_MINOR; minor++) {
            String name = "libnvrtc-builtins.so.13." + minor;
            Path beside = compiler.resolveSibling(name);
            if (Files.isRegularFile(beside)
                    || search.find(name).filter(beside::equals).isPresent()) { // which unpacks it where it is in a jar
                return beside;
            }
        }
        throw new CudaException(
                "libnvrtc-builtins.so.13.* is missing beside " + compiler + ": the installation is incomplete");
    }
}
