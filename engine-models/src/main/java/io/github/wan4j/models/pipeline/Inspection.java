package io.github.wan4j.models.pipeline;

import io.github.wan4j.core.CheckpointException;
import io.github.wan4j.core.weights.Checkpoint;
import io.github.wan4j.core.weights.TensorEntry;
import io.github.wan4j.models.load.ModelFolder;
import io.github.wan4j.video.ModelSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What a model folder holds, part by part, and whether the networks can be bound to it; reads headers only. */
public final class Inspection {
    /** One file or set of shards: its contents, or what is wrong with it. */
    public record Part(String name, String files, int tensors, long parameters, String dtypes, String problem) {
        @Override
        public String toString() {
            String contents = tensors == 0
                    ? files
                    : String.format(
                            Locale.ROOT, "%s: %d tensors, %,d parameters, %s", files, tensors, parameters, dtypes);
            return String.format(Locale.ROOT, "%-13s", name)
                    + contents
                    + (problem.isEmpty() ? "" : (contents.isEmpty() ? "" : "; ") + "WRONG: " + problem);
        }
    }

    private final ModelFolder folder;
    private final List<Part> parts = new ArrayList<>();

    private Inspection(ModelFolder folder) {
        this.folder = folder;
    }

    /** Looks at every part, whatever is wrong with others. */
    public static Inspection of(ModelSource source, Path cacheDir) {
        Inspection inspection = new Inspection(ModelFolder.open(source, cacheDir));
        inspection.look();
        return inspection;
    }

    private void look() {
        Fit.of(folder).forEach((name, fit) -> parts.add(part(name, fit)));
        parts.add(tokenizer());
    }

    private static Part part(String name, Fit fit) {
        try (Checkpoint checkpoint = fit.open().get()) {
            long parameters = 0;
            Set<String> dtypes = new TreeSet<>();
            for (String tensor : checkpoint.names()) {
                TensorEntry entry = checkpoint.entry(tensor);
                parameters += entry.count();
                dtypes.add(entry.dtype().toString());
            }
            String files = checkpoint.files().stream()
                    .map(file -> String.valueOf(file.getFileName()))
                    .collect(Collectors.joining(", "));
            return new Part(
                    name,
                    files,
                    checkpoint.names().size(),
                    parameters,
                    String.join(" and ", dtypes),
                    problem(fit, checkpoint));
        } catch (CheckpointException e) {
            return new Part(name, "", 0, 0, "", message(e));
        }
    }

    private static String problem(Fit fit, Checkpoint checkpoint) {
        try {
            fit.require(checkpoint);
            return "";
        } catch (CheckpointException e) {
            return message(e);
        }
    }

    private Part tokenizer() {
        try {
            return new Part("tokenizer", String.valueOf(folder.tokenizer().getFileName()), 0, 0, "", "");
        } catch (CheckpointException e) {
            return new Part("tokenizer", "", 0, 0, "", message(e));
        }
    }

    private static String message(CheckpointException e) {
        String message = e.getMessage();
        return message == null ? e.toString() : String.join(" ", Arrays.asList(message.split("\\s*\\R\\s*")));
    }

    public List<Part> parts() {
        return List.copyOf(parts);
    }

    /** Whether a video can be made from this folder. */
    public boolean isComplete() {
        return parts.stream().allMatch(part -> part.problem().isEmpty());
    }

    @Override
    public String toString() {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(Locale.ROOT, "%-13s%s", "model", folder.name()));
        lines.add(String.format(Locale.ROOT, "%-13s%s", "kind", folder.kind()));
        lines.add(String.format(Locale.ROOT, "%-13s%s", "folder", folder.folder()));
        lines.add(String.format(Locale.ROOT, "%-13s%s", "layout", folder.layoutName()));
        lines.add(String.format(
                Locale.ROOT, "%-13s%s", "defaults", folder.defaults().summary()));
        parts.forEach(part -> lines.add(part.toString()));
        return String.join(System.lineSeparator(), lines);
    }
}
