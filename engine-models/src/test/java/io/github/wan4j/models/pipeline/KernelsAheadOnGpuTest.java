package io.github.wan4j.models.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.wan4j.VideoEngine;
import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.testkit.GpuTest;
import io.github.wan4j.video.ModelSource;
import io.github.wan4j.video.ProgressListener;
import io.github.wan4j.video.Stage;
import io.github.wan4j.video.VideoRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A start after a new version or driver: the compiled kernels are of no use any more, but which ones are needed is known. */
@GpuTest
class KernelsAheadOnGpuTest {
    private final Path cache;

    KernelsAheadOnGpuTest(@TempDir Path cache) {
        this.cache = cache;
    }

    private List<Path> cubins() throws IOException {
        try (Stream<Path> files = Files.list(cache.resolve("kernels"))) {
            return files.filter(file -> file.toString().endsWith(".cubin")).toList();
        }
    }

    /** What was told of compilations. */
    private List<String> told(String model) {
        List<String> told = new ArrayList<>();
        ProgressListener listener = new ProgressListener() {
            @Override
            public void onDetail(Stage stage, String text, double fraction) {
                if (text.startsWith("compiling")) {
                    told.add(text);
                }
            }
        };
        EngineConfig config = EngineConfig.builder().cacheDir(cache).build();
        try (VideoEngine engine = VideoEngine.open(ModelSource.of(model), config)) {
            VideoRequest request = VideoRequest.builder("a red circle moves right on a black background")
                    .frames(9)
                    .steps(4)
                    .listener(listener)
                    .build();
            assertThat(engine.generate(request).report().warnings()).isEmpty();
        }
        return told;
    }

    @ParameterizedTest
    @ValueSource(strings = {"mini-t2v", "mini-ti2v"})
    void theNextStartKnowsHowManyThereAre(String model) throws IOException {
        List<String> first = told(model);
        int needed = cubins().size();
        assertThat(first).hasSizeLessThanOrEqualTo(needed);
        for (Path cubin : cubins()) {
            Files.delete(cubin);
        }
        assertThat(told(model)).allMatch(text -> text.matches("compiling kernel \\d+ of " + needed + ", .*"));
        assertThat(cubins()).hasSize(needed);
        assertThat(told(model)).isEmpty();
    }
}
