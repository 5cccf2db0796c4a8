package io.github.wan4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.errorprone.annotations.MustBeClosed;
import io.github.wan4j.core.AttentionBackend;
import io.github.wan4j.core.BranchSharing;
import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.EngineStartException;
import io.github.wan4j.core.GraphUse;
import io.github.wan4j.core.KernelSet;
import io.github.wan4j.core.Precision;
import io.github.wan4j.core.testkit.GpuTest;
import io.github.wan4j.video.Denoising;
import io.github.wan4j.video.Latents;
import io.github.wan4j.video.ModelSource;
import io.github.wan4j.video.RunReport;
import io.github.wan4j.video.StepEvent;
import io.github.wan4j.video.VideoRequest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The switches of the GPU path together: every two values of two of them are tried in some job of the mini model, or refused. */
class PairsTest {
    /** Two values, neither of which is to blame alone. */
    private static final Set<Set<Enum<?>>> REFUSED = Set.of(
            Set.of(Precision.FP32, AttentionBackend.OWN),
            Set.of(Precision.FP32, AttentionBackend.CUDNN),
            Set.of(Precision.FP32, AttentionBackend.FLASH),
            Set.of(Precision.FP32, AttentionBackend.FP8));

    record Setup(
            Precision precision,
            AttentionBackend attention,
            KernelSet kernels,
            GraphUse graphs,
            BranchSharing sharing) {
        EngineConfig config() {
            return EngineConfig.builder()
                    .precision(precision)
                    .attention(attention)
                    .kernels(kernels)
                    .graphs(graphs)
                    .shareBranches(sharing)
                    .build();
        }

        /** All two of its values. */
        Set<Set<Enum<?>>> pairs() {
            List<Enum<?>> values = List.of(precision, attention, kernels, graphs, sharing);
            Set<Set<Enum<?>>> pairs = new HashSet<>();
            for (int i = 0; i < values.size(); i++) {
                for (int j = i + 1; j < values.size(); j++) {
                    pairs.add(Set.of(values.get(i), values.get(j)));
                }
            }
            return pairs;
        }

        boolean isRefused() {
            return pairs().stream().anyMatch(REFUSED::contains);
        }
    }

    private static List<Setup> all() {
        List<Setup> all = new ArrayList<>();
        for (Precision precision : Precision.values()) {
            for (AttentionBackend attention : AttentionBackend.values()) {
                for (KernelSet kernels : KernelSet.values()) {
                    for (GraphUse graphs : GraphUse.values()) {
                        for (BranchSharing sharing : BranchSharing.values()) {
                            all.add(new Setup(precision, attention, kernels, graphs, sharing));
                        }
                    }
                }
            }
        }
        return all;
    }

    private static Stream<Setup> impossible() {
        return all().stream().filter(Setup::isRefused);
    }

    /** Few setups that hold every pair which is not refused: each next one has as many new pairs as any. */
    private static List<Setup> covering() {
        List<Setup> possible =
                all().stream().filter(setup -> !setup.isRefused()).toList();
        Set<Set<Enum<?>>> left = new HashSet<>();
        possible.forEach(setup -> left.addAll(setup.pairs()));
        List<Setup> chosen = new ArrayList<>();
        while (!left.isEmpty()) {
            Setup best = possible.get(0);
            for (Setup setup : possible) {
                best = count(setup, left) > count(best, left) ? setup : best;
            }
            chosen.add(best);
            left.removeAll(best.pairs());
        }
        return chosen;
    }

    private static long count(Setup setup, Set<Set<Enum<?>>> left) {
        return setup.pairs().stream().filter(left::contains).count();
    }

    @Test
    void fewSetupsHoldEveryPair() {
        Set<Set<Enum<?>>> held = new HashSet<>(REFUSED);
        covering().forEach(setup -> held.addAll(setup.pairs()));
        all().forEach(setup -> assertThat(held).containsAll(setup.pairs()));
        assertThat(covering()).hasSizeLessThan(25);
    }

