package io.github.wan4j.cuda.residency;

import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.core.tensor.TorchHandle;
import io.github.wan4j.core.weights.Checkpoint;
import io.github.wan4j.core.weights.Delivery;
import io.github.wan4j.core.weights.TensorEntry;
import io.github.wan4j.core.weights.Transport;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.cuda.CUDAStreamGuard;

/** Brings weights to a GPU on a lane of its own, straight from the file where the driver lets it. */
public final class CudaTransport implements Transport {
    private final CopyLane lane;
    private final RegisteredFiles files;
    private final Staging staging = new Staging();
    private final boolean again;
    private boolean closed;

    /** {@code again}: whether what is sent will be sent again, and the files belong to somebody else. */
    CudaTransport(CopyLane lane, RegisteredFiles files, boolean again) {
        this.lane = lane;
        this.files = files;
        this.again = again;
    }

    /** For weights that are sent once: files are let go when room is needed, and by {@link #settle}. */
    public static CudaTransport once(CopyLane lane) {
        return new CudaTransport(
                lane, new RegisteredFiles(lane.device(), HostBudget.now(), RegisteredFile.PIECE), false);
    }

    /** For weights that are sent again and again: files stay as long as the lane. */
    public static CudaTransport again(CopyLane lane) {
        return new CudaTransport(lane, lane.files(), true);
    }

    /** The same for a few tensors of each file. */
    public static CudaTransport sparse(CopyLane lane) {
        return new CudaTransport(lane, lane.sparseFiles(), true);
    }

    /** Why files are not read by the device itself. */
    public Optional<String> detour() {
        return files.refusal();
    }

    @Override
    public Arrival send(List<Delivery> deliveries) {
        if (closed) {
            throw new IllegalStateException("the transport to cuda:" + lane.device() + " is closed");
        }
        lane.followCompute();
        try (CUDAStreamGuard guard = lane.enter()) {
            for (Delivery delivery : deliveries) {
                try (Scope scope = Scope.open("weights.send")) {
                    send(delivery);
                }
            }
        }
        long mark = lane.mark();
        return () -> lane.letComputeFollow(mark);
    }

    /** What is allocated in here belongs to the lane's stream, so that it may be freed before the device has used it. */
    private void send(Delivery delivery) {
        TensorEntry entry = delivery.entry();
        if (entry.bytes() == 0) {
            return;
        }
        Optional<Tensor> straight = delivery.straight();
        if (straight.isPresent() && copied(entry, straight.get())) {
            return;
        }
        if (straight.isPresent()) {
            staging.copy(delivery.checkpoint(), entry, straight.get());
            return;
        }
        Device device = Device.cuda(lane.device());
        Tensor bytes = Tensors.empty(DType.U8, device, entry.bytes());
        if (copied(entry, bytes)) {
            delivery.unpack(bytes.view(entry.dtype()).asStrided(entry.shape(), entry.strides(), 0));
        } else {
            Tensor elements = Tensors.empty(entry.dtype(), device, entry.shape());
            staging.copy(delivery.checkpoint(), entry, elements);
            delivery.unpack(elements);
        }
    }

    private boolean copied(TensorEntry entry, Tensor target) {
        if (copiedNow(entry, target)) {
            return true;
        }
        if (again || files.refusal().isPresent()) {
            return false;
        }
        settle(); // makes room: what was sent is not read again
        return copiedNow(entry, target);
    }

    private boolean copiedNow(TensorEntry entry, Tensor target) {
        return files.copy(entry, TorchHandle.of(target).data_ptr(), lane.raw());
    }

    @Override
    public void announce(Checkpoint checkpoint) {
        if (again) {
            files.registerAhead(checkpoint);
        }
    }

    @Override
    public void settle() {
        lane.synchronize();
        if (!again) {
            files.release();
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            lane.synchronize();
        } finally {
            if (!again) {
                files.close();
            }
        }
    }
}
