package io.github.wan4j.models.text;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import io.github.wan4j.core.EngineStartException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Properties;

/**
 * Unpacks and loads the native library in DJL's tokenizers artifact. DJL's own loader would do it too, but asks the CUDA runtime
 * first, through whatever libcudart the system has (which libtorch then gets instead of its own), may download a library to
 * match and reports home; so none of its classes but the one with the native methods is touched.
 */
final class NativeTokenizers {
    private static final String ROOT = "native/lib/";
    private static boolean loaded;

    private NativeTokenizers() {}

    /** @param cacheDir where the library is unpacked to; only the first call counts */
    static synchronized TokenizersLibrary load(Path cacheDir) {
        if (!loaded) {
            String platform = platform(System.getProperty("os.name"), System.getProperty("os.arch"));
            Path folder = cacheDir.resolve("tokenizers").resolve(version() + "-" + platform);
            try {
                for (String library : libraries(platform)) {
                    System.load(unpack(ROOT + platform + "/cpu/" + library, folder.resolve(library))
                            .toString());
                }
            } catch (IOException | UnsatisfiedLinkError e) {
                throw new EngineStartException(
                        "the tokenizer's native library for " + platform + " cannot be loaded from " + folder + " ("
                                + e.getMessage() + ")",
                        e);
            }
            loaded = true;
        }
        return TokenizersLibrary.LIB;
    }

    static String platform(String os, String architecture) {
        String system = os.toLowerCase(Locale.ROOT);
        String prefix = system.startsWith("win") ? "win" : system.startsWith("mac") ? "osx" : "linux";
        return prefix + "-" + (architecture.equals("amd64") ? "x86_64" : architecture);
    }

    /** In the order in which they need each other. */
    private static List<String> libraries(String platform) {
        String own = System.mapLibraryName("tokenizers");
        return platform.startsWith("win")
                ? List.of("libwinpthread-1.dll", "libgcc_s_seh-1.dll", "libstdc++-6.dll", own)
                : List.of(own);
    }

    private static String version() {
        Properties properties = new Properties();
        try (InputStream in = resource(ROOT + "tokenizers.properties").openStream()) {
            properties.load(in);
        } catch (IOException e) {
            throw new EngineStartException("the artifact ai.djl.huggingface:tokenizers cannot be read", e);
        }
        return properties.getProperty("version");
    }

    static URL resource(String name) {
        URL url = TokenizersLibrary.class.getClassLoader().getResource(name);
        if (url == null) {
            throw new EngineStartException("the artifact ai.djl.huggingface:tokenizers has no " + name
                    + ", its prompts can be split on Linux, on Apple's own chips and on Windows");
        }
        return url;
    }

    /** Written beside its place and moved there, so that no other process sees half a library. */
    private static Path unpack(String name, Path file) throws IOException {
        URL url = resource(name);
        Path target = file.toAbsolutePath();
        if (Files.exists(target) && Files.size(target) == url.openConnection().getContentLengthLong()) {
            return target;
        }
        Path folder = Files.createDirectories(target.getParent());
        Path unpacked = Files.createTempFile(folder, target.getFileName().toString(), ".part");
        try (InputStream in = url.openStream()) {
            Files.copy(in, unpacked, StandardCopyOption.REPLACE_EXISTING);
            Files.move(unpacked, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(unpacked);
        }
        return target;
    }
}
