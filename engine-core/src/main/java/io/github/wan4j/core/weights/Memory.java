package io.github.wan4j.core.weights;

import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;

/** A tensor for each weight, filled as soon as it is there, until the memory is closed. */
final class Memory implements Space, AutoCloseable {
    private final Device device;
    private final Transport transport;
    private final List<Tensor> owned = new ArrayList<>();
    private boolean closed;

    Memory(Device device, Transport transport) {
        this.device = device;
        this.transport = transport;
    }

    Device device() {
        return device;
    }

    @Override
    public Tensor allocate(DType dtype, long... shape) {
        if (closed) {
            throw new IllegalStateException("the weight store of " + device + " is closed");
        }
        try (Scope scope = Scope.open("weights.allocate")) {
            return own(scope.release(Tensors.empty(dtype, device, shape)));
        }
    }

    @Override
    public Tensor rows(Tensor tensor, long first, long count) {
        try (Scope scope = Scope.open("weights.rows")) {
            return own(scope.release(tensor.narrow(0, first, count)));
        }
    }

    /** Before anything is read: a failure must not lose it. */
    private Tensor own(Tensor tensor) {
        owned.add(tensor);
        return tensor;
    }

    /** On the meta device nothing is read. */
    @Override
    public void bring(Delivery delivery) {
        if (!device.equals(Device.META)) {
            transport.send(List.of(delivery)).await();
        }
    }

    @Override
    public void close() {
        closed = true;
        owned.forEach(Tensor::close);
        owned.clear();
    }
}
