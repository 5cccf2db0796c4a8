package io.github.wan4j.cuda.compile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.cuda.load.CudaException;
import io.github.wan4j.cuda.load.LibrarySearch;
import java.nio.file.Path;
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
                .hasMessageContaining("undeclared");
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
}
