package io.github.wan4j.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.spi.DeviceProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class CudaProviderTest {
    @Test
    void theEngineFindsItOnTheClassPath() {
        assertThat(ServiceLoader.load(DeviceProvider.class))
                .anySatisfy(provider -> assertThat(provider).isInstanceOf(CudaProvider.class));
        assertThat(new CudaProvider().type()).isEqualTo("cuda");
    }

    @Test
    void withoutADriverThereIsNoDeviceAndAReason() {
        assumeTrue(!Files.exists(Path.of("/dev/nvidiactl")), "this machine has a GPU");
        CudaProvider provider = new CudaProvider();
        assertThat(provider.prepareNatives(EngineConfig.fromEnvironment())).isFalse();
        assertThat(provider.devices()).isEmpty();
        assertThat(provider.findings())
                .as("libraries that only a driver can use")
                .isEmpty();
        assertThat(provider.obstacle())
                .hasValueSatisfying(reason ->
                        assertThat(reason).matches("no NVIDIA driver is installed.*|libjninvml.so was not found.*"));
    }
}
