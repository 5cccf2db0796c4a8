package io.github.wan4j.models.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.runtime.Devices;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.testkit.GpuTest;
import io.github.wan4j.video.CachePolicy;
import io.github.wan4j.video.Latents;
import io.github.wan4j.video.VideoRequest;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a run may leave out, in bf16 on a GPU against fp32 on the CPU: at most twice as far off as plain operators are. */
@GpuTest
class ShortcutsOnGpuTest {
    private static VideoRequest.Builder request() {
        return VideoRequest.builder("a red circle moves right on a black background")
                .size(128, 128)
                .frames(17)
                .steps(10)
                .shift(12);
    }

    private static Map<String, VideoRequest> requests() {
        Map<String, VideoRequest> requests = new LinkedHashMap<>();
        for (boolean batched : new boolean[] {false, true}) {
            String passes = batched ? ", one pass" : ", two passes";
            requests.put("all" + passes, request().batchGuidance(batched).build());
            requests.put(
                    "mask" + passes,
                    request().batchGuidance(batched).cache(CachePolicy.mask("##.#.##.##")).build());
            requests.put(
                    "guidance 3-8" + passes,
                    request().batchGuidance(batched).guidanceInterval(3, 8).build());
            requests.put(
                    "magcache-published" + passes,
                    request().batchGuidance(batched)
                            .cache(CachePolicy.of(CachePolicy.Method.MAGCACHE_PUBLISHED).withThreshold(0.03).withK(1)) // branches differ
                            .build());
        }
        return requests;
    }

    private static Map<String, Latents> samples(OpenModel mini) {
        Map<String, Latents> samples = new LinkedHashMap<>();
        requests().forEach((name, request) -> samples.put(name, mini.sample(request)));
        return samples;
    }

    private static OpenModel open(Device device, String model, String kernels) {
        EngineConfig config = EngineConfig.builder()
                .devices(device)
                .set("kernels", kernels)
                .set("attention", kernels.equals("reference") && device.kind() != Device.Kind.CPU ? "math" : "auto")
                .build();
        return OpenModel.on(Devices.find().open(device, config), config, model);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mini-t2v", "mini-ti2v"})
    void areNoFurtherFromTheCpuThanBf16Is(String model) {
        Map<String, Latents> expected;
        try (OpenModel cpu = open(Device.CPU, model, "own")) {
            expected = samples(cpu);
        }
        Map<String, Latents> plain;
        try (OpenModel gpu = open(Device.cuda(0), model, "reference")) {
            plain = samples(gpu);
        }
        try (OpenModel gpu = open(Device.cuda(0), model, "own")) {
            samples(gpu).forEach((name, latents) -> {
                Latents wanted = expected.get(name);
                double allowed = 2 * OpenModel.relativeError(plain.get(name), wanted);
                assertThat(OpenModel.relativeError(latents, wanted))
                        .as(name)
                        .isLessThan(Math.min(0.2, allowed)); // and not because plain operators are far off
            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"mini-t2v", "mini-ti2v"})
    void leaveNothingOnTheDevice(String model) {
        try (OpenModel gpu = open(Device.cuda(0), model, "own")) {
            Map<String, Latents> first = samples(gpu);
            long before = gpu.session().memory().used().orElseThrow();
            assertThat(samples(gpu)).isEqualTo(first);
            assertThat(gpu.session().memory().used().orElseThrow())
                    .as("bytes held on the device")
                    .isEqualTo(before);
        }
    }
}