    /** As near to plain operators in fp32 as the precision lets it. */
    @GpuTest
    @ParameterizedTest
    @MethodSource("covering")
    void worksTogether(Setup setup) {
        Setup control =
                new Setup(Precision.FP32, AttentionBackend.MATH, KernelSet.REFERENCE, GraphUse.OFF, BranchSharing.OFF);
        double allowed = switch (setup.precision()) {
            case FP32 -> 1e-3;
            case BF16 -> 0.1;
            case FP8 -> 0.3;
        };
        allowed = setup.attention() == AttentionBackend.FP8 ? Math.max(allowed, 0.3) : allowed;
        assertThat(difference(latents("mini-t2v", setup), latents("mini-t2v", control)))
                .isLessThan(allowed);
    }

    @GpuTest
    @ParameterizedTest
    @MethodSource("impossible")
    void isRefusedWithTheReason(Setup setup) {
        assertThatThrownBy(() -> open("mini-t2v", setup).close())
                .isInstanceOf(EngineStartException.class)
                .hasMessageContaining("attention=" + setup.attention())
                .hasMessageContaining("precision is " + setup.precision());
    }

    /** Bit for bit, over as many steps as make records of all passes. */
    @GpuTest
    @ParameterizedTest
    @CsvSource({"FP32,AUTO", "BF16,AUTO", "FP8,AUTO", "BF16,FP8", "FP8,FP8"})
    void graphsChangeNothing(Precision precision, AttentionBackend attention) {
        for (String model : List.of("mini-t2v", "mini-ti2v")) {
            List<Latents> results = new ArrayList<>();
            for (GraphUse graphs : GraphUse.values()) {
                Setup setup = new Setup(precision, attention, KernelSet.OWN, graphs, BranchSharing.AUTO);
                results.add(latents(model, setup));
                assertThat(choice(model, setup).value()).isEqualTo(graphs == GraphUse.OFF ? "off" : "on");
            }
            assertThat(results).allMatch(results.get(0)::equals);
        }
    }

    /** Bit for bit, one branch after the other. */
    @GpuTest
    @ParameterizedTest
    @CsvSource({"FP32,AUTO,ON", "BF16,AUTO,ON", "BF16,AUTO,OFF", "FP8,FP8,ON", "FP8,FP8,OFF"})
    void sharedBranchesChangeNothing(Precision precision, AttentionBackend attention, GraphUse graphs) {
        VideoRequest request = request().toBuilder().batchGuidance(false).build();
        for (String model : List.of("mini-t2v", "mini-ti2v")) {
            Set<Latents> results = new HashSet<>();
            for (BranchSharing sharing : BranchSharing.values()) {
                Setup setup = new Setup(precision, attention, KernelSet.OWN, graphs, sharing);
                results.add(latents(model, setup, request));
            }
            assertThat(results).hasSize(1);
        }
    }

    @MustBeClosed
    private static VideoEngine open(String model, Setup setup) {
        return VideoEngine.open(ModelSource.of(model), setup.config());
    }

    private static VideoRequest request() {
        return SmallJobs.request().steps(10).build();
    }

    private static Latents latents(String model, Setup setup) {
        return latents(model, setup, request());
    }

    private static Latents latents(String model, Setup setup, VideoRequest request) {
        try (VideoEngine engine = open(model, setup);
                Denoising denoising = engine.denoise(request)) {
            while (denoising.hasNext()) {
                StepEvent step = denoising.step();
                assertThat(step.computed()).isTrue();
            }
            return denoising.latents();
        }
    }

    private static RunReport.Choice choice(String model, Setup setup) {
        try (VideoEngine engine = open(model, setup)) {
            return engine.generate(request()).report().choices().stream()
                    .filter(choice -> choice.name().equals("graphs"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static double difference(Latents a, Latents b) {
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < a.values().remaining(); i++) {
            double x = a.values().get(i);
            double y = b.values().get(i);
            difference += (x - y) * (x - y);
            norm += y * y;
        }
        return Math.sqrt(difference / norm);
    }
}
