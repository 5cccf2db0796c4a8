package io.github.wan4j.models.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.video.InvalidRequestException;
import org.junit.jupiter.api.Test;

class SkipMaskTest {
    @Test
    void isWrittenAsItIsRead() {
        SkipMask mask = SkipMask.parse("##.#.");
        assertThat(mask).hasToString("##.#.").isEqualTo(SkipMask.of(5, step -> step != 2 && step != 4));
        assertThat(mask.computed()).isEqualTo(3);
        assertThat(mask.computes(2)).isFalse();
        assertThat(SkipMask.parse("##.#")).isNotEqualTo(mask);
    }

    @Test
    void everythingIsComputedWithoutSkips() {
        assertThat(SkipMask.none(3)).hasToString("###");
    }

    @Test
    void refusesOtherCharactersAndNamesTheirPlace() {
        assertThatThrownBy(() -> SkipMask.parse("##x#"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("'x' at step 3");
    }

    @Test
    void knowsItsEnd() {
        assertThatThrownBy(() -> SkipMask.none(3).computes(3)).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
