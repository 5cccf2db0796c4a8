package io.github.wan4j.cuda.load;

import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.presets.javacpp;

/**
 * Loads a class of the presets with libraries chosen by us. Left to itself JavaCPP loads everything that the class inherits,
 * the CUDA runtime and with it the driver, which neither the run-time compiler nor the management library needs.
 */
final class PresetClass {
    private static final String LOAD_LIBRARIES = "org.bytedeco.javacpp.loadLibraries";

    private PresetClass() {}

    /** Libraries by absolute path, dependencies first, the class's own glue last. */
    static synchronized void load(String className, List<Path> libraries) {
        Loader.load(javacpp.class);
        String before = System.getProperty(LOAD_LIBRARIES);
        System.setProperty(LOAD_LIBRARIES, "false");
        try {
            for (Path library : libraries) {
                load(library);
            }
            Class.forName(className); // some call their glue while they are initialised
        } catch (ClassNotFoundException e) {
            throw new CudaException("the jar org.bytedeco:cuda is not on the class path: no " + className, e);
        } finally {
            if (before == null) {
                System.clearProperty(LOAD_LIBRARIES);
            } else {
                System.setProperty(LOAD_LIBRARIES, before);
            }
        }
    }

    private static void load(Path library) {
        try {
            System.load(library.toString());
        } catch (UnsatisfiedLinkError e) {
            throw new CudaException("cannot load " + library + ": " + e.getMessage(), e);
        }
    }
}
