package io.github.wan4j.core.weights;

import io.github.wan4j.core.CheckpointException;
import io.github.wan4j.core.kernels.Replays;
import io.github.wan4j.core.nn.Linear;
import io.github.wan4j.core.nn.Projections;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * A checkpoint seen from one module: the tensors below a prefix. Modules take what they need by name and shape while
 * they are constructed,
 *
 * <pre>{@code
 * FeedForward(int dim, int hidden, Weights weights) {
 *     first = weights.linear("0", dim, hidden, DType.BF16);
 *     second = weights.linear("2", hidden, dim, DType.BF16);
 * }
 * }</pre>
 *
 * and {@link #requireAllTaken} ends the load. Until then a name that is missing or of another shape is only noted down,
 * and a stand-in is returned, so that one error can list everything that is wrong.
 */
public final class Weights {
    private final Checkpoint checkpoint;
    private final WeightStore store;
    private final Binding binding;
    private final String prefix;

    private Weights(Checkpoint checkpoint, WeightStore store, Binding binding, String prefix) {
        this.checkpoint = checkpoint;
        this.store = store;
        this.binding = binding;
        this.prefix = prefix;
    }

    /** All of {@code checkpoint}, to be loaded into {@code store}. */
    public static Weights of(Checkpoint checkpoint, WeightStore store) {
        return new Weights(checkpoint, store, new Binding(checkpoint), "");
    }

    /** The weights below {@code name}. */
    public Weights at(String name) {
        return new Weights(checkpoint, store, binding, prefix + name + ".");
    }

    /** The weights of the {@code index}-th element of a list of modules. */
    public Weights at(int index) {
        return at(Integer.toString(index));
    }

    /** Where the weights go. */
    public Device device() {
        return store.device();
    }

    public boolean has(String name) {
        return checkpoint.has(prefix + name);
    }

    /** The shape of a tensor, for dimensions that no configuration holds; it still has to be taken. */
    public long[] shape(String name) {
        return binding.require(prefix + name).shape();
    }

    /** The dtype of a tensor on disk, for tables too large to convert. */
    public DType dtype(String name) {
        return binding.require(prefix + name).dtype();
    }

    /** The tensor called {@code name} here, of exactly this shape, converted to {@code dtype}. */
    public Tensor get(String name, DType dtype, long... shape) {
        String path = prefix + name;
        return binding.fits(path, shape)
                ? store.load(checkpoint, checkpoint.entry(path), dtype)
                : binding.standIn(dtype, shape);
    }

    /** {@code name.weight} [out, in] and {@code name.bias} [out]. */
    public Linear linear(String name, long in, long out, DType dtype) {
        String weight = prefix + name + ".weight";
        String bias = prefix + name + ".bias";
        boolean fits = binding.fits(weight, out, in);
        fits &= binding.fits(bias, out); // asked in any case, to note both down
        return fits
                ? store.linear(checkpoint, checkpoint.entry(weight), checkpoint.entry(bias), dtype)
                : StandIn.linear(prefix + name);
    }

    /** {@code name.weight} [out, in]. */
    public Linear linearWithoutBias(String name, long in, long out, DType dtype) {
        String weight = prefix + name + ".weight";
        return binding.fits(weight, out, in)
                ? store.linear(checkpoint, checkpoint.entry(weight), null, dtype)
                : StandIn.linear(prefix + name);
    }

    /** Linear layers over one input, each with {@code name.weight} [out, in] and {@code name.bias} [out]. */
    public Projections projections(DType dtype, long in, long out, String... names) {
        boolean fits = true;
        for (String name : names) {
            fits &= binding.fits(prefix + name + ".weight", out, in);
            fits &= binding.fits(prefix + name + ".bias", out);
        }
        return fits
                ? store.projections(checkpoint, entries(".weight", names), entries(".bias", names), dtype)
                : StandIn.projections(prefix + String.join(", ", names));
    }

    /** Linear layers over one input, each with {@code name.weight} [out, in]. */
    public Projections projectionsWithoutBias(DType dtype, long in, long out, String... names) {
        boolean fits = true;
        for (String name : names) {
            fits &= binding.fits(prefix + name + ".weight", out, in);
        }
        return fits
                ? store.projections(checkpoint, entries(".weight", names), List.of(), dtype)
                : StandIn.projections(prefix + String.join(", ", names));
    }

    private List<TensorEntry> entries(String suffix, String... names) {
        return Arrays.stream(names)
                .map(name -> checkpoint.entry(prefix + name + suffix))
                .toList();
    }

    /** The modules {@code name.0}, {@code name.1}, …, each made from its weights. */
    public <T> Blocks<T> blocks(String name, int count, Function<Weights, T> make) {
        return blocks(name, count, (index, block) -> make.apply(block));
    }

    /** The same for modules that are not all alike. */
    public <T> Blocks<T> blocks(String name, int count, BlockMaker<T> make) {
        Weights list = at(name);
        return store.blocks(count, index -> make.make(index, list.at(index)));
    }

    /** The same for modules that are needed so seldom that they may come each time. */
    public <T> Blocks<T> passingBlocks(String name, int count, Function<Weights, T> make) {
        Weights list = at(name);
        return store.passingBlocks(count, index -> make.apply(list.at(index)));
    }

    /** Makes block {@code index} of its weights. */
    public interface BlockMaker<T> {
        T make(int index, Weights block);
    }

    /** For work on these weights that comes again and again, under a name that users understand; closed with the weights. */
    public Replays replays(String name) {
        return store.replays(name);
    }

    /**
     * Ends the load.
     *
     * @throws CheckpointException if a name was missing or of another shape, or the checkpoint holds tensors that nobody
     *     asked for; the message lists them all
     */
    public void requireAllTaken() {
        binding.requireAllTaken();
    }
}
