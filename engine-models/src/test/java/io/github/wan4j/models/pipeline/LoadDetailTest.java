package io.github.wan4j.models.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.video.GenerationCancelledException;
import io.github.wan4j.video.Progress;
import io.github.wan4j.video.ProgressListener;
import io.github.wan4j.video.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LoadDetailTest {
    private final List<String> heard = new ArrayList<>();
    private final List<Progress> seen = new ArrayList<>();

    private final StageClock clock = new StageClock(
            new ProgressListener() {
                @Override
                public void onDetail(Stage stage, String text, double fraction) {
                    heard.add(stage + " " + text + " " + Math.round(100 * fraction));
                }
            },
            seen::add,
            stage -> heard.add("left " + stage));

    @Test
    void tellsHowMuchOfAPartIsThere() {
        clock.begin(Stage.LOAD, 2);
        clock.done(1, Optional.empty());
        LoadDetail detail = new LoadDetail(clock, () -> {});
        detail.loading("high noise expert", 3_100_000_000L, 28_600_000_000L);
        detail.loading("high noise expert", 3_100_000_001L, 28_600_000_000L);
        detail.loading("high noise expert", 28_600_000_000L, 28_600_000_000L);
        assertThat(heard)
                .containsExactly(
                        "LOAD high noise expert, 3.1 of 28.6 GB 55", "LOAD high noise expert, 28.6 of 28.6 GB 100");
        assertThat(seen.get(2).detail()).isEqualTo("high noise expert, 3.1 of 28.6 GB");
        clock.begin(Stage.ENCODE, 1);
        assertThat(heard).endsWith("left LOAD");
        assertThat(LoadDetail.text("text encoder", 200_000, 1_000_000)).isEqualTo("text encoder, 0.2 of 1.0 MB");
    }

    @Test
    void whatTheDeviceWaitsForIsToldInBetween() {
        clock.begin(Stage.LOAD, 1);
        new LoadDetail(clock, () -> {}).loading("autoencoder", 5, 10);
        clock.detail("compiling kernel 1, wan4j_norm");
        assertThat(heard.get(1)).isEqualTo("LOAD compiling kernel 1, wan4j_norm 50");
    }

    @Test
    void aLoadCanBeBrokenOff() {
        Cancellation cancellation = new Cancellation();
        cancellation.request("enough");
        clock.begin(Stage.LOAD, 1);
        LoadDetail detail = new LoadDetail(clock, cancellation);
        assertThatThrownBy(() -> detail.loading("autoencoder", 5, 10)).isInstanceOf(GenerationCancelledException.class);
        assertThat(heard).isEmpty();
    }
}
