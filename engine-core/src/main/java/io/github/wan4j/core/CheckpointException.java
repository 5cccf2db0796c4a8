package io.github.wan4j.core;

import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A checkpoint cannot be read or written, or does not fit the model. The message is one line and names the file. */
public final class CheckpointException extends WanException {
    private static final long serialVersionUID = 1L;

    // names come from files that nobody vouched for: none may write to the reader's terminal
    private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\u2028\\u2029]");

    private final String file;
    private final @Nullable String tensor;
    private final @Nullable String expected;
    private final @Nullable String found;

    private CheckpointException(
            Path file,
            String problem,
            @Nullable String tensor,
            @Nullable String expected,
            @Nullable String found,
            @Nullable Throwable cause) {
        super(CONTROL.matcher(file + ": " + problem).replaceAll("?"));
        this.file = file.toString();
        this.tensor = tensor;
        this.expected = expected;
        this.found = found;
        if (cause != null) {
            initCause(cause);
        }
    }

    /** Something is wrong with the file as a whole. */
    public static CheckpointException of(Path file, String problem) {
        return new CheckpointException(file, problem, null, null, null, null);
    }

    public static CheckpointException of(Path file, String problem, Throwable cause) {
        return new CheckpointException(file, problem, null, null, null, cause);
    }

    /** Something is wrong with one tensor; {@code problem} continues the sentence "tensor 'x' …". */
    public static CheckpointException ofTensor(Path file, String tensor, String problem) {
        return new CheckpointException(file, "tensor '" + tensor + "' " + problem, tensor, null, null, null);
    }

    /** One tensor is not what it should be. */
    public static CheckpointException mismatch(Path file, String tensor, String expected, String found) {
        String problem = "tensor '" + tensor + "' is " + found + ", expected " + expected;
        return new CheckpointException(file, problem, tensor, expected, found, null);
    }

    /** The file, or the folder, in which the problem lies. */
    public Path file() {
        return Path.of(file);
    }

    /** The tensor, where the problem is with one. */
    public @Nullable String tensor() {
        return tensor;
    }

    public @Nullable String expected() {
        return expected;
    }

    public @Nullable String found() {
        return found;
    }
}
