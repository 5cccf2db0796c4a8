package io.github.wan4j.models;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.runtime.Devices;
import io.github.wan4j.core.spi.DeviceSession;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Scope;

/** Runs the body of a test on the first GPU. */
public final class OnGpu {
    private OnGpu() {}

    /** Work with a GPU's kernels; what it makes is freed. */
    public interface Body {
        void run(Kernels kernels, Device device);
    }

    /** Afterwards the device must hold what it held before, to the byte, and no kernel may have failed its check. */
    public static void run(Body body) {
        Device device = Device.cuda(0);
        try (DeviceSession session = Devices.find().open(device, EngineConfig.fromEnvironment())) {
            once(session, body, device); // compiles kernels, makes workspaces
            long before = session.memory().used().orElseThrow();
            once(session, body, device);
            assertThat(session.memory().used().orElseThrow())
                    .as("bytes held on the device")
                    .isEqualTo(before);
            assertThat(session.warnings()).isEmpty();
        }
    }

    private static void once(DeviceSession session, Body body, Device device) {
        boolean done = session.call(() -> {
            try (Scope scope = Scope.open("test.gpu")) {
                body.run(session.kernels(), device);
            }
            return true;
        });
        assertThat(done).isTrue();
    }
}
