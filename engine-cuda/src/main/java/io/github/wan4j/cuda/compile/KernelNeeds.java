package io.github.wan4j.cuda.compile;

import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which kernels work has asked for, by the work's name, kept beside the compiled ones: the next start knows ahead what it will
 * need. For the published models lists come with the engine. One kernel to a line, its file and its expression.
 */
public final class KernelNeeds {
    private static final Logger LOG = System.getLogger(KernelNeeds.class.getName());
    private static final String SHIPPED = "/wan4j/kernels/needs/";

    private final Path folder;

    public KernelNeeds(Path folder) {
        this.folder = folder;
    }

    /** A kernel of a file, as {@link KernelCompiler#compile} takes it. */
    public record Need(String file, String kernel) implements Comparable<Need> {
        static Need parse(String line) {
            String[] parts = line.split(" ", 2);
            return new Need(parts[0], parts.length == 2 ? parts[1] : "");
        }

        @Override
        public int compareTo(Need other) {
            return toString().compareTo(other.toString());
        }

        @Override
        public String toString() {
            return file + " " + kernel;
        }
    }

    /** What is known of this work; empty at the first time of work that nobody knows. */
    public Set<Need> of(String work) {
        Set<Need> needs = new TreeSet<>();
        try {
            Path file = file(work);
            if (Files.isRegularFile(file)) {
                add(Files.readString(file), needs);
            }
            try (InputStream shipped = KernelNeeds.class.getResourceAsStream(SHIPPED + file.getFileName())) {
                if (shipped != null) {
                    add(new String(shipped.readAllBytes(), StandardCharsets.UTF_8), needs);
                }
            }
        } catch (IOException e) {
            LOG.log(Level.WARNING, "which kernels " + work + " needs is not known", e);
        }
        return needs;
    }

    private static void add(String text, Set<Need> needs) {
        text.lines().filter(line -> !line.isBlank()).map(Need::parse).forEach(needs::add);
    }

    /** Remembers what work has asked for, beside what is known. A folder that cannot be written costs a later start's count. */
    public void add(String work, Collection<Need> asked) {
        Set<Need> needs = of(work);
        if (!needs.addAll(asked)) {
            return;
        }
        StringBuilder text = new StringBuilder();
        needs.forEach(need -> text.append(need).append('\n'));
        try {
            Files.createDirectories(folder);
            Files.writeString(file(work), text);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "which kernels " + work + " needs cannot be kept", e);
        }
    }

    private Path file(String work) {
        return folder.resolve(work.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.]+", "-") + ".txt");
    }
}
