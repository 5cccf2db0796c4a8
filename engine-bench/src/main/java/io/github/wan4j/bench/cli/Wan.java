package io.github.wan4j.bench.cli;

import io.github.wan4j.core.InvalidConfigException;
import io.github.wan4j.core.WanException;
import io.github.wan4j.video.GenerationCancelledException;
import io.github.wan4j.video.InvalidRequestException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.LogManager;
import picocli.CommandLine;

/** The command {@code wan}: video generation from the command line. */
@CommandLine.Command(
        name = "wan",
        description = "Generates video with the Wan2.2 models inside the JVM.",
        mixinStandardHelpOptions = true,
        versionProvider = WanVersion.class,
        subcommands = {
            GenerateCommand.class,
            PlanCommand.class,
            WarmCommand.class,
            CalibrateCommand.class,
            InspectCommand.class,
            DoctorCommand.class
        })
public final class Wan implements Runnable {
    private final CtrlC interrupt;

    @CommandLine.Option(
            names = {"-v", "--verbose"},
            scope = CommandLine.ScopeType.INHERIT,
            description = "Say more, errors with their stack trace.")
    @SuppressWarnings("UnusedVariable") // it counts before anything is parsed
    private boolean verbose;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli sets the rest
    Wan(CtrlC interrupt) {
        this.interrupt = interrupt;
    }

    /** Ends the process with the exit code of the command; one that Ctrl-C is ending already keeps its own. */
    public static void main(String... arguments) {
        System.exit(run(writer(System.out), writer(System.err), arguments));
    }

    /** What the terminal reads; the platform's own choice could not show a Chinese prompt. */
    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(stream, true, StandardCharsets.UTF_8);
    }

    /** Runs one command line; what a test calls. */
    static int run(PrintWriter out, PrintWriter err, String... arguments) {
        boolean verbose = isVerbose(arguments);
        // the engine's warnings reach the user through its reports; the log is for -v
        LogManager.getLogManager().getLogger("").setLevel(verbose ? Level.INFO : Level.SEVERE);
        try (CtrlC interrupt = new CtrlC()) {
            CommandLine command = new CommandLine(new Wan(interrupt))
                    .setOut(out)
                    .setErr(err)
                    .setParameterExceptionHandler((e, args) -> usage(err, e))
                    .setExecutionExceptionHandler((e, line, parsed) -> failure(err, e, verbose));
            try {
                return command.execute(OfficialNames.translate(arguments));
            } catch (LinkageError | VirtualMachineError e) {
                return failure(err, e, verbose);
            }
        }
    }

    private static boolean isVerbose(String... arguments) {
        return Arrays.stream(arguments).anyMatch(argument -> argument.equals("-v") || argument.equals("--verbose"));
    }

    CtrlC interrupt() {
        return interrupt;
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(),
                "no command given; there are "
                        + String.join(", ", spec.subcommands().keySet()));
    }

    private static int usage(PrintWriter err, CommandLine.ParameterException e) {
        List<String> similar =
                e instanceof CommandLine.UnmatchedArgumentException unmatched ? unmatched.getSuggestions() : List.of();
        err.println("wan: " + oneLine(String.valueOf(e.getMessage()))
                + (similar.isEmpty() ? "" : "; did you mean " + String.join(" or ", similar) + "?"));
        return ExitCode.USAGE;
    }

    private static int failure(PrintWriter err, Throwable e, boolean verbose) {
        if (verbose) {
            e.printStackTrace(err);
        }
        if (e instanceof InvalidRequestException invalid) {
            err.println("wan: " + oneLine(String.join("; ", invalid.problems())));
            return ExitCode.USAGE;
        }
        if (e instanceof InvalidConfigException invalid) {
            err.println("wan: " + oneLine(String.join("; ", invalid.problems())));
            return ExitCode.USAGE;
        }
        if (e instanceof GenerationCancelledException) {
            err.println("wan: cancelled, nothing was written");
            return ExitCode.CANCELLED;
        }
        String message = e.getMessage() == null ? e.toString() : e.getMessage();
        err.println("wan: "
                + oneLine(e instanceof WanException ? message : e.getClass().getSimpleName() + ": " + message));
        return ExitCode.FAILED;
    }

    private static String oneLine(String text) {
        return String.join(
                " ", Arrays.stream(text.split("\\R")).map(String::strip).toList());
    }
}
