package io.github.wan4j.models.plan;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.Residency;
import io.github.wan4j.core.TextEncoderPlace;
import io.github.wan4j.core.VaeTile;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of the way in which a job runs. What is null is for the plan to decide.
 *
 * @param precision of the transformer's products
 * @param chunk latent frames that the autoencoder takes at once
 * @param batchGuidance whether both branches go through the transformer in one forward
 * @param shareBranches whether what both branches have in common is computed once
 */
public record PlacementWishes(
        @Nullable Products precision,
        @Nullable Residency residency,
        @Nullable TextEncoderPlace textEncoder,
        @Nullable Integer chunk,
        @Nullable VaeTile tile,
        @Nullable Boolean batchGuidance,
        @Nullable Boolean shareBranches) {
    public static final PlacementWishes NONE = new PlacementWishes(null, null, null, null, null, null, null);

    public PlacementWishes {
        residency = residency == Residency.AUTO ? null : residency;
        textEncoder = textEncoder == TextEncoderPlace.AUTO ? null : textEncoder;
    }

    /** What an engine's settings say. */
    public static PlacementWishes of(EngineConfig config) {
        return new PlacementWishes(
                config.precision()
                        .map(precision -> Products.valueOf(precision.name().toUpperCase(Locale.ROOT)))
                        .orElse(null),
                config.residency(),
                config.textEncoder(),
                config.vaeChunk().isPresent() ? config.vaeChunk().getAsInt() : null,
                config.vaeTile().orElse(null),
                null,
                switch (config.shareBranches()) {
                    case AUTO -> null;
                    case ON -> true;
                    case OFF -> false;
                });
    }

    PlacementWishes withPrecision(Products value) {
        return new PlacementWishes(value, residency, textEncoder, chunk, tile, batchGuidance, shareBranches);
    }

    PlacementWishes withResidency(Residency value) {
        return new PlacementWishes(precision, value, textEncoder, chunk, tile, batchGuidance, shareBranches);
    }

    PlacementWishes withBatchGuidance(boolean value) {
        return new PlacementWishes(precision, residency, textEncoder, chunk, tile, value, shareBranches);
    }

    PlacementWishes withShareBranches(@Nullable Boolean value) {
        return new PlacementWishes(precision, residency, textEncoder, chunk, tile, batchGuidance, value);
    }

    /** Exactly this arrangement. */
    public PlacementWishes with(Arrangement arrangement) {
        return new PlacementWishes(
                precision,
                arrangement.residency(),
                arrangement.textEncoder(),
                arrangement.chunk(),
                arrangement.tile(),
                batchGuidance,
                arrangement.sharesBranches());
    }
}
