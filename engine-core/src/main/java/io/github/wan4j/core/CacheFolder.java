package io.github.wan4j.core;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The user's cache folder by the custom of the operating system; unpacked models and compiled kernels go there. */
final class CacheFolder {
    private CacheFolder() {}

    static Setting.Resolved<Path> byDefault(ConfigSource source) {
        String os = source.properties().getOrDefault("os.name", "").toLowerCase(Locale.ROOT);
        if (os.startsWith("windows")) {
            Path local = absolute(source.environment(), "LOCALAPPDATA");
            return local != null
                    ? resolved(local, "default, variable LOCALAPPDATA")
                    : resolved(home(source).resolve("AppData").resolve("Local"), "default");
        }
        if (os.startsWith("mac")) {
            return resolved(home(source).resolve("Library").resolve("Caches"), "default");
        }
        Path xdg = absolute(source.environment(), "XDG_CACHE_HOME");
        return xdg != null
                ? resolved(xdg, "default, variable XDG_CACHE_HOME")
                : resolved(home(source).resolve(".cache"), "default");
    }

    private static Setting.Resolved<Path> resolved(Path parent, String origin) {
        return new Setting.Resolved<>(parent.resolve("wan4j"), origin);
    }

    /** The XDG convention says that a relative path is as good as none. */
    private static @Nullable Path absolute(Map<String, String> environment, String variable) {
        String text = environment.getOrDefault(variable, "");
        if (text.isBlank()) {
            return null;
        }
        Path path = Path.of(text);
        return path.isAbsolute() ? path : null;
    }

    /** A process without a home, as in some containers, caches in the folder for temporary files. */
    private static Path home(ConfigSource source) {
        String home = source.properties().getOrDefault("user.home", "");
        return home.isBlank() || home.equals("?")
                ? Path.of(source.properties().getOrDefault("java.io.tmpdir", "/tmp"))
                : Path.of(home);
    }
}
