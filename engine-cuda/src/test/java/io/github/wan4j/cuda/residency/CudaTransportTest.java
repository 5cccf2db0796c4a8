package io.github.wan4j.cuda.residency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.core.CheckpointException;
import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.spi.DeviceSession;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.core.testkit.GpuTest;
import io.github.wan4j.core.testkit.TensorAssert;
import io.github.wan4j.core.weights.BlockStream;
import io.github.wan4j.core.weights.Blocks;
import io.github.wan4j.core.weights.Checkpoint;
import io.github.wan4j.core.weights.Delivery;
import io.github.wan4j.core.weights.SafetensorsWriter;
import io.github.wan4j.core.weights.TensorEntry;
import io.github.wan4j.core.weights.Transport.Arrival;
import io.github.wan4j.core.weights.WeightStore;
import io.github.wan4j.cuda.CudaProvider;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@GpuTest
class CudaTransportTest {
    private static final Device GPU = Device.cuda(0);
    private static final long SMALL_PIECES = 8192;

    /** How bytes come to the device. */
    enum Way {
        REGISTERED(1L << 40),
        PARTLY_REGISTERED(5 * SMALL_PIECES),
        STAGED(0);

        private final long budget;

        Way(long budget) {
            this.budget = budget;
        }

        RegisteredFiles files() {
            return new RegisteredFiles(0, new HostBudget(budget), SMALL_PIECES);
        }
    }

    private final Path file;

    /** The second tensor lies on an odd byte, all but the first on several pieces. */
    CudaTransportTest(@TempDir Path folder) {
        file = folder.resolve("a.safetensors");
        Random random = new Random(1);
        float[] values = new float[100 * 300];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        new SafetensorsWriter()
                .add("bytes", DType.U8, new byte[] {1, 2, 3}, 3)
                .add("f32", values, 100, 300)
                .add("bf16", DType.BF16, bytes(random, 100 * 300 * 2), 100, 300)
                .write(file);
    }

