package io.github.wan4j.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CacheFolderTest {
    private static final String HOME = Path.of("/home/ann").toString();

    @Test
    void followsTheCustomOfEachSystem() {
        assertThat(folder("Linux", Map.of())).isEqualTo(Path.of(HOME, ".cache", "wan4j"));
        assertThat(folder("Linux", Map.of("XDG_CACHE_HOME", "/var/c"))).isEqualTo(Path.of("/var/c/wan4j"));
        assertThat(folder("Mac OS X", Map.of("XDG_CACHE_HOME", "/var/c")))
                .isEqualTo(Path.of(HOME, "Library", "Caches", "wan4j"));
        assertThat(folder("Windows 11", Map.of("LOCALAPPDATA", "/local"))).isEqualTo(Path.of("/local/wan4j"));
        assertThat(folder("Windows 11", Map.of())).isEqualTo(Path.of(HOME, "AppData", "Local", "wan4j"));
    }

    @Test
    void takesARelativeOrEmptyFolderForNone() {
        assertThat(folder("Linux", Map.of("XDG_CACHE_HOME", "c"))).isEqualTo(Path.of(HOME, ".cache", "wan4j"));
        assertThat(folder("Linux", Map.of("XDG_CACHE_HOME", ""))).isEqualTo(Path.of(HOME, ".cache", "wan4j"));
    }

    @Test
    void doesWithoutAHome() {
        ConfigSource source =
                new ConfigSource(Map.of("os.name", "Linux", "user.home", "?", "java.io.tmpdir", "/tmp/x"), Map.of());
        assertThat(CacheFolder.byDefault(source).value()).isEqualTo(Path.of("/tmp/x/.cache/wan4j"));
    }

    @Test
    void saysWhereTheFolderCameFrom() {
        ConfigSource source = new ConfigSource(Map.of("os.name", "Linux"), Map.of("XDG_CACHE_HOME", "/var/c"));
        assertThat(CacheFolder.byDefault(source).origin()).isEqualTo("default, variable XDG_CACHE_HOME");
    }

    private static Path folder(String os, Map<String, String> variables) {
        return CacheFolder.byDefault(new ConfigSource(Map.of("os.name", os, "user.home", HOME), variables))
                .value();
    }
}
