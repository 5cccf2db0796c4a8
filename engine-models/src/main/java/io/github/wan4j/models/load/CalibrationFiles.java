package io.github.wan4j.models.load;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.wan4j.core.CheckpointException;
import io.github.wan4j.models.plan.Calibration;
import io.github.wan4j.models.plan.Calibration.Subject;
import io.github.wan4j.models.plan.CalibrationJson;
import io.github.wan4j.video.InvalidRequestException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * Where the calibrations of one model lie: the file that the user names, else what {@code wan calibrate} left in the user's
 * cache folder, else what was shipped in the model's own folder. They are looked for again each time.
 *
 * @param given the file named by the user
 */
public record CalibrationFiles(Subject model, Path modelFolder, Path cacheDir, Optional<Path> given) {
    private static final String SHIPPED = "calibration.json";
    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /** The one that counts. */
    public Optional<Calibration> find() {
        if (given.isPresent()) {
            return Optional.of(read(given.get(), "from " + given.get()));
        }
        if (Files.exists(cached())) {
            Calibration found = read(cached(), "from " + cached());
            if (!found.model().hash().equals(model.hash())) {
                throw unusable(
                        cached(),
                        "it was measured on another checkpoint (hash "
                                + found.model().hash() + ")");
            }
            return Optional.of(found);
        }
        Path shipped = modelFolder.resolve(SHIPPED);
        return Files.exists(shipped) ? Optional.of(read(shipped, "shipped with the model")) : Optional.empty();
    }

    /** The file in the user's cache folder; the hash over config and headers tells models apart. */
    public Path cached() {
        return cacheDir.resolve("calibrations").resolve(model.hash() + ".json");
    }

    /** Puts a calibration where later runs find it. */
    public Path keep(Calibration calibration) {
        write(calibration, cached());
        return cached();
    }

    /** Writes a file whole or not at all. */
    public static void write(Calibration calibration, Path file) {
        try {
            Path folder = Files.createDirectories(file.toAbsolutePath().getParent());
            Path temporary = Files.createTempFile(folder, ".calibration", ".part");
            try {
                Files.writeString(temporary, MAPPER.writeValueAsString(CalibrationJson.write(calibration)) + "\n");
                Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            throw CheckpointException.of(file, "the calibration cannot be written: " + e, e);
        }
    }

    private Calibration read(Path file, String source) {
        Calibration calibration;
        try {
            calibration = CalibrationJson.read(MAPPER.readTree(Files.readString(file, StandardCharsets.UTF_8)), source);
        } catch (JsonProcessingException e) {
            throw unusable(file, "it is no valid JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw unusable(file, "it cannot be read: " + e.getMessage());
        } catch (InvalidRequestException e) {
            throw unusable(file, String.valueOf(e.getMessage()));
        }
        requireSameShape(file, calibration.model());
        return calibration;
    }

    /** Names what differs: another checkpoint of the same shape may be meant, another shape cannot. */
    private void requireSameShape(Path file, Subject found) {
        same(file, "kind", found.kind(), model.kind());
        same(file, "dim", found.dim(), model.dim());
        same(file, "layers", found.layers(), model.layers());
    }

    private void same(Path file, String what, Object found, Object expected) {
        if (!found.equals(expected)) {
            throw unusable(
                    file,
                    "it was measured on a model with " + what + " " + found + ", " + model.name() + " has " + expected);
        }
    }

    private CheckpointException unusable(Path file, String problem) {
        return CheckpointException.of(
                file,
                "this calibration cannot be used: " + problem + "; run 'wan calibrate' again or take the file away");
    }
}
