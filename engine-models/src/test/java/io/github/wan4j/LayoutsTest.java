package io.github.wan4j;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.MustBeClosed;
import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.testkit.NoTensorLeaks;
import io.github.wan4j.models.pipeline.Inspection;
import io.github.wan4j.video.Guidance;
import io.github.wan4j.video.ModelInfo;
import io.github.wan4j.video.ModelKind;
import io.github.wan4j.video.ModelSource;
import io.github.wan4j.video.Size;
import io.github.wan4j.video.VideoRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** One model in either layout is one model. */
@ExtendWith(NoTensorLeaks.class)
class LayoutsTest {
    private final Path folder;

    LayoutsTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @MustBeClosed
    private static VideoEngine open(Path folder) {
        return VideoEngine.open(ModelSource.of(folder.toString()), EngineConfig.fromEnvironment());
    }

    @Test
    void theTwoExpertsDrawTheSameFromTheDiffusersLayout() throws IOException {
        new DiffusersFolder(MiniFolders.unpacked("mini-t2v"), folder).writeT2v();
        sameVideo("mini-t2v", SmallJobs.request().build());
    }

    @Test
    void theOneTransformerDrawsTheSameFromTheDiffusersLayout() throws IOException {
        new DiffusersFolder(MiniFolders.unpacked("mini-ti2v"), folder).writeTi2v();
        sameVideo("mini-ti2v", SmallJobs.request().image(SmallJobs.picture()).build());
    }

    /** The request leaves the shift to the model where the scheduler's file would mislead. */
    private void sameVideo(String mini, VideoRequest request) {
        VideoRequest unshifted = VideoRequest.builder(SmallJobs.PROMPT)
                .size(64, 64)
                .frames(5)
                .steps(2)
                .build();
        try (VideoEngine original = VideoEngine.open(mini);
                VideoEngine diffusers = open(folder)) {
            assertThat(diffusers.model().kind()).isEqualTo(original.model().kind());
            assertThat(diffusers.model().defaults()).isEqualTo(original.model().defaults());
            assertThat(diffusers.model().fps()).isEqualTo(original.model().fps());
            for (VideoRequest each : List.of(request, unshifted)) {
                List<ByteBuffer> expected = SmallJobs.pixels(original.generate(each));
                assertThat(SmallJobs.pixels(diffusers.generate(each))).isEqualTo(expected);
            }
        }
        Inspection inspection = Inspection.of(
                ModelSource.of(folder.toString()),
                EngineConfig.fromEnvironment().cacheDir());
        assertThat(inspection.isComplete()).isTrue();
        assertThat(inspection.toString()).contains("diffusers");
    }

    @Test
    void withoutItsOwnSettingsAFolderHasThePublishedOnes() throws IOException {
        new DiffusersFolder(MiniFolders.unpacked("mini-t2v"), folder).writeT2v();
        Files.delete(folder.resolve("wan4j.json"));
        published(folder);
        Path original = Files.createDirectory(folder.resolve("original"));
        MiniFolders.copy(MiniFolders.unpacked("mini-t2v"), original);
        Files.delete(original.resolve("wan4j.json"));
        published(original);
    }

    private static void published(Path folder) {
        try (VideoEngine engine = open(folder)) {
            ModelInfo model = engine.model();
            assertThat(model.kind()).isEqualTo(ModelKind.T2V_A14B);
            assertThat(model.fps()).isEqualTo(16);
            assertThat(model.defaults().size()).isEqualTo(new Size(1280, 720));
            assertThat(model.defaults().frames()).isEqualTo(81);
            assertThat(model.defaults().steps()).isEqualTo(40);
            assertThat(model.defaults().shift()).isEqualTo(12);
            assertThat(model.defaults().guidance()).isEqualTo(new Guidance(3, 4));
        }
    }

    @Test
    void theKindOfTheOneTransformerIsKnownInBothLayouts() throws IOException {
        new DiffusersFolder(MiniFolders.unpacked("mini-ti2v"), folder).writeTi2v();
        Files.delete(folder.resolve("wan4j.json"));
        Path original = Files.createDirectory(folder.resolve("original"));
        MiniFolders.copy(MiniFolders.unpacked("mini-ti2v"), original);
        Files.delete(original.resolve("wan4j.json"));
        for (Path each : List.of(folder, original)) {
            try (VideoEngine engine = open(each)) {
                assertThat(engine.model().kind()).isEqualTo(ModelKind.TI2V_5B);
                assertThat(engine.model().defaults().size()).isEqualTo(new Size(1280, 704));
                assertThat(engine.model().defaults().frames()).isEqualTo(121);
                assertThat(engine.model().fps()).isEqualTo(24);
                assertThat(engine.model().defaults().guidance()).isEqualTo(new Guidance(5));
            }
        }
    }
}
