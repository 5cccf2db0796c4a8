package io.github.wan4j.models.pipeline;

import io.github.wan4j.core.weights.Checkpoint;
import io.github.wan4j.models.load.ModelFolder;
import io.github.wan4j.video.Expert;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The files of a model's weights, seen as what has to be read. */
record WeightFiles(List<Path> files) {
    private static final int SAMPLES = 16;

    static WeightFiles of(ModelFolder folder) {
        List<Path> files = new ArrayList<>();
        for (Expert expert : folder.experts()) {
            try (Checkpoint transformer = folder.transformer(expert)) {
                files.addAll(transformer.files());
            }
        }
        try (Checkpoint text = folder.textEncoder()) {
            files.addAll(text.files());
        }
        return new WeightFiles(files);
    }

    /**
     * The share that the system holds in memory, by samples. An estimate: where the system does not tell, as of files that
     * belong to somebody else, it says either all or nothing.
     */
    double cached() {
        double bytes = 0;
        double cached = 0;
        for (Path file : files) {
            try (FileChannel channel = FileChannel.open(file)) {
                bytes += channel.size();
                cached += channel.size() * cached(channel);
            } catch (IOException e) {
                return 0; // whoever reads it will say what is wrong with it
            }
        }
        return bytes == 0 ? 1 : cached / bytes;
    }

    private static double cached(FileChannel channel) throws IOException {
        int loaded = 0;
        for (int i = 0; i < SAMPLES; i++) {
            long at = channel.size() / SAMPLES * i;
            if (channel.size() > 0
                    && channel.map(FileChannel.MapMode.READ_ONLY, at, 1).isLoaded()) {
                loaded++;
            }
        }
        return loaded / (double) SAMPLES;
    }
}
