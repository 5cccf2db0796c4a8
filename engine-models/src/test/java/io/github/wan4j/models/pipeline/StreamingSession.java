package io.github.wan4j.models.pipeline;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.runtime.Devices;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.testkit.TestTransport;
import io.github.wan4j.core.weights.BlockStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** The CPU as a device of which weights come and go. */
final class StreamingSession extends StandInSession {
    private final Supplier<TestTransport> transports;
    private final List<TestTransport> opened = new ArrayList<>();

    StreamingSession(Supplier<TestTransport> transports) {
        super(Devices.find().open(Device.CPU, EngineConfig.fromEnvironment()));
        this.transports = transports;
    }

    /** Those of all streams so far. */
    List<TestTransport> opened() {
        return opened;
    }

    @Override
    public boolean streams() {
        return true;
    }

    @Override
    public BlockStream openStream(int slots) {
        TestTransport transport = transports.get();
        opened.add(transport);
        return new BlockStream(Device.CPU, kernels(), transport, slots);
    }
}
