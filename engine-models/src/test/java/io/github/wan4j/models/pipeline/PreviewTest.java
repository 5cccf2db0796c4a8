package io.github.wan4j.models.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PreviewTest {
    @Test
    void isDueEverySoManyStepsAndAtTheEnd() {
        assertThat(Preview.isDue(3, 2, 8)).isTrue();
        assertThat(Preview.isDue(3, 3, 8)).isFalse();
        assertThat(Preview.isDue(3, 7, 8)).isTrue();
        assertThat(Preview.isDue(0, 7, 8)).isFalse();
    }
}
