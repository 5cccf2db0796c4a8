package io.github.wan4j.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class OutputNameTest {
    @Test
    void aNameIsMadeFromPromptAndSeed() {
        assertThat(OutputName.from("A red circle, moving!", 42)).isEqualTo(Path.of("a-red-circle-moving-42.mp4"));
        assertThat(OutputName.from("../../etc/passwd", 1)).isEqualTo(Path.of("etc-passwd-1.mp4"));
        assertThat(OutputName.from("", 7)).isEqualTo(Path.of("video-7.mp4"));
        assertThat(OutputName.from("?!", 7)).isEqualTo(Path.of("video-7.mp4"));
    }

    @Test
    void aLongPromptGivesANameThatFileSystemsTake() {
        for (String word : new String[] {"word ", "一只红色的圆 ", "\uD842\uDFB7"}) {
            String name = OutputName.from(word.repeat(1000), Long.MAX_VALUE).toString();
            assertThat(name.getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(240);
            assertThat(name).endsWith("-" + Long.MAX_VALUE + ".mp4").doesNotContain("--");
        }
    }

    @Test
    void oneOfSeveralCarriesItsSeedBeforeTheEnding() {
        assertThat(OutputName.numbered(Path.of("a.b/x.mp4"), 3)).isEqualTo(Path.of("a.b/x-3.mp4"));
        assertThat(OutputName.numbered(Path.of("x.y.gif"), 3)).isEqualTo(Path.of("x.y-3.gif"));
    }
}
