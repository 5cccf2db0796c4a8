package io.github.wan4j.models.plan;

import io.github.wan4j.core.Residency;
import io.github.wan4j.core.TextEncoderPlace;
import io.github.wan4j.core.VaeTile;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the first arrangement that a device has the memory for: the fastest in front, tiles last of all because they alone
 * change what is computed.
 */
final class Fitting {
    /** Share of the memory up to which an estimate is trusted. */
    static final double TRUSTED = 0.85;

    private static final List<Integer> GPU_CHUNKS = List.of(4, 2, 1);
    private static final List<Integer> CPU_CHUNKS = List.of(2, 1);

    private final DeviceProfile device;
    private final VaeShape vae;

    Fitting(DeviceProfile device, VaeShape vae) {
        this.device = device;
        this.vae = vae;
    }

    /** From what hardly costs anything to what is slow but fits everywhere. */
    static List<VaeTile> tiles(VaeShape vae) {
        return Stream.of(512, 256, 128)
                .map(size -> new VaeTile(size, vae.tileOverlap()))
                .toList();
    }

    /** Latent frames at once, the fastest first: longer chunks gain little on a GPU, on a CPU they leave the cache. */
    static List<Integer> chunks(boolean gpu) {
        return gpu ? GPU_CHUNKS : CPU_CHUNKS;
    }

    /** The best that is as asked for and fits. */
    Optional<MemoryEstimate> find(MemoryModel model, PlacementWishes wishes) {
        List<VaeTile> tiles = wishes.tile() == null ? tiles(vae) : List.of(wishes.tile());
        return (wishes.tile() == null ? first(model, wishes, List.of()) : Optional.<MemoryEstimate>empty())
                .or(() -> first(model, wishes, tiles));
    }

    /** With any of the tiles, or without any where the list is empty. */
    private Optional<MemoryEstimate> first(MemoryModel model, PlacementWishes wishes, List<VaeTile> tiles) {
        return Stream.of(TRUSTED, 1.0)
                .flatMap(share ->
                        arrangements(wishes, tiles).map(model::estimate).filter(memory -> fits(memory, share)))
                .findFirst();
    }

    private Stream<Arrangement> arrangements(PlacementWishes wishes, List<VaeTile> tiles) {
        List<Integer> chunks = wishes.chunk() != null ? List.of(wishes.chunk()) : chunks(device.gpu());
        List<Boolean> sharing = wishes.shareBranches() != null ? List.of(wishes.shareBranches()) : List.of(true, false);
        List<Arrangement> all = new ArrayList<>();
        for (Arrangement place : places(wishes)) {
            for (int chunk : chunks) {
                if (tiles.isEmpty()) {
                    all.add(place.withPortions(chunk, null));
                }
                tiles.forEach(tile -> all.add(place.withPortions(chunk, tile)));
            }
        }
        return all.stream().flatMap(each -> sharing.stream().map(each::withSharedBranches));
    }

    /** On a CPU there is one place for everything. */
    private List<Arrangement> places(PlacementWishes wishes) {
        if (!device.gpu()) {
            return List.of(place(Residency.RESIDENT, TextEncoderPlace.CPU));
        }
        Residency residency = wishes.residency();
        List<Arrangement> places = residency == null
                ? List.of(
                        place(Residency.RESIDENT, TextEncoderPlace.GPU),
                        place(Residency.RESIDENT, TextEncoderPlace.FREE),
                        place(Residency.ONE_EXPERT, TextEncoderPlace.FREE),
                        place(Residency.STREAM, TextEncoderPlace.FREE),
                        place(Residency.STREAM, TextEncoderPlace.CPU))
                : Stream.of(TextEncoderPlace.GPU, TextEncoderPlace.FREE, TextEncoderPlace.CPU)
                        .filter(text -> residency == Residency.RESIDENT || text != TextEncoderPlace.GPU)
                        .map(text -> place(residency, text))
                        .toList();
        TextEncoderPlace asked = wishes.textEncoder();
        return asked == null
                ? places
                : places.stream()
                        .map(place -> place(place.residency(), asked))
                        .distinct()
                        .toList();
    }

    /** The least that a job can be made to take. */
    MemoryEstimate smallest(MemoryModel model) {
        return arrangements(PlacementWishes.NONE, tiles(vae))
                .map(model::estimate)
                .min(Comparator.comparingLong(this::needed))
                .orElseThrow();
    }

    private static Arrangement place(Residency residency, TextEncoderPlace text) {
        return new Arrangement(residency, text, 1, null, false);
    }

    boolean fits(MemoryEstimate memory, double share) {
        return device.memoryBytes() == 0 || needed(memory) <= share * device.memoryBytes();
    }

    /** A CPU's memory is the host's. */
    long needed(MemoryEstimate memory) {
        return memory.peak() + (device.gpu() ? 0 : memory.hostBytes());
    }

    /** The tiles that are smaller than one, or than none. */
    static Stream<VaeTile> smallerThan(VaeShape vae, @Nullable VaeTile tile) {
        return tiles(vae).stream().filter(smaller -> tile == null || smaller.size() < tile.size());
    }
}
