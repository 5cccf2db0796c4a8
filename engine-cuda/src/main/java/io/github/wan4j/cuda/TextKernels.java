package io.github.wan4j.cuda;

import io.github.wan4j.core.kernels.ReferenceKernels;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Functional;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.cuda.launch.Launch;
import org.jspecify.annotations.Nullable;

/** UMT5's two passes with a bf16 rounding after each step. Null where no kernel takes the input. */
final class TextKernels {
    private static final String FILE = "umt5/umt5.cu";
    private static final int PACK = 8;
    private static final int MOST_KEYS_A_LANE = 16;

    private final OwnKernels library;

    TextKernels(OwnKernels library) {
        this.library = library;
    }

    @Nullable
    Tensor geluGate(Tensor gate, Tensor up) {
        long strideGate = Memory.rowStride(gate);
        long strideUp = Memory.rowStride(up);
        long width = gate.size(-1);
        boolean fits = gate.dtype() == DType.BF16
                && up.dtype() == DType.BF16
                && strideGate >= 0
                && strideUp >= 0
                && width % PACK == 0
                && gate.sameShape(up);
        Launch launch = !fits
                ? null
                : library.get(KernelInstance.of(FILE, "wan4j_gated_gelu"), 7, check -> {
                    Tensor both = check.sample(DType.BF16, 1, 5, 2 * 264);
                    Tensor left = both.narrow(2, 0, 264);
                    Tensor right = both.narrow(2, 264, 264);
                    check.same(
                            KernelTrial.made(geluGate(left, right)),
                            check.control().geluGate(left, right));
                });
        if (launch == null) {
            return null;
        }
        Tensor result = Tensors.empty(DType.BF16, gate.device(), gate.shape());
        long packs = result.count() / PACK;
        launch.pointer(Memory.address(gate)).pointer(Memory.address(up)).pointer(Memory.address(result));
        launch.i32(width).i32(strideGate).i32(strideUp).i64(packs);
        launch.run((packs + 255) / 256, 256);
        return result;
    }

    /** softmax(scores + bias): scores [B, H, L, S], bias [H, L + S − 1] by distance; roundings as UMT5's. */
    @Nullable
    Tensor biasSoftmax(Tensor scores, Tensor bias) {
        long keys = scores.size(-1);
        int perLane = perLane(keys);
        boolean fits = scores.dtype() == DType.BF16
                && bias.dtype() == DType.BF16
                && scores.isContiguous()
                && bias.isContiguous()
                && perLane <= MOST_KEYS_A_LANE
                && bias.size(0) == scores.size(1)
                && bias.size(1) == scores.size(2) + keys - 1;
        Launch launch = !fits
                ? null
                : library.get(KernelInstance.of(FILE, "wan4j_bias_softmax", perLane), 7, check -> {
                    long sampleKeys = 32L * perLane - 1;
                    Tensor some = check.sample(DType.BF16, 2, 3, 5, sampleKeys);
                    Tensor added = check.sample(DType.BF16, 3, sampleKeys + 4);
                    Tensor plain = some.add(ReferenceKernels.spread(added, 5, sampleKeys))
                            .to(DType.F32);
                    Tensor softmax = Functional.softmax(plain, -1, DType.F32);
                    check.same(KernelTrial.made(biasSoftmax(some, added)), softmax.to(DType.BF16));
                });
        if (launch == null) {
            return null;
        }
        Tensor result = Tensors.empty(DType.BF16, scores.device(), scores.shape());
        long rows = scores.count() / keys;
        launch.pointer(Memory.address(scores)).pointer(Memory.address(bias)).pointer(Memory.address(result));
        launch.i32(keys).i32(scores.size(2)).i32(scores.size(1)).i32(rows);
        launch.run((rows + 3) / 4, 128);
        return result;
    }

    /** Keys a lane of a warp holds, as a power of two, so that few kernels serve all lengths. */
    private static int perLane(long keys) {
        int perLane = 1;
        while (perLane * 32L < keys) {
            perLane *= 2;
        }
        return perLane;
    }
}
