package io.github.wan4j.cuda;

import io.github.wan4j.core.kernels.Repeated;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.cuda.launch.Launch;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Upsampling and the convolution behind it as a convolution of the small picture with 2×2 sums of the weights, for each of
 * the four pixels that a small one becomes: 4 taps in place of 9, and the large picture is written once.
 */
final class UpsampleKernels {
    private static final String FILE = "upsample/upsample.cu";
    private static final int THREADS = 256;
    private static final long[] UNIT_STRIDE = {1, 1, 1};
    private static final long[] PADDING = {1, 1};

    /** What comes out of the convolution at once: large enough for its kernels, small beside the result. */
    private static final long ELEMENTS_AT_ONCE = 1L << 30;

    private final OwnKernels library;

    UpsampleKernels(OwnKernels library) {
        this.library = library;
    }

    /** x [1, I, T, H, W], weight [O, I, 1, 3, 3]; [1, O, T, 2H, 2W], or null where no kernel takes the input. */
    @Nullable
    Tensor convolution(Tensor x, Tensor weight, Tensor bias, @Nullable Repeated shortcut) {
        long channels = weight.size(0);
        int elements = VaeKernels.elements(channels, x.dtype());
        boolean fits = Convolution.takes(x, weight)
                && Memory.isPlain(weight)
                && Memory.isPlain(bias)
                && bias.dtype() == x.dtype()
                && (shortcut == null
                        || (Memory.isChannelsLast(shortcut.x()) && shortcut.x().dtype() == x.dtype()));
        Launch merge = elements == 0 || !fits ? null : merge(x.dtype(), elements);
        Launch fold = merge == null ? null : fold(x.dtype());
        if (merge == null || fold == null) {
            return null;
        }
        long frames = x.size(2);
        long height = x.size(3);
        long width = x.size(4);
        Tensor result = Tensors.emptyChannelsLast(x.dtype(), x.device(), 1, channels, frames, 2 * height, 2 * width);
        try (Scope scope = Scope.open("upsample")) {
            Tensor folded = folded(fold, weight);
            long step = Convolution.piece(frames, ELEMENTS_AT_ONCE / ((height + 1) * (width + 1) * 4 * channels));
            for (long first = 0; first < frames; first += step) {
                long count = Math.min(step, frames - first);
                try (Scope piece = Scope.open("upsample.piece")) {
                    Tensor parts = Convolution.of(x.narrow(2, first, count), folded, UNIT_STRIDE, PADDING);
                    Tensor place = result.narrow(2, first, count);
                    run(merge, elements, parts, bias, place, shortcut, first);
                }
            }
        }
        return result;
    }

    private static void run(
            Launch merge,
            int elements,
            Tensor parts,
            Tensor bias,
            Tensor place,
            @Nullable Repeated shortcut,
            long first) {
        long channels = place.size(1);
        long packs = channels / elements;
        long count = place.count() / elements;
        merge.pointer(Memory.address(parts)).pointer(Memory.address(bias)).pointer(Memory.address(place));
        merge.i32(place.size(3) / 2).i32(place.size(4) / 2).i32(packs);
        if (shortcut == null) {
            merge.pointer(0).i32(0).i32(0).i32(0).i32(0);
        } else {
            merge.pointer(Memory.address(shortcut.x())).i32(shortcut.x().size(1));
            merge.i32(shortcut.repeats(channels)).i32(shortcut.times()).i32(first + shortcut.dropped());
        }
        merge.i32(count).run((count + THREADS - 1) / THREADS, THREADS);
    }

    /** [4O, I, 1, 2, 2], channels last. */
    private static Tensor folded(Launch fold, Tensor weight) {
        long outputs = weight.size(0);
        long inputs = weight.size(1);
        Tensor folded = Tensors.emptyChannelsLast(weight.dtype(), weight.device(), 4 * outputs, inputs, 1, 2, 2);
        fold.pointer(Memory.address(weight)).pointer(Memory.address(folded));
        fold.i32(inputs).i32(outputs * inputs).run((outputs * inputs + THREADS - 1) / THREADS, THREADS);
        return folded;
    }

    private @Nullable Launch fold(DType type) {
        return library.get(KernelInstance.of(FILE, "wan4j_upsample_fold", type), 4, check -> {
            Tensor weight = check.sample(type, 4, 8, 1, 3, 3);
            check.same(folded(KernelTrial.made(fold(type)), weight), foldedPlainly(weight));
        });
    }

    private static Tensor foldedPlainly(Tensor weight) {
        Tensor taps = weight.to(DType.F32);
        List<Tensor> pixels = new ArrayList<>();
        for (Tensor rows : pairs(taps, 3)) {
            pixels.addAll(pairs(rows, 4));
        }
        return Tensors.cat(0, pixels.toArray(Tensor[]::new)).to(weight.dtype());
    }

    /** What the first and the second of two pixels along {@code dim} see: taps 0 and 1 + 2, taps 0 + 1 and 2. */
    private static List<Tensor> pairs(Tensor taps, long dim) {
        Tensor first = taps.narrow(dim, 0, 1);
        Tensor middle = taps.narrow(dim, 1, 1);
        Tensor last = taps.narrow(dim, 2, 1);
        return List.of(Tensors.cat(dim, first, middle.add(last)), Tensors.cat(dim, first.add(middle), last));
    }

    private @Nullable Launch merge(DType type, int elements) {
        return library.get(KernelInstance.of(FILE, "wan4j_upsample_merge", type, elements), 12, check -> {
            Tensor x = check.sample(type, 1, 8, 2, 3, 5).channelsLast();
            Tensor weight = check.sample(type, elements, 8, 1, 3, 3);
            Tensor bias = check.sample(type, elements);
            Repeated shortcut =
                    new Repeated(check.sample(type, 1, 2L * elements, 2, 3, 5).channelsLast(), 1, 0);
            check.same(
                    KernelTrial.made(convolution(x, weight, bias, shortcut)),
                    check.control().upsampleConvolution(x, weight, bias, shortcut));
        });
    }
}
