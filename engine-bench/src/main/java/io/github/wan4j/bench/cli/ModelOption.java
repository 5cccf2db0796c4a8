package io.github.wan4j.bench.cli;

import io.github.wan4j.video.ModelSource;
import picocli.CommandLine.Option;

/** The model to run. */
@SuppressWarnings("NullAway.Init") // picocli sets the field
final class ModelOption {
    @Option(
            names = "--model",
            paramLabel = "DIR|NAME",
            defaultValue = "mini-t2v",
            description = "A checkpoint folder, mini-t2v or mini-ti2v. Default: mini-t2v.")
    private String model;

    String name() {
        return model;
    }

    ModelSource source() {
        return ModelSource.of(model);
    }
}
