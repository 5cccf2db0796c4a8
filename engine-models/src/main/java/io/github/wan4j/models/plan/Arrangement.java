package io.github.wan4j.models.plan;

import io.github.wan4j.core.Residency;
import io.github.wan4j.core.TextEncoderPlace;
import io.github.wan4j.core.VaeTile;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where the networks lie, in what portions the autoencoder works and what is kept for a moment instead of computed again: what
 * makes a job smaller and slower without changing its video. None of it is automatic any more.
 *
 * <ul>
 *   <li>{@code RESIDENT}: all experts and the autoencoder stay on the device, from one job to the next.
 *   <li>{@code ONE_EXPERT}: while denoising, the expert at work alone is on the device, and no expert before or after; the
 *       autoencoder comes for its stage.
 *   <li>{@code STREAM}: the same with two blocks of the expert in the place of all.
 *   <li>{@code GPU}: the text encoder stays on the device, and so do resident weights that only prompts meet; {@code FREE}:
 *       both go as soon as the prompts have passed; {@code CPU}: the text encoder never comes.
 * </ul>
 *
 * @param chunk latent frames that the autoencoder takes at once
 * @param tile its tiles; null for whole frames
 * @param sharesBranches whether both branches of a guided step begin from one result of the first self-attention
 */
public record Arrangement(
        Residency residency,
        TextEncoderPlace textEncoder,
        int chunk,
        @Nullable VaeTile tile,
        boolean sharesBranches) {
    public Arrangement {
        if (residency == Residency.AUTO || textEncoder == TextEncoderPlace.AUTO || chunk < 1) {
            throw new IllegalArgumentException(residency + ", " + textEncoder + ", " + chunk + " leave something open");
        }
    }

    /** Whether what was loaded for one job waits on the device for the next. */
    public boolean keepsWeights() {
        return residency == Residency.RESIDENT;
    }

    /**
     * Whether the weights that only prompts meet, the keys and values of cross-attention, come for each prompt from the host:
     * with a resident text encoder they stay as well.
     */
    public boolean passesPromptWeights() {
        return residency != Residency.RESIDENT || textEncoder != TextEncoderPlace.GPU;
    }

    Arrangement with(Residency other, TextEncoderPlace place) {
        return new Arrangement(other, place, chunk, tile, sharesBranches);
    }

    Arrangement withPortions(int otherChunk, @Nullable VaeTile otherTile) {
        return new Arrangement(residency, textEncoder, otherChunk, otherTile, sharesBranches);
    }

    Arrangement withSharedBranches(boolean shares) {
        return new Arrangement(residency, textEncoder, chunk, tile, shares);
    }

    /** In what it differs, by the names of the settings. */
    public String differenceTo(Arrangement other) {
        List<String> differences = new ArrayList<>();
        if (residency != other.residency) {
            differences.add("residency " + residency);
        }
        if (textEncoder != other.textEncoder) {
            differences.add("text encoder " + textEncoder);
        }
        if (chunk != other.chunk) {
            differences.add("vae chunk " + chunk);
        }
        if (!Objects.equals(tile, other.tile)) {
            differences.add(tile == null ? "whole frames" : "vae tile " + tile);
        }
        if (sharesBranches != other.sharesBranches) {
            differences.add(sharesBranches ? "shared branches" : "branches by themselves");
        }
        return String.join(", ", differences);
    }

    @Override
    public String toString() {
        return residency + ", text encoder " + textEncoder + ", " + chunk + " latent frames at a time"
                + (tile == null ? "" : " in tiles of " + tile)
                + (sharesBranches ? ", branches begun together" : "");
    }
}
