package io.github.wan4j.models.plan;

import io.github.wan4j.video.RunReport.Choice;
import io.github.wan4j.video.RunReport.PeakBytes;
import io.github.wan4j.video.RunReport.Seconds;
import java.util.ArrayList;
import java.util.List;

/**
 * Where and in which numbers a plan runs, and what it is expected to take.
 *
 * @param batchedGuidance whether both branches go through the transformer in one forward
 * @param choices what was decided, with the reason
 * @param warnings what the caller should know, one sentence each
 */
public record Placement(
        DeviceProfile device,
        Numerics numerics,
        boolean batchedGuidance,
        MemoryEstimate memory,
        Seconds seconds,
        List<Choice> choices,
        List<String> warnings) {
    public Placement {
        choices = List.copyOf(choices);
        warnings = List.copyOf(warnings);
    }

    /** Where the networks lie and in what portions the autoencoder works. */
    public Arrangement arrangement() {
        return memory.arrangement();
    }

    /** What a report of the job should come to; on a CPU all of it is the host's. */
    public PeakBytes peakBytes() {
        return device.gpu()
                ? new PeakBytes(memory.hostBytes(), memory.allocatedPeak(), memory.allocated())
                : new PeakBytes(memory.hostBytes() + memory.peak(), null);
    }

    /** The same in another arrangement. */
    Placement arranged(MemoryEstimate other, String reason) {
        return new Placement(device, numerics, batchedGuidance, other, seconds, choices, warnings)
                .with(new Choice("arrangement", other.arrangement().toString(), reason));
    }

    Placement with(Choice choice) {
        List<Choice> all = new ArrayList<>(choices);
        all.add(choice);
        return new Placement(device, numerics, batchedGuidance, memory, seconds, all, warnings);
    }
}
