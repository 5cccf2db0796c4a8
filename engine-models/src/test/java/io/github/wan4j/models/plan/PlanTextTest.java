package io.github.wan4j.models.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.wan4j.video.ModelKind;
import io.github.wan4j.video.Tier;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Plans as they are printed, held by text files; a change of a rule shows as a change of a text. */
class PlanTextTest {
    static Stream<Arguments> fullSizeModelsInEveryTier() {
        return Stream.of(ModelKind.values())
                .flatMap(kind -> Stream.of(Tier.values()).map(tier -> Arguments.of(kind, tier)));
    }

    @ParameterizedTest
    @MethodSource("fullSizeModelsInEveryTier")
    void aFullSizeModelOnAnH200(ModelKind kind, Tier tier) throws IOException {
        assertThat(plan(kind, tier, "h200").toString()).isEqualTo(golden(kind.label() + "-" + tier.label() + ".txt"));
    }

    @Test
    void everyDeviceWithEveryModelInEveryTier() throws IOException {
        assertThat(devices()).isEqualTo(golden("devices.txt"));
    }

    static ExecutionPlan plan(ModelKind kind, Tier tier, String device) {
        PlanRequest request = Requests.of(kind);
        return Planner.plan(request.with(request.options().withTier(tier)), DeviceProfile.named(device), null);
    }

    /** A line for each: residency, memory by stage, the longest video, time. */
    static String devices() {
        StringBuilder text = new StringBuilder("model     device        tier      residency   products"
                + "  encode  denoise  decode  longest    seconds   GiB, frames\n");
        for (ModelKind kind : ModelKind.values()) {
            for (String name : DeviceProfile.names()) {
                for (Tier tier : Tier.values()) {
                    ExecutionPlan plan = plan(kind, tier, name);
                    MemoryEstimate memory = plan.placement().memory();
                    text.append(String.format(
                            Locale.ROOT,
                            "%-8s  %-12s  %-8s  %-10s  %-8s  %6.1f  %7.1f  %6.1f  %7d  %9.1f%n",
                            kind,
                            name,
                            tier.label(),
                            memory.residency(),
                            plan.placement().numerics().products().label(),
                            PlacementRules.gib(memory.encode()),
                            PlacementRules.gib(memory.denoise()),
                            PlacementRules.gib(memory.decode()),
                            Planner.limits(plan.request(), plan.placement().device())
                                    .maxFrames(),
                            plan.placement().seconds().total()));
                }
            }
        }
        return text.toString().replace("\r\n", "\n");
    }

    private static String golden(String name) throws IOException {
        String resource = "/golden/plans/" + name;
        try (InputStream in = Objects.requireNonNull(PlanTextTest.class.getResourceAsStream(resource), resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("\r\n", "\n");
        }
    }
}
