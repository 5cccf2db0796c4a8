package io.github.wan4j.models.wan;

import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.kernels.Rotation;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import java.util.List;

/**
 * The tokens of a grid as a device likes them: {@code copies} of the last one behind them, and in parts that pass a block one
 * after the other.
 */
record Sequence(List<Part> parts, long tokens, long copies) {
    static Sequence of(Kernels kernels, TimeRows time, Rope3d rope) {
        long count = rope.tokens();
        long copies = kernels.tokens(count) - count;
        Rotation rotation = copies == 0 ? rope.rotation() : rope.rotation().withCopies(copies);
        long atOnce = kernels.takesQueriesInParts() ? Part.atOnce(count) : count + copies;
        return new Sequence(Part.of(time, rotation, count + copies, copies, atOnce), count, copies);
    }

    /** x [B, L, D] in its parts; frees it. */
    List<Tensor> apart(Tensor x) {
        Tensor all = copies == 0 ? x : withCopies(x);
        if (parts.size() == 1) {
            return List.of(all);
        }
        List<Tensor> apart =
                parts.stream().map(part -> part.copyOf(all)).toList(); // of their own, so that each can be freed
        all.close();
        return apart;
    }

    private Tensor withCopies(Tensor x) {
        try (Scope scope = Scope.open("dit.copies")) {
            Tensor last = x.narrow(1, tokens - 1, 1).expand(x.size(0), copies, x.size(2));
            Tensor all = Tensors.cat(1, x, last);
            x.close();
            return scope.keep(all);
        }
    }

    /** The parts as x [B, L, D], without the copies. */
    Tensor joined(Tensor... apart) {
        Tensor all = apart.length == 1 ? apart[0] : Tensors.cat(1, apart);
        return copies == 0 ? all : all.narrow(1, 0, tokens).contiguous();
    }
}
