package io.github.wan4j.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.core.AttentionBackend;
import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.EngineStartException;
import io.github.wan4j.core.KernelSet;
import io.github.wan4j.core.kernels.CpuKernels;
import io.github.wan4j.core.kernels.ReferenceKernels;
import io.github.wan4j.core.kernels.SimulatedAttention8;
import io.github.wan4j.core.spi.DeviceSession;
import io.github.wan4j.core.spi.MemoryStatus;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.core.testkit.NoTensorLeaks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(NoTensorLeaks.class)
class CpuSessionTest {
    @Test
    void computesOnItsThreadAndTellsWhatItRunsOn() {
        try (DeviceSession session = open(EngineConfig.builder().cpuThreads(1))) {
            float[] sum = session.call(() -> {
                try (Scope scope = Scope.open("test")) {
                    return Tensors.ones(DType.F32, Device.CPU, 3).add(1).toFloats();
                }
            });
            session.synchronize();
            assertThat(sum).containsExactly(2, 2, 2);
            assertThat(session.onThread()).isFalse();
            assertThat(session.info().device()).isEqualTo(Device.CPU);
            assertThat(session.info().name()).isNotBlank();
            assertThat(session.info().units()).isPositive();
            assertThat(session.info().memoryBytes()).isGreaterThan(1L << 28);
        }
    }

    @Test
    void simulatesFastAttentionOnlyWherePlainOperatorsAreAskedFor() {
        EngineConfig.Builder fp8 = EngineConfig.builder().attention(AttentionBackend.FP8);
        assertThatThrownBy(() -> open(fp8))
                .isInstanceOf(EngineStartException.class)
                .hasMessageContaining("attention=fp8 needs a GPU")
                .hasMessageContaining("kernels=reference");
        try (DeviceSession session = open(fp8.kernels(KernelSet.REFERENCE))) {
            assertThat(session.kernels()).isExactlyInstanceOf(SimulatedAttention8.class);
        }
    }

    @Test
    void takesTheKernelsThatTheConfigurationNames() {
        try (DeviceSession session = open(EngineConfig.builder())) {
            assertThat(session.kernels()).isExactlyInstanceOf(CpuKernels.class);
        }
        try (DeviceSession session = open(EngineConfig.builder().kernels(KernelSet.REFERENCE))) {
            assertThat(session.kernels()).isExactlyInstanceOf(ReferenceKernels.class);
        }
    }

    @Test
    void limitsLibtorchToItsThreadsAndPutsThemBack() {
        int before = torch.get_num_threads();
        try (DeviceSession session = open(EngineConfig.builder().cpuThreads(before + 1))) {
            assertThat(session.call(torch::get_num_threads)).isEqualTo(before + 1);
        }
        assertThat(torch.get_num_threads()).isEqualTo(before);
    }

    @Test
    void sharesTheProcessOnlyWithSessionsOfTheSameWish() {
        try (DeviceSession first = open(EngineConfig.builder().cpuThreads(1));
                DeviceSession same = open(EngineConfig.builder().cpuThreads(1))) {
            assertThat(same.info()).isEqualTo(first.info());
            assertThatThrownBy(() -> open(EngineConfig.builder().cpuThreads(2)))
                    .isInstanceOf(EngineStartException.class)
                    .hasMessageContaining("cpuThreads is 1 and cannot become 2");
        }
        open(EngineConfig.builder().cpuThreads(2)).close();
    }

    @Test
    void refusesWorkAfterItsEnd() {
        DeviceSession session = open(EngineConfig.builder());
        session.close();
        session.close();
        assertThatThrownBy(() -> session.call(() -> "late")).isInstanceOf(IllegalStateException.class);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void leavesNoThreadOfJavaOrOfOpenMpBehind() throws IOException, InterruptedException {
        try (DeviceSession session = open(EngineConfig.builder().cpuThreads(4))) {
            session.call(() -> {
                try (Scope scope = Scope.open("test")) {
                    return Tensors.ones(DType.F32, Device.CPU, 1 << 20).add(1).norm();
                }
            });
            assertThat(engineThreads()).isEqualTo(4); // OpenMP's are called like the thread that made them
        }
        awaitNoEngineThreads();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @EnabledOnOs(OS.LINUX)
    void limitsOneDnnToItsThreadsToo(int threads) throws InterruptedException, IOException {
        awaitNoEngineThreads();
        try (DeviceSession session = open(EngineConfig.builder().cpuThreads(threads))) {
            session.call(() -> {
                try (Scope scope = Scope.open("test")) {
                    return session.kernels()
                            .linear(
                                    Tensors.ones(DType.F32, Device.CPU, 512, 512),
                                    Tensors.ones(DType.F32, Device.CPU, 512, 512),
                                    null)
                            .norm();
                }
            });
            assertThat(engineThreads()).isEqualTo(threads);
        }
    }

    @Test
    void tellsTheMemoryOfTheMachineAndOfTheProcess() {
        try (DeviceSession session = open(EngineConfig.builder())) {
            MemoryStatus memory = session.memory();
            assertThat(memory.total()).isGreaterThan(1L << 28);
            assertThat(memory.free()).isBetween(1L, memory.total());
            if (memory.peak().isPresent()) {
                assertThat(memory.peak().getAsLong())
                        .isGreaterThanOrEqualTo(memory.used().orElseThrow());
                assertThat(memory.used().getAsLong()).isGreaterThan(50L << 20);
            }
        }
    }

    private static void awaitNoEngineThreads() throws InterruptedException, IOException {
        long deadline = System.nanoTime() + 5_000_000_000L;
        while (engineThreads() > 0 && System.nanoTime() < deadline) {
            Thread.sleep(5); // the system removes an ended thread a little later
        }
        assertThat(engineThreads()).isZero();
    }

    private static long engineThreads() throws IOException {
        try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
            return tasks.filter(task -> name(task).equals("wan4j-cpu")).count();
        }
    }

    private static String name(Path task) {
        try {
            return Files.readString(task.resolve("comm")).trim();
        } catch (IOException e) {
            return ""; // ended meanwhile
        }
    }

    private static DeviceSession open(EngineConfig.Builder config) {
        return Devices.find().open(Device.CPU, config.build());
    }
}
