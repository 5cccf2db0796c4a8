package io.github.wan4j.core.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.core.CheckpointException;
import io.github.wan4j.core.kernels.ReferenceKernels;
import io.github.wan4j.core.nn.Linear;
import io.github.wan4j.core.nn.Projections;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.core.testkit.NoTensorLeaks;
import io.github.wan4j.core.testkit.TestTransport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(NoTensorLeaks.class)
class BlockStreamTest {
    private final Path folder;

    BlockStreamTest(@TempDir Path folder) {
        this.folder = folder;
    }

    /** A network of blocks, each with a scalar, a layer and two projections, and a tensor outside of them. */
    private record Net(Tensor outside, Blocks<Block> blocks) {
        record Block(Tensor number, Linear layer, Projections pair) {
            /** Three numbers that only the right weights give. */
            float[] value() {
                try (Scope scope = Scope.open("block")) {
                    Tensor x = Tensors.of(new float[] {1, 1}, 1, 2);
                    List<Tensor> two = pair.forward(x);
                    return new float[] {
                        (float) number.item(),
                        layer.forward(x).toFloats()[0],
                        two.get(0).toFloats()[0] + two.get(1).toFloats()[0]
                    };
                }
            }
        }

        static Net of(Weights weights, int count) {
            Tensor outside = weights.get("outside", DType.F32, 2);
            Blocks<Block> blocks = weights.blocks(
                    "blocks",
                    count,
                    block -> new Block(
                            block.get("number", DType.F32, 1),
                            block.linear("layer", 2, 1, DType.F32),
                            block.projectionsWithoutBias(DType.F32, 2, 1, "a", "b")));
            weights.requireAllTaken();
            return new Net(outside, blocks);
        }
    }

    /** Block i of a file counted from 1 holds file · 100 + i wherever it can. */
    private Checkpoint file(int file, int count) {
        SafetensorsWriter writer = new SafetensorsWriter().add("outside", new float[] {file, file}, 2);
        for (int i = 0; i < count; i++) {
            float n = file * 100 + i;
            String name = "blocks." + i + ".";
            writer.add(name + "number", new float[] {n}, 1)
                    .add(name + "layer.weight", new float[] {n, 0}, 1, 2)
                    .add(name + "layer.bias", new float[] {0.5f}, 1)
                    .add(name + "a.weight", new float[] {n, n}, 1, 2)
                    .add(name + "b.weight", new float[] {-n, 0}, 1, 2);
        }
        Path path = folder.resolve(file + ".safetensors");
        writer.write(path);
        return Checkpoint.open(path);
    }

    private static float[] expected(int file, int i) {
        float n = file * 100 + i;
        return new float[] {n, n + 0.5f, n};
    }

    private static BlockStream stream(TestTransport transport, int slots) {
        return new BlockStream(Device.CPU, new ReferenceKernels(), transport, slots);
    }

    /** A pass over the blocks; each has its own weights from when it is given until the next is asked for. */
    private static void pass(Net net, int file) {
        for (int i = 0; i < net.blocks().count(); i++) {
            Net.Block block = net.blocks().get(i);
            assertThat(block.value()).containsExactly(expected(file, i));
            assertThat(block.value()).containsExactly(expected(file, i));
        }
    }

    /** Which blocks were sent, in order. */
    private static List<String> blocks(TestTransport transport) {
        return transport.sent().stream()
                .filter(name -> name.endsWith("number"))
                .map(name -> name.replaceAll("\\D", ""))
                .toList();
    }

    @ParameterizedTest
    @CsvSource({"2, 6", "2, 5", "2, 1", "2, 2", "3, 7", "3, 2", "2147483647, 4"})
    void everyPassSeesEveryBlock(int slots, int count) {
        for (TestTransport transport : List.of(TestTransport.early(), TestTransport.late())) {
            try (Checkpoint checkpoint = file(1, count);
                    BlockStream stream = stream(transport, slots);
                    WeightStore store = stream.openStore();
                    Scope scope = Scope.open("test")) {
                Net net = Net.of(Weights.of(checkpoint, store), count);
                assertThat(net.outside().toFloats()).containsExactly(1, 1);
                for (int i = 0; i < 3; i++) {
                    pass(net, 1);
                }
            }
            assertThat(transport.isClosed()).isTrue();
        }
    }

