package io.github.wan4j.models.wan;

import io.github.wan4j.core.Precision;
import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.kernels.Kernels.Added;
import io.github.wan4j.core.kernels.Keys;
import io.github.wan4j.core.kernels.Norm;
import io.github.wan4j.core.kernels.Operand;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.core.weights.Weights;
import io.github.wan4j.models.wan.SelfAttention.KeyValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** One block: self-attention, cross-attention to the prompt, feed-forward, each added to the residual stream. */
final class DitBlock {
    private final Kernels kernels;
    private final double eps;
    private final Tensor modulation;
    private final SelfAttention selfAttn;
    private final Norm norm3;
    private final CrossAttention crossAttn;
    private final FeedForward ffn;

    /** {@code inner} blocks may compute less exactly where the device was asked to. */
    DitBlock(WanConfig config, Precision precision, Kernels kernels, boolean inner, Weights weights) {
        this.kernels = kernels;
        eps = config.eps();
        long dim = config.dim();
        modulation = weights.get("modulation", DType.F32, 1, 6, dim);
        selfAttn = new SelfAttention(config, precision, kernels, inner, weights.at("self_attn"));
        norm3 = new Norm.Affine(
                weights.get("norm3.weight", DType.F32, dim), weights.get("norm3.bias", DType.F32, dim), eps);
        crossAttn = new CrossAttention(config, precision, kernels, weights.at("cross_attn"));
        ffn = new FeedForward(config, precision, weights.at("ffn"));
    }

    /**
     * x [B, L, D] in parts, f32; the new x, f32. Frees what it was given. Several parts are summed up at once: two tensors a
     * part would be one more for each of them.
     */
    List<Residual> forward(List<Part> parts, List<Residual> x, Keys text) {
        try (Scope scope = Scope.open("dit.block")) {
            Tensor vectors = vectors(parts);
            if (parts.size() == 1) {
                Part part = parts.get(0);
                Added start = x.get(0).normed(kernels, norm(vectors, part), selfAttn.takes());
                KeyValue all = selfAttn.keyValue(start.normed(), part);
                return List.of(forward(start.x(), start.normed(), all, vectors, part, text)
                        .keptBy(scope));
            }
            List<Tensor> sums =
                    x.stream().map(residual -> residual.sum(kernels)).toList();
            KeyValue all = keyValue(parts, sums, vectors);
            List<Residual> result = new ArrayList<>();
            for (int i = 0; i < parts.size(); i++) {
                Part part = parts.get(i);
                Operand h = kernels.norm(sums.get(i), norm(vectors, part), selfAttn.takes());
                Residual passed = forward(sums.get(i), h, all, vectors, part, text);
                result.add(Residual.of(scope.keep(passed.sum(kernels))));
            }
            return result;
        }
    }

    /** The first half of {@link #forward}, which sees no prompt: x in parts, which are freed; the new x [B, L, D] f32, whole. */
    Tensor attended(List<Part> parts, List<Tensor> x) {
        try (Scope scope = Scope.open("dit.block.attended")) {
            Tensor vectors = vectors(parts);
            Tensor[] sums = new Tensor[parts.size()];
            KeyValue all = sums.length == 1 ? null : keyValue(parts, x, vectors);
            for (int i = 0; i < sums.length; i++) {
                Part part = parts.get(i);
                Operand h = kernels.norm(x.get(i), norm(vectors, part), selfAttn.takes());
                Tensor a = selfAttn.forward(h, part, all == null ? selfAttn.keyValue(h, part) : all);
                sums[i] = kernels.gatedAdd(
                        x.get(i), a, Modulation.of(vectors, 0, part.time()).gate());
                x.get(i).close();
                a.close();
            }
            return scope.keep(sums.length == 1 ? sums[0] : Tensors.cat(1, sums));
        }
    }

    /** The second half, from {@link #attended} on: x [B, L, D] f32, which is freed, to the same in parts. */
    List<Residual> prompted(List<Part> parts, Tensor x, Keys text) {
        try (Scope scope = Scope.open("dit.block.prompted")) {
            Tensor vectors = vectors(parts);
            List<Residual> result = new ArrayList<>();
            for (Part part : parts) {
                Tensor own = parts.size() == 1 ? x : part.rowsOf(x);
                Added self = new Added(own, kernels.norm(own, norm3, crossAttn.takes()));
                Residual passed = prompted(self, vectors, part, text);
                result.add(parts.size() == 1 ? passed.keptBy(scope) : Residual.of(scope.keep(passed.sum(kernels))));
            }
            x.close();
            return result;
        }
    }

    private Tensor vectors(List<Part> parts) {
        return modulation.transpose(0, 1).add(parts.get(0).time().e0());
    }

    private Norm norm(Tensor vectors, Part part) {
        return Modulation.of(vectors, 0, part.time()).norm(eps);
    }

    private KeyValue keyValue(List<Part> parts, List<Tensor> x, Tensor vectors) {
        long tokens = parts.stream().mapToLong(Part::count).sum();
        long copies = parts.stream().mapToLong(Part::copies).sum();
        KeyValue all = null;
        for (int i = 0; i < x.size(); i++) {
            Part part = parts.get(i);
            try (Scope scope = Scope.open("dit.block.keys")) {
                Operand h = kernels.norm(x.get(i), norm(vectors, part), selfAttn.takes());
                KeyValue own = selfAttn.keyValue(h, part);
                all = all == null ? own.room(tokens, copies).keptBy(scope) : all;
                all.put(part, own);
            }
        }
        return Objects.requireNonNull(all, "a sequence has tokens");
    }

    /**
     * The tokens x of one part, whose norm is h, to their new x. What is no longer needed is freed at once, x first: at 720p
     * each of them is a gigabyte.
     */
    private Residual forward(Tensor x, Operand h, KeyValue all, Tensor vectors, Part part, Keys text) {
        try (Scope scope = Scope.open("dit.block.part")) {
            Modulation attention = Modulation.of(vectors, 0, part.time());
            Tensor a = selfAttn.forward(h, part, all);
            Added self = kernels.gatedAddNorm(x, a, attention.gate(), norm3, crossAttn.takes());
            x.close();
            a.close();
            return prompted(self, vectors, part, text).keptBy(scope);
        }
    }

    /** From behind self-attention on: the stream and its norm, both of which are freed. */
    private Residual prompted(Added self, Tensor vectors, Part part, Keys text) {
        try (Scope scope = Scope.open("dit.block.prompt")) {
            Modulation feedForward = Modulation.of(vectors, 3, part.time());
            Tensor b = crossAttn.forward(self.normed(), text);
            self.normed().close();
            Added cross = kernels.gatedAddNorm(self.x(), b, null, feedForward.norm(eps), ffn.takes());
            self.x().close();
            b.close();
            Tensor c = ffn.forward(cross.normed());
            return new Residual(cross.x(), c, feedForward.gate()).keptBy(scope);
        }
    }
}
