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
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.assertj.core.api.SoftAssertions;
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
                    request()
                            .batchGuidance(batched)
                            .cache(CachePolicy.mask("##.#.#####"))
                            .build());
            requests.put(
                    "guidance 3-8" + passes,
                    request().batchGuidance(batched).guidanceInterval(3, 8).build());
            requests.put(
                    "magcache-published" + passes,
                    request()
                            .batchGuidance(batched)
                            .cache(CachePolicy.of(CachePolicy.Method.MAGCACHE_PUBLISHED)
                                    .withThreshold(0.03)
                                    .withK(1)) // branches differ
                            .build());
        }
        return requests;
    }

    private static Map<String, List<Latents>> states(OpenModel mini, Map<String, List<Latents>> given) {
        Map<String, List<Latents>> states = new LinkedHashMap<>();
        requests()
                .forEach((name, request) ->
                        states.put(name, mini.states(request, given.getOrDefault(name, List.of()))));
        return states;
    }

    private static OpenModel open(Device device, String model, String kernels) {
        EngineConfig config = EngineConfig.builder()
                .devices(device)
                .set("kernels", kernels)
                .set("attention", kernels.equals("reference") && device.kind() != Device.Kind.CPU ? "math" : "auto")
                .build();
        return OpenModel.on(Devices.find().open(device, config), config, model);
    }

    /** Every step begins where the CPU's began: what sampling makes of a difference is no error of the next step. */
    @ParameterizedTest
    @ValueSource(strings = {"mini-t2v", "mini-ti2v"})
    void areNoFurtherFromTheCpuThanBf16Is(String model) {
        Map<String, List<Latents>> expected;
        try (OpenModel cpu = open(Device.CPU, model, "own")) {
            expected = states(cpu, Map.of());
        }
        Map<String, List<Latents>> plain;
        try (OpenModel gpu = open(Device.cuda(0), model, "reference")) {
            plain = states(gpu, expected);
        }
        try (OpenModel gpu = open(Device.cuda(0), model, "own")) {
            SoftAssertions all = new SoftAssertions();
            states(gpu, expected).forEach((name, states) -> {
                List<Latents> wanted = Objects.requireNonNull(expected.get(name));
                double allowed = 2 * error(Objects.requireNonNull(plain.get(name)), wanted);
                all.assertThat(error(states, wanted)).as(name).isLessThan(Math.min(0.05, allowed));
            });
            all.assertAll();
        }
    }

    private static double error(List<Latents> actual, List<Latents> expected) {
        double squares = 0;
        for (int i = 1; i < expected.size(); i++) {
            squares += Math.pow(OpenModel.relativeError(actual.get(i), expected.get(i)), 2);
        }
        return Math.sqrt(squares / (expected.size() - 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"mini-t2v", "mini-ti2v"})
    void leaveNothingOnTheDevice(String model) {
        try (OpenModel gpu = open(Device.cuda(0), model, "own")) {
            Map<String, List<Latents>> first = states(gpu, Map.of());
            long before = gpu.session().memory().used().orElseThrow();
            assertThat(states(gpu, Map.of())).isEqualTo(first);
            assertThat(gpu.session().memory().used().orElseThrow())
                    .as("bytes held on the device")
                    .isEqualTo(before);
        }
    }
}
