package io.github.wan4j.video;

import io.github.wan4j.core.Names;
import java.nio.file.Path;
import java.util.List;

/** Where a model comes from: one of the bundled ones by name, or a checkpoint folder. */
public sealed interface ModelSource {
    /** The models that the artifact {@code io.github.wan4j:wan4j-mini-models} brings. */
    List<String> NAMES = List.of("mini-t2v", "mini-ti2v");

    /** A bundled model's name, or else a folder; a folder called like a model is written {@code ./mini-t2v}. */
    static ModelSource of(String nameOrFolder) {
        return NAMES.contains(nameOrFolder) ? new Named(nameOrFolder) : new Folder(Path.of(nameOrFolder));
    }

    /** A bundled model. */
    record Named(String name) implements ModelSource {
        public Named {
            if (!NAMES.contains(name)) {
                throw new InvalidRequestException("no model is called '" + name + "', did you mean '"
                        + Names.nearest(name, NAMES) + "'? A folder is named by its path");
            }
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** A checkpoint folder in either layout. */
    record Folder(Path path) implements ModelSource {
        @Override
        public String toString() {
            return path.toString();
        }
    }
}
