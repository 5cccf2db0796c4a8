package io.github.wan4j.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WarmTest {
    @ParameterizedTest
    @ValueSource(strings = {"mini-t2v", "mini-ti2v"})
    void aFirstStartIsDoneAheadAndSaysWhatItDid(String model) {
        Command command = Command.run("warm", "--model", model, "-q", "--device", "cpu");
        assertThat(command.code()).as(command.err()).isZero();
        assertThat(command.err()).isEmpty();
        assertThat(command.outLines()).hasSize(3);
        assertThat(command.outLines().get(0)).matches("libraries and model +\\d+\\.\\d s  " + model + " in .*");
        assertThat(command.outLines().get(1)).matches("weights +\\d+\\.\\d s  read and brought to cpu");
        assertThat(command.outLines().get(2)).endsWith("no kernel had to be compiled");
    }

    @Test
    void aModelThatIsNotThereIsSaidInOneLine() {
        Command command = Command.run("warm", "--model", "no-such-model");
        assertThat(command.code()).isEqualTo(ExitCode.FAILED);
        assertThat(command.errLines()).hasSize(1);
    }
}
