package io.github.wan4j.video;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {
    @ParameterizedTest
    @CsvSource({"unipc,UNIPC", "UniPC,UNIPC", "dpm++,DPMPP", "DPM++,DPMPP", "dpmpp,DPMPP", "euler,EULER"})
    void readsSolvers(String text, Solver solver) {
        assertThat(Solver.parse(text)).isEqualTo(solver);
    }

    @ParameterizedTest
    @CsvSource({"dpm+,dpm++", "unipcc,unipc", "EULR,euler"})
    void suggestsTheNearestSolver(String text, String nearest) {
        assertThatThrownBy(() -> Solver.parse(text))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage(
                        "unknown solver '" + text + "', did you mean '" + nearest + "'? There are unipc, dpm++, euler");
    }

    @Test
    void takesAModelsNameBeforeAFolder() {
        assertThat(ModelSource.of("mini-t2v")).isEqualTo(new ModelSource.Named("mini-t2v"));
        assertThat(ModelSource.of("./mini-t2v")).isEqualTo(new ModelSource.Folder(Path.of("./mini-t2v")));
        assertThatThrownBy(() -> new ModelSource.Named("mini-t2w")).hasMessageContaining("did you mean 'mini-t2v'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1280x720", "1280*720", " 1280X720 ", "1280 x 720"})
    void readsSizes(String text) {
        assertThat(Size.parse(text)).isEqualTo(new Size(1280, 720)).hasToString("1280x720");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1280", "1280x", "x720", "-1x720", "1280x720x3", "0x720", "99999999999x1"})
    void refusesWhatIsNoSize(String text) {
        assertThatThrownBy(() -> Size.parse(text)).isInstanceOf(InvalidRequestException.class);
    }

    @ParameterizedTest
    @CsvSource({"0,1", "1,1", "2,1", "3,5", "4,5", "5,5", "32,33", "31,33", "30,29", "80,81", "1e18,1073741821"})
    void takesTheNearestNumberOfFrames(double frames, int nearest) {
        assertThat(ModelInfo.nearestFrames(frames)).isEqualTo(nearest);
    }
}
