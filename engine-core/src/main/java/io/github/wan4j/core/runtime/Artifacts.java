package io.github.wan4j.core.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.Properties;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;

/** The presets' artifacts as they lie on the class path. */
final class Artifacts {
    private static final String GROUP = "org.bytedeco";

    private Artifacts() {}

    /** For example {@code linux-x86_64}; also the classifier of the natives' artifacts. */
    static String platform() {
        return Loader.getPlatform();
    }

    /** The folder in a natives' artifact, for example {@code org/bytedeco/pytorch/linux-x86_64-gpu}. */
    static String folder(String artifact, String extension) {
        String parent = artifact.equals("javacpp") ? "org/bytedeco/javacpp/" : "org/bytedeco/" + artifact + "/";
        return parent + platform() + extension;
    }

    /** Whether the glue of a preset is on the class path. */
    static boolean nativesOnClassPath(String artifact, String extension) {
        Properties platform = Loader.loadProperties();
        String glue = artifact.equals("pytorch") ? "jnitorch" : "jni" + artifact;
        String file = platform.getProperty("platform.library.prefix", "")
                + glue
                + platform.getProperty("platform.library.suffix", "");
        return resource(folder(artifact, extension) + "/" + file) != null;
    }

    /** The version of a preset's plain artifact, or of the one built against where its own is not told. */
    static String version(String artifact) {
        String file = "META-INF/maven/" + GROUP + "/" + artifact + "/pom.properties";
        URL url = resource(file);
        if (url == null) {
            return "of unknown version";
        }
        try (InputStream in = url.openStream()) {
            Properties properties = new Properties();
            properties.load(in);
            return properties.getProperty("version", "of unknown version");
        } catch (IOException e) {
            return "of unknown version";
        }
    }

    /** {@code org.bytedeco:pytorch:2.10.0-1.5.13:linux-x86_64}, the classifier being optional. */
    static String coordinates(String artifact, String classifier) {
        String version = version(artifact);
        String known = version.startsWith("of ") ? "" : ":" + version;
        return GROUP + ":" + artifact + known + (classifier.isEmpty() ? "" : ":" + classifier);
    }

    private static @Nullable URL resource(String name) {
        return Artifacts.class.getClassLoader().getResource(name);
    }
}
