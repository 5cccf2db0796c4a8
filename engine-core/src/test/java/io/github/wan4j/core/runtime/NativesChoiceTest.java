package io.github.wan4j.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class NativesChoiceTest {
    @Test
    void takesTheGpuBuildOnlyWhereItCanBeUsedOrNothingElseIsThere() {
        assertThat(NativesChoice.decide(null, true, true, () -> true).gpu()).isTrue();
        assertThat(NativesChoice.decide(null, true, true, () -> false).extension())
                .isEmpty();
        assertThat(NativesChoice.decide(null, false, true, () -> false).extension())
                .isEqualTo("-gpu");
        assertThat(NativesChoice.decide(null, true, false, () -> true).extension())
                .isEmpty();
        assertThat(NativesChoice.decide(null, false, false, () -> true).reason())
                .isEqualTo("no build is on the class path");
    }

    @Test
    void looksForAGpuOnlyIfTheBuildForItIsThere() {
        AtomicInteger asked = new AtomicInteger();
        assertThat(NativesChoice.decide(null, true, false, () -> asked.incrementAndGet() > 0)
                        .gpu())
                .isFalse();
        assertThat(asked).hasValue(0);
        assertThat(NativesChoice.decide(null, true, true, () -> asked.incrementAndGet() > 0)
                        .gpu())
                .isTrue();
        assertThat(asked).hasValue(1);
    }

    @Test
    void obeysThePropertyOfJavaCpp() {
        assertThat(NativesChoice.decide("-gpu", true, true, () -> false).gpu()).isTrue();
        assertThat(NativesChoice.decide("", true, true, () -> true).gpu()).isFalse();
    }
}
