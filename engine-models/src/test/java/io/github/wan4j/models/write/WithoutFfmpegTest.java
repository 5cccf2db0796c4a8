package io.github.wan4j.models.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.wan4j.video.Video;
import io.github.wan4j.video.VideoHandlers;
import io.github.wan4j.video.VideoInfo;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.StringTokenizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The class path of an application that embeds the engine and leaves ffmpeg out. */
class WithoutFfmpegTest {
    private final Path folder;

    WithoutFfmpegTest(@TempDir Path folder) {
        this.folder = folder;
    }

    /** Loaded once more by the class loader that sees no ffmpeg. */
    public static final class Inside {
        private Inside() {}

        public static Path write(String file) {
            VideoInfo info = Clips.info(32, 32, 2);
            return Video.of(info, Clips.disc(info), Clips.REPORT).writeTo(VideoHandlers.file(Path.of(file)));
        }
    }

    @Test
    void mp4NamesTheArtifactAndOthersWork() throws Exception {
        assertThat((Path) writeWithout("x.gif")).exists();
        assertThat((Path) writeWithout("x.png")).exists();
        Throwable failure = catchThrowable(() -> writeWithout("x.mp4"));
        assertThat(failure.getClass().getName()).isEqualTo("io.github.wan4j.video.OutputException");
        assertThat(failure).hasMessageContaining("MP4 needs the artifact org.bytedeco:ffmpeg");
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("x.gif", "x.png");
    }

    private Object writeWithout(String file) throws Exception {
        try (URLClassLoader loader = new URLClassLoader(classPath(), ClassLoader.getPlatformClassLoader())) {
            return loader.loadClass(Inside.class.getName())
                    .getMethod("write", String.class)
                    .invoke(null, folder.resolve(file).toString());
        } catch (InvocationTargetException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    private static URL[] classPath() throws IOException {
        List<URL> urls = new ArrayList<>();
        int left = 0;
        StringTokenizer entries = new StringTokenizer(System.getProperty("java.class.path"), File.pathSeparator);
        while (entries.hasMoreTokens()) {
            String entry = entries.nextToken();
            if (entry.contains("ffmpeg")) {
                left++;
            } else {
                urls.add(Path.of(entry).toUri().toURL());
            }
        }
        assertThat(left).as("jars of ffmpeg").isPositive();
        return urls.toArray(URL[]::new);
    }
}
