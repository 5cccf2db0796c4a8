package io.github.wan4j.cuda.compile;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.wan4j.cuda.compile.KernelNeeds.Need;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelNeedsTest {
    private static final Need GUIDANCE = new Need("combine/combine.cu", "wan4j_guidance");
    private static final Need NORM = new Need("vae_norm/vae_norm.cu", "wan4j_vae_norm<bf16, float, 96, 8, 4, true>");

    private final Path folder;
    private final KernelNeeds needs;

    KernelNeedsTest(@TempDir Path parent) {
        folder = parent.resolve("needs");
        needs = new KernelNeeds(folder);
    }

    @Test
    void ofWorkThatNobodyKnowsNothingIsKnown() {
        assertThat(needs.of("a model bf16")).isEmpty();
    }

    @Test
    void whatWorkAskedForIsKnownToTheNextProcess() {
        needs.add("a model, bf16 / bf16", Set.of(GUIDANCE));
        needs.add("a model, bf16 / bf16", Set.of(NORM));
        assertThat(new KernelNeeds(folder).of("a model, bf16 / bf16")).containsExactly(GUIDANCE, NORM);
        assertThat(needs.of("another model, bf16 / bf16")).isEmpty();
    }

    @Test
    void whatAPublishedModelNeedsComesWithTheEngineAndIsThere() {
        for (String precision : new String[] {"bf16", "fp8"}) {
            Set<Need> a14b = needs.of("t2v-a14b 5120 " + precision + " bf16 attention auto");
            assertThat(a14b).hasSizeGreaterThan(25);
            for (Need need : a14b) {
                assertThat(KernelSource.load(need.file()).text())
                        .contains(need.kernel().replaceAll("<.*", ""));
            }
        }
    }

    @Test
    void aFolderThatCannotBeWrittenCostsNothingElse() throws IOException {
        Files.writeString(folder, "a file in its place");
        needs.add("a model", Set.of(GUIDANCE));
        assertThat(needs.of("a model")).isEmpty();
    }
}
