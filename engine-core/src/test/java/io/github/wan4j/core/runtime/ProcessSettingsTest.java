package io.github.wan4j.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.core.EngineStartException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProcessSettingsTest {
    private final ProcessSettings settings = new ProcessSettings();
    private final List<String> events = new ArrayList<>();

    @Test
    void setsOnceForAllAndPutsBackAfterTheLast() {
        ProcessSettings.Hold first = settings.grant(List.of(wish("tf32", true)));
        ProcessSettings.Hold second = settings.grant(List.of(wish("tf32", true)));
        first.close();
        first.close();
        assertThat(events).containsExactly("tf32=true");
        second.close();
        assertThat(events).containsExactly("tf32=true", "tf32 back");
    }

    @Test
    void refusesOtherWishesAndNamesThem() {
        ProcessSettings.Hold first = settings.grant(List.of(wish("tf32", true), wish("cpuThreads", 2)));
        assertThatThrownBy(() -> settings.grant(List.of(wish("tf32", false), wish("other", 1), wish("cpuThreads", 3))))
                .isInstanceOf(EngineStartException.class)
                .hasMessage(
                        "another engine of this process has settings that hold for all of it: tf32 is true and cannot "
                                + "become false, cpuThreads is 2 and cannot become 3; wish for the same or close that engine first");
        assertThat(events).doesNotContain("other=1");
        first.close();
        settings.grant(List.of(wish("tf32", false))).close();
        assertThat(events).endsWith("cpuThreads back", "tf32 back", "tf32=false", "tf32 back");
    }

    @Test
    void putsBackWhatItHadSetWhenALaterOneFails() {
        ProcessSettings.Wish failing = new ProcessSettings.Wish("benchmark", true, () -> {
            throw new IllegalStateException("no cuDNN");
        });
        assertThatThrownBy(() -> settings.grant(List.of(wish("tf32", true), failing)))
                .hasMessage("no cuDNN");
        assertThat(events).containsExactly("tf32=true", "tf32 back");
        settings.grant(List.of(wish("tf32", false), wish("benchmark", false))).close();
    }

    private ProcessSettings.Wish wish(String name, Object value) {
        return new ProcessSettings.Wish(name, value, () -> {
            events.add(name + "=" + value);
            return () -> events.add(name + " back");
        });
    }
}
