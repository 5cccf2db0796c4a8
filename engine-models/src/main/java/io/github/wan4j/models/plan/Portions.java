package io.github.wan4j.models.plan;

import io.github.wan4j.core.VaeTile;
import io.github.wan4j.video.Size;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * In what portions an autoencoder works by itself, outside of any job.
 *
 * @param chunk latent frames at once
 * @param tile null for whole frames
 */
public record Portions(int chunk, @Nullable VaeTile tile) {
    /**
     * As asked for; what is left open is chosen so that it fits, whole frames first and the longest chunks among them. The
     * least there is where nothing fits.
     *
     * @param free bytes for activations
     */
    public static Portions fitting(
            VaeShape vae,
            Products products,
            Size picture,
            int latentFrames,
            PlacementWishes wishes,
            boolean gpu,
            long free) {
        List<Integer> chunks = wishes.chunk() == null ? Fitting.chunks(gpu) : List.of(wishes.chunk());
        List<Portions> all = new ArrayList<>();
        if (wishes.tile() == null) {
            chunks.forEach(chunk -> all.add(new Portions(chunk, null)));
        }
        for (VaeTile tile : wishes.tile() == null ? Fitting.tiles(vae) : List.of(wishes.tile())) {
            chunks.forEach(chunk -> all.add(new Portions(chunk, tile)));
        }
        VaeMemory memory = new VaeMemory(vae, products);
        return all.stream()
                .filter(portions -> memory.activations(picture, latentFrames, portions.chunk(), portions.tile())
                        <= Fitting.TRUSTED * free)
                .findFirst()
                .orElse(all.get(all.size() - 1));
    }
}
