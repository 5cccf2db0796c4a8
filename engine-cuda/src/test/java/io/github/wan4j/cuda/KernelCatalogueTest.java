package io.github.wan4j.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.kernels.Keys;
import io.github.wan4j.core.kernels.Norm;
import io.github.wan4j.core.kernels.Rotation;
import io.github.wan4j.core.kernels.Rows;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.cuda.compile.Architecture;
import io.github.wan4j.cuda.compile.KernelSource;
import io.github.wan4j.cuda.compile.Nvrtc;
import io.github.wan4j.cuda.launch.Multiprocessors;
import io.github.wan4j.cuda.load.LibrarySearch;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every kernel that the models' shapes ask for. The tensors are on the CPU: only their types and sizes matter here. */
class KernelCatalogueTest {
    private static final Pattern CLEAN =
            Pattern.compile("0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads");

    @Test
    void theWidthsOfAllModelsHaveKernels() {
        Map<KernelInstance, Integer> asked = instances();
        assertThat(asked.keySet())
                .extracting(KernelInstance::expression)
                .contains(
                        "wan4j_norm_modulate<float, bf16, 5120, 4, 5>",
                        "wan4j_norm_modulate<float, e4m3, 3072, 4, 4>",
                        "wan4j_quantise<bf16, 13824, 8, 9, true>",
                        "wan4j_gated_add_norm<float, bf16, bf16, 3072, 4, 4, true>",
                        "wan4j_rms_rope<bf16, float, float, 5120, 128, 8, 5>",
                        "wan4j_rms<bf16, bf16, bf16, 4096, 8, 4>",
                        "wan4j_cross_attention<8>",
                        "wan4j_cross_attention<4>",
                        "wan4j_cross_attention_hopper<3>",
                        "wan4j_cross_attention_hopper<2>",
                        "wan4j_rms_factors<bf16, 5120, 8, 5>",
                        "wan4j_vae_norm<bf16, float, 96, 8, 4, true>",
                        "wan4j_vae_norm<bf16, float, 20, 4, 1, true>");
        assertThat(asked.size()).isGreaterThan(60);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sm_80", "sm_89", "sm_90a", "sm_120a"})
    void allCompileWithoutSpills(String architecture) {
        LibrarySearch search = LibrarySearch.of(EngineConfig.fromEnvironment().cudaLibraries());
        assumeTrue(search.find("libnvrtc.so.13").isPresent(), "libnvrtc.so.13 is not on this machine");
        assumeTrue(search.find("libjninvrtc.so").isPresent(), "cuda's linux-x86_64 jar is not on the class path");
        Nvrtc nvrtc = Nvrtc.load(search);
        Map<String, KernelSource> sources = new LinkedHashMap<>();
        instances().keySet().parallelStream().forEach(instance -> {
            if (instance.function().equals(OwnAttention.FUNCTION) && !architecture.equals("sm_90a")) {
                return;
            }
            KernelSource source;
            synchronized (sources) {
                source = sources.computeIfAbsent(instance.file(), KernelSource::load);
            }
            String log = nvrtc.compile(source, instance.expression(), new Architecture(architecture))
                    .log();
            assertThat(log).as("%s for %s", instance, architecture).containsPattern(CLEAN);
        });
    }

    /** What the ops of the models ask for, with the number of parameters. */
    private static Map<KernelInstance, Integer> instances() {
        Map<KernelInstance, Integer> asked = new LinkedHashMap<>();
        OwnKernels recorder = (instance, parameters, trial) -> {
            Integer before = asked.put(instance, parameters);
            assertThat(before == null || before == parameters)
                    .as(instance.toString())
                    .isTrue();
            return null;
        };
        try (Scope scope = Scope.open("catalogue")) {
            for (long dim : new long[] {256, 3072, 5120}) {
                transformer(new RowKernels(recorder), dim);
            }
            for (long dim : new long[] {256, 640, 3072, 5120, 13824, 14336}) {
                scaled(new Fp8Kernels(recorder, new SelfCheck(Device.CPU)), dim);
            }
            for (long dim : new long[] {128, 4096}) {
                text(new RowKernels(recorder), new TextKernels(recorder), dim);
            }
            latents(new LatentKernels(recorder));
            vae(new VaeKernels(recorder), new UpsampleKernels(recorder));
            Tensor long8k = zeros(DType.BF16, 1, 1, 8193, 128);
            none(new Quantiser(recorder).quantised(long8k, long8k, long8k, 8320));
            Tensor heads = zeros(DType.BF16, 1, 3, 2, 128);
            none(new HopperAttention(recorder, 132, (q, k, v, scale, copies) -> null)
                    .attention(heads, heads, heads, 1, 0));
            Tensor filledUp = zeros(DType.BF16, 1, 3, 2, 128);
            none(new OwnAttention(recorder).attention(filledUp, filledUp, filledUp, 1));
            none(new PaddedAttention(recorder).attention(filledUp, filledUp, filledUp, 1, 1));
            prompts(recorder);
        }
        return asked;
    }

    /** To few keys and to many, on a device with much shared memory and on one with little. */
    private static void prompts(OwnKernels recorder) {
        Multiprocessors hopper = new Multiprocessors(132, 232_448, 9);
        Multiprocessors ada = new Multiprocessors(128, 101_376, 8);
        Multiprocessors ampere = new Multiprocessors(108, 166_912, 8);
        for (Multiprocessors device : new Multiprocessors[] {hopper, ada, ampere}) {
            PromptAttention prompts = new PromptAttention(recorder, new RowKernels(recorder), device);
            for (long keys : new long[] {16, 128, 384}) {
                Tensor k = zeros(DType.BF16, 1, keys, 2, 128);
                none(prompts.attention(zeros(DType.BF16, 1, 3, 256), f32(256), 1e-6, new Keys(k, k, 1), 1));
            }
        }
    }

    private static void transformer(RowKernels rows, long dim) {
        Norm modulated = new Norm.Modulated(Rows.shared(f32(1, dim)), Rows.shared(f32(1, dim)), 1e-6);
        Norm affine = new Norm.Affine(f32(dim), f32(dim), 1e-6);
        Rotation rotation = new Rotation(f32(3, 64), f32(3, 64));
        for (DType type : new DType[] {DType.BF16, DType.F32}) {
            Tensor branch = zeros(type, 1, 3, dim);
            for (Tensor x : new Tensor[] {f32(1, 3, dim), branch}) {
                for (Norm norm : new Norm[] {modulated, affine}) {
                    none(rows.norm(x, norm, type));
                    none(rows.gatedAddNorm(x, branch, Rows.shared(f32(1, dim)), norm, type));
                    none(rows.gatedAddNorm(x, branch, null, norm, type));
                }
                none(rows.norm(x, modulated, DType.F32));
                none(rows.norm(x, modulated, DType.F8_E4M3));
                none(rows.gatedAddNorm(x, branch, Rows.shared(f32(1, dim)), affine, DType.F8_E4M3));
                none(rows.gatedAddNorm(x, branch, null, modulated, DType.F8_E4M3));
                none(rows.gatedAdd(x, branch, Rows.shared(f32(1, dim))));
                none(rows.gatedAdd(x, branch, null));
            }
            none(rows.rmsNorm(branch, f32(dim), 1e-6));
            none(rows.rmsFactors(branch, 1e-6));
            none(rows.rmsRope(branch, f32(dim), 1e-6, rotation, (int) (dim / 128)));
        }
    }

    private static void scaled(Fp8Kernels scaled, long dim) {
        for (DType type : new DType[] {DType.BF16, DType.F32}) {
            none(scaled.quantise(zeros(type, 1, 3, dim), false));
        }
        none(scaled.quantise(zeros(DType.BF16, 1, 3, dim), true));
    }

    private static void text(RowKernels rows, TextKernels texts, long dim) {
        none(rows.rmsNorm(zeros(DType.BF16, 1, 3, dim), zeros(DType.BF16, dim), 1e-6));
        none(texts.geluGate(zeros(DType.BF16, 1, 3, 256), zeros(DType.BF16, 1, 3, 256)));
        for (long keys : new long[] {2, 28, 126, 300, 512}) {
            none(texts.biasSoftmax(zeros(DType.BF16, 1, 2, 1, keys), zeros(DType.BF16, 2, keys)));
        }
    }

    private static void latents(LatentKernels latents) {
        for (DType type : new DType[] {DType.BF16, DType.F32}) {
            none(latents.patchify(f32(16, 1, 2, 2), type));
            none(latents.unpatchify(zeros(type, 1, 1, 64), 1, 2, 2, DType.BF16));
        }
        none(latents.guidance(f32(4), f32(4), 3));
        for (int terms = 1; terms <= 8; terms++) {
            Tensor[] tensors = new Tensor[terms];
            Arrays.fill(tensors, f32(4));
            none(latents.combine(new double[terms], tensors));
        }
    }

    private static void vae(VaeKernels vae, UpsampleKernels upsampling) {
        Set<Long> channels = new LinkedHashSet<>();
        for (long base : new long[] {96, 160, 256, 16, 8, 20}) {
            channels.addAll(Set.of(base, 2 * base, 4 * base));
        }
        for (long c : channels) {
            for (DType type : new DType[] {DType.BF16, DType.F32}) {
                Tensor x = zeros(type, 1, c, 1, 2, 2).channelsLast();
                Tensor bias = zeros(type, c);
                none(vae.channelNorm(x, bias, f32(c), true, 2, null));
                none(vae.channelNorm(x, null, f32(c), false, 0, null));
                assertThat(vae.add(x, bias, x)).isFalse();
                none(upsampling.convolution(x, zeros(type, c, c, 1, 3, 3), bias, null));
            }
        }
    }

    /** The recorder hands out no kernel, so the operation must say that it did nothing. */
    private static void none(@Nullable Object result) {
        assertThat(result).isNull();
    }

    private static Tensor f32(long... shape) {
        return zeros(DType.F32, shape);
    }

    private static Tensor zeros(DType type, long... shape) {
        return Tensors.zeros(type, Device.CPU, shape);
    }
}