    private static byte[] bytes(Random random, int count) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i += 2) {
            bytes[i] = (byte) random.nextInt();
            bytes[i + 1] = (byte) (0x3e + random.nextInt(2)); // no NaN among them
        }
        return bytes;
    }

    private interface Work {
        void run(DeviceSession session, CopyLane lane) throws Exception;
    }

    private static void onGpu(Work work) {
        try (DeviceSession session = new CudaProvider().open(GPU, EngineConfig.fromEnvironment())) {
            boolean done = session.call(() -> {
                try (Scope scope = Scope.open("test");
                        CopyLane lane = new CopyLane(0)) {
                    work.run(session, lane);
                }
                return true;
            });
            assertThat(done).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyTensorComesAsTheFileHasIt(Way way) {
        onGpu((session, lane) -> {
            try (Checkpoint checkpoint = Checkpoint.open(file);
                    RegisteredFiles files = way.files();
                    CudaTransport transport = new CudaTransport(lane, files, true)) {
                for (int round = 0; round < 3; round++) {
                    for (String name : checkpoint.names()) {
                        TensorEntry entry = checkpoint.entry(name);
                        for (DType dtype : List.of(entry.dtype(), DType.F32, DType.BF16)) {
                            Tensor target = Tensors.zeros(dtype, GPU, entry.shape());
                            transport
                                    .send(List.of(Delivery.copy(checkpoint, entry, target)))
                                    .await();
                            Tensor expected = checkpoint.tensor(entry).to(dtype);
                            TensorAssert.assertIdentical(target.to(Device.CPU, dtype), expected);
                        }
                    }
                }
                assertThat(transport.detour()).isEmpty();
                transport.settle();
                TensorEntry entry = checkpoint.entry("f32");
                Tensor target = Tensors.zeros(DType.F32, GPU, entry.shape());
                transport
                        .send(List.of(Delivery.copy(checkpoint, entry, target)))
                        .await();
                TensorAssert.assertIdentical(target.to(Device.CPU, DType.F32), checkpoint.tensor(entry));
            }
        });
    }

    @Test
    void whatIsSentOnceMakesRoomForWhatComesNext() {
        onGpu((session, lane) -> {
            try (Checkpoint checkpoint = Checkpoint.open(file);
                    CudaTransport transport = new CudaTransport(
                            lane, new RegisteredFiles(0, new HostBudget(18 * SMALL_PIECES), SMALL_PIECES), false)) {
                for (String name : List.of("f32", "bf16", "f32", "bf16")) {
                    TensorEntry entry = checkpoint.entry(name);
                    Tensor target = Tensors.zeros(entry.dtype(), GPU, entry.shape());
                    transport
                            .send(List.of(Delivery.copy(checkpoint, entry, target)))
                            .await();
                    TensorAssert.assertIdentical(target.to(Device.CPU, entry.dtype()), checkpoint.tensor(entry));
                }
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void aCopyWaitsForWorkThatReadsItsTargetAndWorkForTheCopy(Way way) {
        onGpu((session, lane) -> {
            try (Checkpoint checkpoint = Checkpoint.open(file);
                    RegisteredFiles files = way.files();
                    CudaTransport transport = new CudaTransport(lane, files, true)) {
                TensorEntry entry = checkpoint.entry("f32");
                Tensor target = Tensors.full(1, DType.F32, GPU, entry.shape());
                Tensor busy = Tensors.full(1e-4, DType.F32, GPU, 8192, 8192);
                for (int round = 0; round < 5; round++) {
                    target.copyFrom(Tensors.full(1, DType.F32, GPU, 1));
                    Tensor slow = busy.matmul(busy).matmul(busy).matmul(busy); // tens of milliseconds
                    Tensor before =
                            target.add(slow.narrow(0, 0, 1).narrow(1, 0, 1).mul(0));
                    Arrival arrival = transport.send(List.of(Delivery.copy(checkpoint, entry, target)));
                    arrival.await();
                    Tensor after = target.add(0);
                    assertThat(before.add(-1).maxAbs()).isZero();
                    TensorAssert.assertIdentical(after.to(Device.CPU, DType.F32), checkpoint.tensor(entry));
                }
            }
        });
    }

    @Test
    void aFileThatBecameShorterIsAnErrorNotAFault() throws IOException {
        onGpu((session, lane) -> {
            try (Checkpoint checkpoint = Checkpoint.open(file);
                    RegisteredFiles files = Way.REGISTERED.files();
                    CudaTransport transport = new CudaTransport(lane, files, true);
                    RandomAccessFile cut = new RandomAccessFile(file.toFile(), "rw")) {
                cut.setLength(cut.length() - 10);
                TensorEntry entry = checkpoint.entry("bf16");
                Tensor target = Tensors.zeros(DType.BF16, GPU, entry.shape());
                assertThatThrownBy(() -> transport.send(List.of(Delivery.copy(checkpoint, entry, target))))
                        .isInstanceOf(CheckpointException.class)
                        .hasMessageContaining("has changed since it was opened");
                TensorEntry whole = checkpoint.entry("f32");
                Tensor fine = Tensors.zeros(DType.F32, GPU, whole.shape());
                transport.send(List.of(Delivery.copy(checkpoint, whole, fine))).await();
                TensorAssert.assertIdentical(fine.to(Device.CPU, DType.F32), checkpoint.tensor(whole));
            }
        });
    }

    @Test
    void aFileThatTookThePlaceOfAnotherIsReadAnew() {
        onGpu((session, lane) -> {
            try (RegisteredFiles files = Way.REGISTERED.files();
                    CudaTransport transport = new CudaTransport(lane, files, true)) {
                for (int round = 1; round <= 2; round++) {
                    Files.deleteIfExists(file);
                    new SafetensorsWriter()
                            .add("x", new float[] {round, -round}, 2)
                            .write(file);
                    try (Checkpoint checkpoint = Checkpoint.open(file)) {
                        TensorEntry entry = checkpoint.entry("x");
                        Tensor target = Tensors.zeros(DType.F32, GPU, 2);
                        transport
                                .send(List.of(Delivery.copy(checkpoint, entry, target)))
                                .await();
                        assertThat(target.toFloats()).containsExactly(round, -round);
                    }
                }
            }
        });
    }

    @Test
    void blocksStreamPastAndMemoryIsBackWhereItWas() {
        onGpu((session, lane) -> {
            long before = session.memory().used().orElseThrow();
            try (Checkpoint checkpoint = Checkpoint.open(file);
                    BlockStream stream = session.openStream(2);
                    WeightStore store = stream.openStore()) {
                List<String> names = List.of("f32", "bf16", "f32", "bf16", "bf16");
                Blocks<Tensor> blocks = store.blocks(
                        names.size(), i -> store.load(checkpoint, checkpoint.entry(names.get(i)), DType.F32));
                for (int round = 0; round < 20; round++) {
                    for (int i = 0; i < names.size(); i++) {
                        Tensor expected = checkpoint
                                .tensor(checkpoint.entry(names.get(i)))
                                .to(DType.F32);
                        TensorAssert.assertIdentical(blocks.get(i).to(Device.CPU, DType.F32), expected);
                    }
                }
                assertThat(session.memory().used().orElseThrow()).isGreaterThan(before);
            }
            assertThat(session.memory().used().orElseThrow()).isEqualTo(before);
        });
    }
}
