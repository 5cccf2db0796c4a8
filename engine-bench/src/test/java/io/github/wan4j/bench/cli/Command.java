package io.github.wan4j.bench.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

/** One command line, run in this process: its exit code and what it printed. */
record Command(int code, String out, String err) {
    static Command run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Wan.run(new PrintWriter(out), new PrintWriter(err), arguments);
        return new Command(code, out.toString(), err.toString());
    }

    List<String> outLines() {
        return out.lines().toList();
    }

    List<String> errLines() {
        return err.lines().toList();
    }
}
