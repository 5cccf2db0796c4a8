package io.github.wan4j.models.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.github.wan4j.core.Residency;
import io.github.wan4j.core.TextEncoderPlace;
import io.github.wan4j.video.CachePolicy;
import io.github.wan4j.video.Expert;
import io.github.wan4j.video.Guidance;
import io.github.wan4j.video.InvalidRequestException;
import io.github.wan4j.video.Limits;
import io.github.wan4j.video.ModelKind;
import io.github.wan4j.video.RunReport.Choice;
import io.github.wan4j.video.Size;
import io.github.wan4j.video.Solver;
import io.github.wan4j.video.Tier;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlacementTest {
    private static final DeviceProfile H200 = DeviceProfile.named("h200");

    private static ExecutionPlan plan(PlanRequest request, PlanOptions options, DeviceProfile device) {
        return Planner.plan(request.with(options), device, null);
    }

    @ParameterizedTest
    @CsvSource({"T2V_A14B, 832, 480, 81, 2.406", "T2V_A14B, 1280, 720, 81, 9.340", "TI2V_5B, 1280, 704, 121, 0.761"})
    void aForwardIsEstimatedNearWhatWasMeasured(ModelKind kind, int width, int height, int frames, double seconds) {
        PlanRequest request = Requests.of(kind).withSize(new Size(width, height), frames);
        ExecutionPlan plan = plan(request, request.options().withTier(Tier.EXACT), H200);
        assertThat(plan.placement().seconds().denoise() / plan.forwards()).isCloseTo(seconds, withinPercentage(5));
    }

    @Test
    void theDecoderIsEstimatedNearWhatWasMeasured() {
        PlanRequest request = Requests.of(ModelKind.T2V_A14B).withSize(new Size(832, 480), 81);
        assertThat(plan(request, request.options().withTier(Tier.EXACT), H200)
                        .placement()
                        .seconds()
                        .decode())
                .isCloseTo(2.79, within(0.7));
        assertThat(plan(request, request.options(), H200).placement().seconds().decode())
                .isCloseTo(0.8, within(0.1));
    }

    @ParameterizedTest
    @CsvSource({
        // weights, one prompt's keys and activations of a forward, measured on an H200 with all weights resident
        "T2V_A14B, BF16, 832, 480, 81, 30.0",
        "T2V_A14B, BF16, 1280, 720, 81, 30.9",
        "T2V_A14B, FP8, 1280, 720, 81, 20.4",
        "TI2V_5B, BF16, 1280, 704, 121, 11.1",
    })
    void memoryOfAForwardIsEstimatedNearWhatWasMeasured(
            ModelKind kind, Products products, int width, int height, int frames, double measured) {
        TransformerShape shape = ModelShape.of(kind).transformer();
        TransformerMemory memory = new TransformerMemory(shape, products, true);
        long tokens = LatentShape.of(ModelShape.of(kind).vae(), new Size(width, height), frames)
                .tokens();
        long keys = 2L * 512 * shape.dim() * 2 * shape.layers();
        assertThat(PlacementRules.gib(memory.weights() + keys + memory.activations(tokens, 1)))
                .isCloseTo(measured, withinPercentage(3));
    }

    @Test
    void whatOnlyPromptsMeetPassesByWhereTheTextEncoderDoes() {
        PlanRequest request = Requests.of(ModelKind.T2V_A14B).withSize(new Size(1280, 720), 81);
        Placement all = plan(request, request.options(), H200).placement();
        assertThat(all.choices())
                .anyMatch(choice ->
                        choice.name().equals("prompt weights") && choice.value().equals("resident"));
        PlanOptions free = request.options()
                .withWishes(
                        new PlacementWishes(null, Residency.RESIDENT, TextEncoderPlace.FREE, null, null, null, null));
        Placement passing = plan(request, free, H200).placement();
        assertThat(passing.choices())
                .anyMatch(choice -> choice.name().equals("prompt weights")
                        && choice.value().equals("passing")
                        && choice.reason().contains("7.4 GiB less on the device for 0.3"));
        double saved =
                PlacementRules.gib(all.memory().denoise() - passing.memory().denoise());
        assertThat(saved).isCloseTo(7.4 + 10.6, within(0.1)); // and the text encoder
        assertThat(passing.seconds().denoise() - all.seconds().denoise()).isCloseTo(0.3, within(0.05));
    }

    @Test
    void weightsThatTheHostHasInMemoryAreNotReadFromTheDisk() {
        PlanRequest request = Requests.of(ModelKind.T2V_A14B);
        DeviceProfile cached = H200.withCachedWeights(1);
        double disk =
                plan(request, request.options(), H200).placement().seconds().load();
        double memory =
                plan(request, request.options(), cached).placement().seconds().load();
        assertThat(disk).isCloseTo(38, within(2.0));
        assertThat(memory).isCloseTo(3.5, within(0.5)); // 3 to 5 were measured
        assertThat(plan(request, request.options().withResidency(Residency.STREAM), cached)
                        .placement()
                        .seconds()
                        .load())
                .isZero();
    }

    @Test
    void aDeviceWithoutFp8TakesBf16AndSaysSo() {
        PlanRequest request = Requests.of(ModelKind.T2V_A14B);
        DeviceProfile a100 = DeviceProfile.named("a100");
        PlanOptions balanced = request.options().withTier(Tier.BALANCED);
        Placement placement = plan(request, balanced, a100).placement();
        assertThat(placement.numerics().products()).isEqualTo(Products.BF16);
        assertThat(placement.warnings()).anyMatch(warning -> warning.contains("has no fp8"));
        assertThatThrownBy(() -> plan(request, balanced.withStrict(true), a100))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("take bf16");
    }

    @Test
    void everyTierComputesInFp32OnACpuUnlessAskedOtherwise() {
        PlanRequest request = Requests.of(ModelKind.TI2V_5B);
        for (Tier tier : Tier.values()) {
            Placement placement =
                    Planner.plan(request.with(request.options().withTier(tier))).placement();
            assertThat(placement.numerics()).isEqualTo(new Numerics(Products.FP32, Products.FP32));
            assertThat(placement.warnings()).isEmpty();
        }
        assertThat(Planner.plan(request.with(request.options().withPrecision(Products.BF16)))
                        .placement()
                        .numerics()
                        .products())
                .isEqualTo(Products.BF16);
    }

    @Test
    void thePrecisionAskedForReplacesTheTiers() {
        PlanRequest request = Requests.of(ModelKind.T2V_A14B);
        PlanOptions options = request.options().withTier(Tier.EXACT).withPrecision(Products.FP8);
        assertThat(plan(request, options, H200).placement().numerics())
                .isEqualTo(new Numerics(Products.FP8, Products.FP32));
    }

    @ParameterizedTest
    @CsvSource({"T2V_A14B, rtx-4080", "I2V_A14B, rtx-4080"})
    void theLongestVideoCanBePlannedAndALongerOneIsRefusedWithItsLength(ModelKind kind, String name) {
        DeviceProfile device = DeviceProfile.named(name);
        for (Tier tier : Tier.values()) {
            PlanRequest request = Requests.of(kind);
            PlanRequest tiered = request.with(request.options().withTier(tier));
            Limits limits = Planner.limits(tiered, device);
            int longest = limits.maxFrames();
            assertThat(longest).isBetween(81, 333);
            assertThat(limits.notes()).containsExactly("memory of " + device.title() + " bounds it");
            ExecutionPlan plan = Planner.plan(tiered.withSize(tiered.size(), longest), device, null);
            assertThat(plan.placement().memory().peak()).isLessThanOrEqualTo(device.memoryBytes());
            assertThat(plan.placement().warnings())
                    .anyMatch(warning -> warning.contains("was trained on"))
                    .anyMatch(warning -> warning.startsWith("this takes about"));
            assertThatThrownBy(() -> Planner.plan(tiered.withSize(tiered.size(), longest + 4), device, null))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("take at most " + longest + " frames or ");
        }
    }

    @Test
    void theSizeThatARefusalNamesFits() {
        PlanRequest request = Requests.of(ModelKind.T2V_A14B).withSize(new Size(1280, 720), 337);
        DeviceProfile device = DeviceProfile.named("rtx-4080");
        try {
            Planner.plan(request, device, null);
        } catch (InvalidRequestException e) {
            String size = String.join("", e.problems()).replaceAll(".* or (\\d+x\\d+)$", "$1");
            ExecutionPlan plan = Planner.plan(request.withSize(Size.parse(size), 337), device, null);
            assertThat(plan.placement().memory().peak()).isLessThanOrEqualTo(device.memoryBytes());
            return;
        }
        throw new AssertionError("it was planned");
    }

    @Test
    void beyondWhatTheFamilyHoldsTogetherForNothingIsPlanned() {
        assertThat(Planner.limits(Requests.of(ModelKind.T2V_A14B), H200).maxFrames())
                .isEqualTo(337);
        PlanRequest small = Requests.of(ModelKind.T2V_A14B).withSize(new Size(832, 480), 533);
        assertThat(Planner.limits(small, H200).maxFrames()).isEqualTo(529);
        assertThatThrownBy(() -> Planner.plan(small, H200, null)).hasMessageContaining("at 832x480 at most 529");
    }

    @Test
    void lessMemoryNeverMeansMoreOnTheDevice() {
        PlanRequest request = Requests.of(ModelKind.T2V_A14B);
        Residency last = Residency.RESIDENT;
        for (int gib = 160; gib >= 14; gib -= 2) {
            DeviceProfile device = H200.withMemory((long) gib << 30);
            MemoryEstimate memory =
                    Planner.plan(request, device, null).placement().memory();
            assertThat(memory.residency()).isGreaterThanOrEqualTo(last);
            assertThat(memory.peak()).isLessThanOrEqualTo(device.memoryBytes());
            last = memory.residency();
        }
        assertThat(last).isEqualTo(Residency.STREAM);
    }

    @Test
    void theNextExpertIsFetchedShortlyBeforeItTakesOver() {
        PlanRequest request = Requests.of(ModelKind.T2V_A14B);
        ExecutionPlan staged = plan(request, request.options().withResidency(Residency.ONE_EXPERT), H200);
        assertThat(staged.prefetch(23)).isEmpty();
        assertThat(staged.prefetch(24)).contains(Expert.LOW);
        assertThat(staged.prefetch(25)).contains(Expert.LOW);
        assertThat(staged.prefetch(26)).isEmpty();
        assertThat(plan(request, request.options(), H200).prefetch(25)).isEmpty();
    }

    @Test
    void guidanceIsBatchedWhereStreamedWeightsAreWaitedForAndAsAskedFor() {
        PlanRequest request = Requests.of(ModelKind.T2V_A14B).withSize(new Size(832, 480), 81);
        assertThat(plan(request, request.options(), H200).placement().batchedGuidance())
                .isFalse();
        assertThat(plan(request, request.options().withBatchGuidance(true), H200)
                        .placement()
                        .batchedGuidance())
                .isTrue();
        DeviceProfile small = DeviceProfile.named("rtx-4090");
        assertThat(plan(request, request.options(), small).placement().batchedGuidance())
                .isFalse(); // the weights of the next block are there before it is needed
        PlanRequest little = request.withSize(new Size(480, 272), 9);
        assertThat(plan(little, request.options(), small).placement().batchedGuidance())
                .isTrue();
    }

    /** What is kept for the other branch is the first thing to go: nothing else is worse for it. */
    @Test
    void branchesShareWhereThereIsRoomForIt() {
        PlanRequest request = Requests.of(ModelKind.T2V_A14B);
        PlanOptions alone = request.options().withWishes(PlacementWishes.NONE.withShareBranches(false));
        Set<String> sharing = new HashSet<>();
        for (int gib = 160; gib >= 14; gib--) {
            DeviceProfile device = H200.withMemory((long) gib << 30);
            Placement auto = plan(request, request.options(), device).placement();
            Placement without = plan(request, alone, device).placement();
            assertThat(auto.arrangement().withSharedBranches(false)).isEqualTo(without.arrangement());
            Choice choice = choice(auto, "shared branches");
            sharing.add(choice.value());
            if (auto.arrangement().sharesBranches()) {
                assertThat(choice.reason()).isEqualTo("both begin with the same self-attention");
                assertThat(auto.seconds().total()).isLessThan(without.seconds().total());
                assertThat(auto.memory().denoise() - without.memory().denoise()).isEqualTo(75_600L * 5_120 * 4);
            } else {
                assertThat(choice.reason()).isEqualTo("1.4 GiB more do not fit");
            }
        }
        assertThat(sharing).containsExactlyInAnyOrder("on", "off");
    }

    @Test
    void branchesShareOrNotAsAskedFor() {
        PlanRequest request = Requests.of(ModelKind.T2V_A14B);
        PlanOptions on = request.options().withWishes(PlacementWishes.NONE.withShareBranches(true));
        Placement shared = plan(request, on, H200).placement();
        assertThat(choice(shared, "shared branches").reason()).isEqualTo("asked for");
        for (int gib = 160; gib >= 14; gib--) { // then other things give way
            DeviceProfile device = H200.withMemory((long) gib << 30);
            assertThat(plan(request, on, device).placement().arrangement().sharesBranches())
                    .isTrue();
        }
        long least = request.model().experts() * (1L << 30);
        while (new PlacementRules(request.with(on), H200.withMemory(least)).longest() < request.frames()) {
            least += 1 << 26;
        }
        DeviceProfile little = H200.withMemory(least);
        Placement replaced = plan(request, on, little).placement();
        assertThat(choice(replaced, "shared branches").value()).isEqualTo("off");
        assertThat(replaced.warnings()).anyMatch(warning -> warning.contains("branches begun together would need"));
        assertThatThrownBy(() -> plan(request, on.withStrict(true), little))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("branches begun together would need");
    }

    @Test
    void whatRunsInOneForwardOrAloneKeepsNothing() {
        PlanRequest request = Requests.of(ModelKind.T2V_A14B).withSize(new Size(832, 480), 81);
        Placement batched =
                plan(request, request.options().withBatchGuidance(true), H200).placement();
        assertThat(batched.arrangement().sharesBranches()).isTrue();
        assertThat(batched.memory().parts())
                .filteredOn(part -> part.name().equals("shared stem"))
                .singleElement()
                .satisfies(part -> assertThat(part.denoise()).isZero());
        ModelShape full = request.model();
        ModelShape distilled =
                new ModelShape("lightning", full.kind(), full.boundary(), true, full.transformer(), full.vae());
        PlanRequest few = new PlanRequest(distilled, request.size(), 81, 4, 5, Solver.EULER, new Guidance(1));
        Placement lone = plan(few, few.options(), H200).placement();
        assertThat(lone.arrangement().sharesBranches()).isFalse();
        assertThat(choice(lone, "shared branches").reason()).isEqualTo("no step computes both branches");
    }

    private static Choice choice(Placement placement, String name) {
        return placement.choices().stream()
                .filter(choice -> choice.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void reusedResidualsAreCountedWhereSomethingIsReused() {
        PlanRequest request = Requests.of(ModelKind.T2V_A14B);
        long without =
                plan(request, request.options(), H200).placement().memory().denoise();
        long with = plan(request, request.options().withCache(CachePolicy.magCache()), H200)
                .placement()
                .memory()
                .denoise();
        assertThat(with - without).isEqualTo(2L * 75_600 * 5120 * 4);
    }

    @Test
    void anUnknownProfileIsRefusedWithThoseThatThereAre() {
        assertThatThrownBy(() -> DeviceProfile.named("gtx-970"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("rtx-4080, rtx-4090");
    }
}
