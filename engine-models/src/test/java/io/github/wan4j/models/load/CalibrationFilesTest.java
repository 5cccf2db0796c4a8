package io.github.wan4j.models.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.core.CheckpointException;
import io.github.wan4j.models.plan.Calibration;
import io.github.wan4j.models.plan.Calibration.Runs;
import io.github.wan4j.models.plan.Calibration.Series;
import io.github.wan4j.models.plan.Calibration.Subject;
import io.github.wan4j.video.Branch;
import io.github.wan4j.video.Expert;
import io.github.wan4j.video.ModelKind;
import io.github.wan4j.video.Size;
import io.github.wan4j.video.Solver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CalibrationFilesTest {
    private static final Subject FIVE = new Subject("five", ModelKind.TI2V_5B, 3072, 30, "12ab");

    private final Path folder;

    CalibrationFilesTest(@TempDir Path folder) {
        this.folder = folder;
    }

    private CalibrationFiles files(Subject model, Path... given) {
        return new CalibrationFiles(
                model,
                folder.resolve("model"),
                folder.resolve("cache"),
                Optional.ofNullable(given.length == 0 ? null : given[0]));
    }

    private static Calibration calibration(Subject model) {
        List<Double> ratios = List.of(0.99, 0.9);
        return new Calibration(
                model,
                new Runs(2, 3, 5, Solver.UNIPC, new Size(1280, 704), 121),
                null,
                Map.of(
                        Expert.SINGLE,
                        new Series(Map.of(Branch.COND, ratios, Branch.UNCOND, ratios), List.of(1.0, 0.0), List.of())),
                "measured");
    }

    private static void assertUnusable(CalibrationFiles files, String... parts) {
        assertThatThrownBy(files::find).isInstanceOf(CheckpointException.class).hasMessageContainingAll(parts);
    }

    @Test
    void whatIsKeptIsFoundAndComesBeforeWhatWasShipped() {
        CalibrationFiles files = files(FIVE);
        assertThat(files.find()).isEmpty();
        CalibrationFiles.write(calibration(FIVE), folder.resolve("model").resolve("calibration.json"));
        assertThat(files.find().orElseThrow().source()).isEqualTo("shipped with the model");
        Path kept = files.keep(calibration(FIVE));
        assertThat(files.find()).contains(calibration(FIVE).withSource("from " + kept));
        assertThat(files(new Subject("other", ModelKind.TI2V_5B, 3072, 30, "99"))
                        .find()
                        .orElseThrow()
                        .source())
                .as("of a model with another hash")
                .isEqualTo("shipped with the model");
    }

    @Test
    void theFileThatIsGivenComesFirstAndMayBeOfAnotherCheckpointOfTheSameShape() {
        files(FIVE).keep(calibration(FIVE));
        Path given = folder.resolve("given.json");
        CalibrationFiles.write(calibration(new Subject("tuned", ModelKind.TI2V_5B, 3072, 30, "77")), given);
        assertThat(files(FIVE, given).find().orElseThrow().model().name()).isEqualTo("tuned");
    }

    @Test
    void aFileOfAnotherModelIsRefusedByWhatDiffers() {
        Path given = folder.resolve("given.json");
        CalibrationFiles.write(calibration(FIVE), given);
        assertUnusable(
                files(new Subject("mini", ModelKind.TI2V_5B, 256, 6, "1"), given),
                "given.json",
                "a model with dim 3072, mini has 256");
        assertUnusable(
                files(new Subject("big", ModelKind.T2V_A14B, 3072, 30, "1"), given),
                "a model with kind ti2v-5b, big has t2v-a14b");
    }

    @Test
    void aDamagedFileIsRefusedWithWhatToDo() throws IOException {
        assertUnusable(files(FIVE, folder.resolve("none.json")), "none.json", "cannot be read");
        Path given = Files.writeString(folder.resolve("given.json"), "{\"format\": 1,");
        assertUnusable(files(FIVE, given), "no valid JSON", "run 'wan calibrate' again or take the file away");
        Files.writeString(given, "{\"format\": 1}");
        assertUnusable(files(FIVE, given), "model.name is missing");
        Path kept = files(FIVE).keep(calibration(new Subject("x", ModelKind.TI2V_5B, 3072, 30, "77")));
        assertUnusable(files(FIVE), kept.toString(), "another checkpoint (hash 77)");
    }
}
