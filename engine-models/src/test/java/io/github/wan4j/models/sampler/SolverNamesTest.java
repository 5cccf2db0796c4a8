package io.github.wan4j.models.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.video.InvalidRequestException;
import io.github.wan4j.video.Solver;
import org.junit.jupiter.api.Test;

class SolverNamesTest {
    @Test
    void everyUsualSpellingIsUnderstood() {
        assertThat(Solver.parse("UniPC")).isEqualTo(Solver.UNIPC);
        assertThat(Solver.parse("dpm")).isEqualTo(Solver.DPMPP);
        assertThat(Solver.parse("dpmpp")).isEqualTo(Solver.DPMPP);
        assertThat(Solver.parse("dpm++")).isEqualTo(Solver.DPMPP);
        assertThat(Solver.parse("euler")).isEqualTo(Solver.EULER);
    }

    @Test
    void anUnknownOneIsRefusedWithTheNearest() {
        assertThatThrownBy(() -> Solver.parse("eular"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("'eular'")
                .hasMessageContaining("'euler'");
    }
}
