package io.github.wan4j.cuda.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class VisibleDevicesTest {
    private static final List<String> UUIDS = List.of("GPU-aa11", "GPU-ab22", "GPU-cc33");

    @Test
    void withoutTheVariableAllAreVisible() {
        assertThat(VisibleDevices.of(null, UUIDS)).containsExactly(0, 1, 2);
    }

    @Test
    void theOrderOfTheVariableIsTheNumbering() {
        assertThat(VisibleDevices.of("2, 0", UUIDS)).containsExactly(2, 0);
    }

    @Test
    void aUniquePrefixOfAUuidNamesADevice() {
        assertThat(VisibleDevices.of("GPU-c,GPU-aa", UUIDS)).containsExactly(2, 0);
        assertThat(VisibleDevices.of("GPU-a", UUIDS)).isEmpty();
    }

    @Test
    void theListEndsAtItsFirstWrongEntry() {
        assertThat(VisibleDevices.of("1,-1,0", UUIDS)).containsExactly(1);
        assertThat(VisibleDevices.of("1,7,0", UUIDS)).containsExactly(1);
        assertThat(VisibleDevices.of("1,1", UUIDS)).containsExactly(1);
        assertThat(VisibleDevices.of("", UUIDS)).isEmpty();
    }
}