    @Test
    void theNextBlockIsOnItsWayWhileOneComputesAndTheFirstFollowsTheLast() {
        TestTransport transport = TestTransport.early();
        try (Checkpoint checkpoint = file(1, 4);
                BlockStream stream = stream(transport, 2);
                WeightStore store = stream.openStore();
                Scope scope = Scope.open("test")) {
            Net net = Net.of(Weights.of(checkpoint, store), 4);
            assertThat(blocks(transport)).isEmpty();
            List<List<String>> sent = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                assertThat(net.blocks().get(i % 4).value()).containsExactly(expected(1, i % 4));
                sent.add(blocks(transport));
            }
            assertThat(sent)
                    .containsExactly(
                            List.of("0", "1"),
                            List.of("2"),
                            List.of("3"),
                            List.of("0"),
                            List.of("1"),
                            List.of("2"),
                            List.of("3"),
                            List.of("0"));
        }
    }

    @Test
    void withASlotForEachBlockNothingMovesAfterTheFirstPass() {
        TestTransport transport = TestTransport.early();
        try (Checkpoint checkpoint = file(1, 5);
                BlockStream stream = stream(transport, BlockStream.ALL);
                WeightStore store = stream.openStore();
                Scope scope = Scope.open("test")) {
            Net net = Net.of(Weights.of(checkpoint, store), 5);
            pass(net, 1);
            assertThat(blocks(transport)).containsExactly("0", "1", "2", "3", "4");
            pass(net, 1);
            pass(net, 1);
            assertThat(transport.sent()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, BlockStream.ALL})
    void anotherNetworkComesDuringTheLastPassOfTheFirst(int slots) {
        for (TestTransport transport : List.of(TestTransport.early(), TestTransport.late())) {
            try (Checkpoint first = file(1, 5);
                    Checkpoint second = file(2, 5);
                    BlockStream stream = stream(transport, slots);
                    WeightStore one = stream.openStore();
                    WeightStore two = stream.openStore();
                    Scope scope = Scope.open("test")) {
                Net high = Net.of(Weights.of(first, one), 5);
                Net low = Net.of(Weights.of(second, two), 5);
                pass(high, 1);
                stream.follow(one, one);
                pass(high, 1);
                stream.follow(one, two);
                transport.sent();
                pass(high, 1);
                if (slots == BlockStream.ALL) {
                    // each slot takes the other's block as soon as its own is through for the last time
                    assertThat(blocks(transport)).containsExactly("0", "1", "2", "3");
                }
                stream.follow(two, two);
                pass(low, 2);
                pass(low, 2);
                stream.follow(two, null);
                transport.sent();
                pass(low, 2);
                pass(high, 1);
            }
        }
    }

    @Test
    void nothingIsSentForWhenNothingFollows() {
        TestTransport transport = TestTransport.early();
        try (Checkpoint checkpoint = file(1, 4);
                BlockStream stream = stream(transport, 2);
                WeightStore store = stream.openStore();
                Scope scope = Scope.open("test")) {
            Net net = Net.of(Weights.of(checkpoint, store), 4);
            stream.follow(store, null);
            pass(net, 1);
            assertThat(blocks(transport)).containsExactly("0", "1", "2", "3");
        }
    }

    @Test
    void aPassThatIsBrokenOffDoesNotDisturbTheNext() {
        for (TestTransport transport : List.of(TestTransport.early(), TestTransport.late())) {
            try (Checkpoint checkpoint = file(1, 6);
                    BlockStream stream = stream(transport, 2);
                    WeightStore store = stream.openStore();
                    Scope scope = Scope.open("test")) {
                Net net = Net.of(Weights.of(checkpoint, store), 6);
                for (int stop = 0; stop < 6; stop++) {
                    for (int i = 0; i <= stop; i++) {
                        assertThat(net.blocks().get(i).value()).containsExactly(expected(1, i));
                    }
                    pass(net, 1);
                }
                assertThat(net.blocks().get(3).value()).containsExactly(expected(1, 3));
                assertThat(net.blocks().get(1).value()).containsExactly(expected(1, 1));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 6, 7})
    void aFailureOnTheWayIsThrownAndTheNextPassTriesAgain(int failing) {
        for (boolean sending : new boolean[] {true, false}) {
            TestTransport transport = TestTransport.late();
            try (Checkpoint checkpoint = file(1, 4);
                    BlockStream stream = stream(transport, 2);
                    WeightStore store = stream.openStore();
                    Scope scope = Scope.open("test")) {
                Net net = Net.of(Weights.of(checkpoint, store), 4);
                if (sending) {
                    transport.failSend(failing);
                } else {
                    transport.failWait(failing);
                }
                assertThatThrownBy(() -> {
                            pass(net, 1);
                            pass(net, 1);
                        })
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("blocks.");
                pass(net, 1);
                pass(net, 1);
            }
        }
    }

    @Test
    void aLoadThatFailsLeavesNothing() {
        try (Checkpoint checkpoint = file(1, 4);
                BlockStream stream = stream(TestTransport.early(), 2);
                WeightStore store = stream.openStore();
                Scope scope = Scope.open("test")) {
            assertThatThrownBy(() -> Net.of(Weights.of(checkpoint, store), 5))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("blocks.4.number");
            assertThatThrownBy(() -> store.blocks(2, i -> {
                        Tensor number = store.load(checkpoint, checkpoint.entry("blocks.0.number"), DType.F32);
                        throw new IllegalArgumentException("cannot make of " + number);
                    }))
                    .hasMessageContaining("cannot make of f32[1]");
        }
    }

    @Test
    void networksOfOneStreamHaveBlocksOfOneShape() {
        try (Checkpoint first = file(1, 4);
                Checkpoint second = file(2, 3);
                BlockStream stream = stream(TestTransport.early(), BlockStream.ALL);
                WeightStore one = stream.openStore();
                WeightStore two = stream.openStore();
                Scope scope = Scope.open("test")) {
            assertThat(Net.of(Weights.of(first, one), 4).blocks().count()).isEqualTo(4);
            assertThatThrownBy(() -> Net.of(Weights.of(second, two), 3))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("blocks of one shape");
        }
    }

    @Test
    void aNetworkMayGoAndAnotherComeInItsSlots() {
        TestTransport transport = TestTransport.early();
        try (Checkpoint first = file(1, 4);
                Checkpoint second = file(2, 4);
                BlockStream stream = stream(transport, BlockStream.ALL);
                Scope scope = Scope.open("test")) {
            for (int file = 1; file <= 2; file++) {
                try (WeightStore store = stream.openStore()) {
                    Net net = Net.of(Weights.of(file == 1 ? first : second, store), 4);
                    pass(net, file);
                    pass(net, file);
                }
            }
        }
    }
}
