package io.github.wan4j.cuda.compile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.cuda.compile.KernelNeeds.Need;
import io.github.wan4j.cuda.load.CudaException;
import io.github.wan4j.cuda.load.LibrarySearch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs where the run-time compiler is found (set {@code WAN4J_CUDA_LIBRARIES}); it needs no GPU. */
class NvrtcTest {
    private static Nvrtc nvrtc;

    @BeforeAll
    static void load() {
        LibrarySearch search = LibrarySearch.of(EngineConfig.fromEnvironment().cudaLibraries());
        assumeTrue(search.find("libnvrtc.so.13").isPresent(), "libnvrtc.so.13 is not on this machine");
        assumeTrue(search.find("libjninvrtc.so").isPresent(), "cuda's linux-x86_64 jar is not on the class path");
        nvrtc = Nvrtc.load(search);
    }

    @Test
    void compilingTwiceGivesTheSameBytes() {
        KernelSource source = KernelSource.load("combine/combine.cu");
        Architecture hopper = nvrtc.architecture(9, 0);
        assertThat(nvrtc.compile(source, "wan4j_combine<3>", hopper).cubin())
                .isEqualTo(nvrtc.compile(source, "wan4j_combine<3>", hopper).cubin());
    }

    @Test
    void aNewerGpuGetsText() {
        Cubin code = nvrtc.compile(
                        KernelSource.load("combine/combine.cu"), "wan4j_guidance", new Architecture("compute_90"))
                .cubin();
        assertThat(new String(code.code(), java.nio.charset.StandardCharsets.UTF_8))
                .contains(".target sm_90");
    }

    @Test
    void anErrorOfTheCompilerNamesKernelArchitectureAndPlace() {
        KernelSource wrong = new KernelSource("op/op.cu", "__global__ void f() { undeclared(); }", new TreeMap<>());
        assertThatThrownBy(() -> nvrtc.compile(wrong, "f", nvrtc.architecture(8, 0)))
                .isInstanceOf(CudaException.class)
                .hasMessageContaining("f of op/op.cu does not compile for sm_80 with NVRTC " + nvrtc.version())
                .hasMessageMatching(".*undeclared.*"); // which is in one line
    }

    @Test
    void theCompilerIsAskedOnceAndThenTheCache(@TempDir Path folder) {
        CubinCache cache = new CubinCache(folder);
        KernelCompiler first = new KernelCompiler(nvrtc, nvrtc.architecture(9, 0), cache);
        Cubin made = first.compile("combine/combine.cu", "wan4j_guidance");
        KernelSource source = KernelSource.load("combine/combine.cu");
        String key = CubinCache.key(source, "wan4j_guidance", Nvrtc.options(nvrtc.architecture(9, 0)), nvrtc.version());
        assertThat(cache.read(key)).contains(made);
        cache.write(key, new Cubin("from the cache", made.code()));
        assertThat(first.compile("combine/combine.cu", "wan4j_guidance").entry())
                .isEqualTo("from the cache");
    }

    @Test
    void whatIsNeededIsCompiledAheadAndCountedUnlessItIsCached(@TempDir Path folder) {
        Need guidance = new Need("combine/combine.cu", "wan4j_guidance");
        Need combine = new Need("combine/combine.cu", "wan4j_combine<2>");
        List<String> news = new ArrayList<>();
        try (KernelCompiler compiler = new KernelCompiler(nvrtc, nvrtc.architecture(9, 0), new CubinCache(folder))) {
            compiler.tell(news::add);
            compiler.ahead(List.of(guidance, combine, new Need("gone/gone.cu", "wan4j_gone")));
            assertThat(compiler.compile(guidance.file(), guidance.kernel()).code())
                    .isNotEmpty();
            assertThat(compiler.compile(combine.file(), combine.kernel()).code())
                    .isNotEmpty();
            assertThat(news).allMatch(text -> text.matches("compiling kernel [12] of 2, wan4j_.*"));
        }
        news.clear();
        try (KernelCompiler compiler = new KernelCompiler(nvrtc, nvrtc.architecture(9, 0), new CubinCache(folder))) {
            compiler.tell(news::add);
            compiler.ahead(List.of(guidance, combine));
            assertThat(compiler.compile(guidance.file(), guidance.kernel()).code())
                    .isNotEmpty();
            assertThat(news).isEmpty();
            assertThat(compiler.compile("combine/combine.cu", "wan4j_combine<3>")
                            .code())
                    .isNotEmpty();
            assertThat(news).containsExactly("compiling kernel 1 of 1, wan4j_combine<3>");
        }
        news.clear();
        try (KernelCompiler compiler = new KernelCompiler(nvrtc, nvrtc.architecture(9, 0), new CubinCache(folder))) {
            compiler.tell(news::add);
            assertThat(compiler.compile("combine/combine.cu", "wan4j_combine<4>")
                            .code())
                    .isNotEmpty();
            assertThat(news).containsExactly("compiling kernel 1, wan4j_combine<4>");
        }
    }
}
