package io.github.wan4j.cuda.residency;

import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.TorchHandle;
import io.github.wan4j.core.weights.Checkpoint;
import io.github.wan4j.core.weights.TensorEntry;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/** The way through pinned memory: the host copies there, the device from there when it gets to it. */
final class Staging {
    /** Queues on the current stream the copy of a tensor to one of its dtype and shape on the device. */
    void copy(Checkpoint checkpoint, TensorEntry entry, Tensor target) {
        try (Scope scope = Scope.open("weights.stage")) {
            Tensor pinned = pinned(entry);
            pinned.copyFrom(checkpoint.tensor(entry));
            org.bytedeco.pytorch.Tensor same = TorchHandle.of(target).copy_(TorchHandle.of(pinned), true);
            assert same.numel() == pinned.count(); // it is the target itself, so it is not closed here
            // libtorch hands the pinned block out again only after the copy, so it may be freed here
        }
    }

    private static Tensor pinned(TensorEntry entry) {
        TensorOptions options = new TensorOptions()
                .dtype(new ScalarTypeOptional(TorchHandle.typeOf(entry.dtype())))
                .pinned_memory(new BoolOptional(true));
        return TorchHandle.wrap(torch.empty(entry.shape(), options, new MemoryFormatOptional()));
    }
}
