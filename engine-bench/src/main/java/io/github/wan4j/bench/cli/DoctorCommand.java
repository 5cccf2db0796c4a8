package io.github.wan4j.bench.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine;

/** {@code wan doctor}: what this machine offers. */
@CommandLine.Command(name = "doctor")
final class DoctorCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        return ExitCode.OK;
    }
}
