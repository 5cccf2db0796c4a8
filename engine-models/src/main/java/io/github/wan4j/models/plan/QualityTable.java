package io.github.wan4j.models.plan;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.wan4j.video.InvalidRequestException;
import io.github.wan4j.video.Tier;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How near each tier, at a share of a model's usual steps, was measured to come to EXACT at all of them. */
public record QualityTable(List<Row> rows) {
    /**
     * One measurement.
     *
     * @param stepShare steps as a share of the model's usual number
     * @param psnr mean over prompts, in dB
     */
    public record Row(Tier tier, double stepShare, double psnr) {
        int steps(int usual) {
            return (int) Math.max(1, Math.rint(stepShare * usual));
        }
    }

    public QualityTable {
        rows = List.copyOf(rows);
    }

    private static final String FOLDER = "quality/";

    /** What was measured for a model, by its name or, where it is of the published size, its kind's; empty if nothing was. */
    public static QualityTable of(ModelShape model) {
        boolean published =
                model.transformer().equals(ModelShape.of(model.kind()).transformer());
        return PlanData.find(FOLDER + model.name() + ".json")
                .or(() -> published ? PlanData.find(FOLDER + model.kind().label() + ".json") : Optional.empty())
                .map(QualityTable::read)
                .orElse(new QualityTable(List.of()));
    }

    /** Reads a list of {@code {tier, stepShare, psnr}}. */
    public static QualityTable read(JsonNode list) {
        List<Row> rows = new ArrayList<>();
        for (JsonNode row : list) {
            if (!row.path("stepShare").isNumber() || !row.path("psnr").isNumber()) {
                throw new InvalidRequestException(
                        "a row of the quality table is " + row + ", it needs tier, stepShare, psnr");
            }
            rows.add(new Row(
                    Tier.parse(row.path("tier").asText()),
                    row.get("stepShare").asDouble(),
                    row.get("psnr").asDouble()));
        }
        return new QualityTable(rows);
    }
}
