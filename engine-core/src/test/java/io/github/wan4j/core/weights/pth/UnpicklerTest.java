package io.github.wan4j.core.weights.pth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.core.CheckpointException;
import io.github.wan4j.core.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnpicklerTest {
    private static final Path FILE = Path.of("evil.pth");

    private static Object read(byte[] pickle) {
        return Unpickler.read(FILE, ByteBuffer.wrap(pickle));
    }

    private static PickleWriter pickle() {
        return new PickleWriter().proto(2);
    }

    private static void assertRefused(PickleWriter pickle, String reason) {
        assertThatThrownBy(() -> read(pickle.stop()))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("evil.pth: data.pkl, byte ")
                .hasMessageContaining(reason);
    }

    @ParameterizedTest
    @CsvSource({
        "os, system",
        "builtins, eval",
        "posix, system",
        "torch, load",
        "torch.hub, load",
        "collections, defaultdict",
        "torch._utils, _rebuild_sparse_tensor",
        "torch, ComplexFloatStorage"
    })
    void refusesEveryOtherGlobalByName(String module, String name) {
        assertRefused(
                pickle().global(module, name).text("echo pwned").op(PickleOpcode.TUPLE1, PickleOpcode.REDUCE),
                "refused global '" + module + "." + name + "'");
        assertRefused(
                pickle().text(module).text(name).op(PickleOpcode.STACK_GLOBAL),
                "refused global '" + module + "." + name + "'");
        assertRefused(
                pickle().op(PickleOpcode.MARK, PickleOpcode.INST).raw(module + "\n" + name + "\n"),
                "refused global '" + module + "." + name + "'");
    }

    @Test
    void refusesOpcodesThatBuildObjects() {
        assertRefused(
                pickle().global("collections", "OrderedDict")
                        .op(PickleOpcode.EMPTY_TUPLE)
                        .raw((byte) 0x81),
                "refused opcode 0x81");
        assertRefused(pickle().raw("o"), "refused opcode 0x6f");
        assertRefused(pickle().raw("P123\n"), "refused opcode 0x50");
    }

    @Test
    void refusesToCallWhatIsNoFunction() {
        assertRefused(pickle().text("x").op(PickleOpcode.EMPTY_TUPLE, PickleOpcode.REDUCE), "cannot be called");
        assertRefused(
                pickle().global("torch", "FloatStorage").op(PickleOpcode.EMPTY_TUPLE, PickleOpcode.REDUCE),
                "a call of FLOAT_STORAGE, which is not a function");
        assertRefused(
                pickle().global("collections", "OrderedDict").numbers(1).op(PickleOpcode.REDUCE),
                "an OrderedDict with arguments");
    }

    @Test
    void readsPlainContainersAndScalars() {
        byte[] bytes = pickle().op(PickleOpcode.EMPTY_DICT, PickleOpcode.MARK)
                .text("numbers")
                .op(PickleOpcode.EMPTY_LIST, PickleOpcode.MARK)
                .number(7)
                .op(PickleOpcode.BININT)
                .raw(PickleWriter.little(-2, 4))
                .op(PickleOpcode.BININT2)
                .raw((byte) 0xff, (byte) 0xff)
                .op(PickleOpcode.LONG1)
                .raw((byte) 3, (byte) 0, (byte) 0, (byte) 0x80)
                .op(PickleOpcode.LONG1)
                .raw((byte) 0)
                .op(PickleOpcode.APPENDS)
                .text("float")
                .op(PickleOpcode.BINFLOAT)
                .raw((byte) 0x3f, (byte) 0xf8, (byte) 0, (byte) 0, (byte) 0, (byte) 0, (byte) 0, (byte) 0)
                .text("flags")
                .op(PickleOpcode.NEWTRUE, PickleOpcode.NEWFALSE, PickleOpcode.TUPLE2)
                .text("none")
                .op(PickleOpcode.NONE)
                .text("python 2")
                .op(PickleOpcode.SHORT_BINSTRING)
                .raw((byte) 1)
                .raw("é")
                .op(PickleOpcode.SETITEMS)
                .stop();
        Map<?, ?> map = (Map<?, ?>) read(bytes);
        assertThat(map.get("numbers")).isEqualTo(List.of(7L, -2L, 65535L, -8388608L, 0L));
        assertThat(map.get("float")).isEqualTo(1.5);
        assertThat(((Tuple) Objects.requireNonNull(map.get("flags"))).items()).containsExactly(true, false);
        assertThat(map.get("none")).isSameAs(Unpickler.NONE);
        assertThat(map.get("python 2")).isEqualTo("é");
    }

    @Test
    void readsProtocolFour() {
        byte[] bytes = new PickleWriter()
                .proto(4)
                .op(PickleOpcode.FRAME)
                .raw(PickleWriter.little(12, 8))
                .op(PickleOpcode.SHORT_BINUNICODE)
                .raw((byte) 1)
                .raw("a")
                .op(PickleOpcode.MEMOIZE, PickleOpcode.POP, PickleOpcode.BINGET)
                .raw((byte) 0)
                .op(PickleOpcode.BINUNICODE8)
                .raw(PickleWriter.little(1, 8))
                .raw("b")
                .op(PickleOpcode.TUPLE2)
                .stop();
        assertThat(((Tuple) read(bytes)).items()).containsExactly("a", "b");
    }

    @Test
    void readsTensorsWithTheirDtype() {
        PickledTensor tensor =
                (PickledTensor) read(pickle().tensor("HalfStorage", "5", 24, 4, new long[] {2, 3}, new long[] {1, 2})
                        .stop());
        assertThat(tensor.dtype()).isEqualTo(DType.F16);
        assertThat(tensor.storage()).isEqualTo(new PickledTensor.Storage("5", DType.F16, 24));
        assertThat(tensor.offset()).isEqualTo(4);
        assertThat(tensor.shape()).containsExactly(2L, 3L);
        assertThat(tensor.strides()).containsExactly(1L, 2L);
    }

    @Test
    void readsParametersAsTheirTensor() {
        PickleWriter writer =
                pickle().global("torch._utils", "_rebuild_parameter").op(PickleOpcode.MARK);
        writer.tensor("FloatStorage", "0", 1, 0, new long[] {1}, new long[] {1}).op(PickleOpcode.NEWTRUE);
        writer.global("collections", "OrderedDict").op(PickleOpcode.EMPTY_TUPLE, PickleOpcode.REDUCE);
        assertThat(read(writer.op(PickleOpcode.TUPLE, PickleOpcode.REDUCE).stop()))
                .isInstanceOf(PickledTensor.class);
    }

    @Test
    void readsTheFormInWhichTorchSavesEightBitFloats() {
        PickleWriter writer =
                pickle().global("torch._utils", "_rebuild_tensor_v3").op(PickleOpcode.MARK);
        writer.storage("torch.storage", "UntypedStorage", "0", 6)
                .number(0)
                .numbers(6)
                .numbers(1);
        writer.op(PickleOpcode.NEWFALSE, PickleOpcode.EMPTY_DICT).global("torch", "float8_e4m3fn");
        PickledTensor tensor = (PickledTensor)
                read(writer.op(PickleOpcode.TUPLE, PickleOpcode.REDUCE).stop());
        assertThat(tensor.dtype()).isEqualTo(DType.F8_E4M3);
    }

    @Test
    void ignoresTheMetadataOfAStateDict() {
        PickleWriter writer =
                pickle().global("collections", "OrderedDict").op(PickleOpcode.EMPTY_TUPLE, PickleOpcode.REDUCE);
        writer.op(PickleOpcode.EMPTY_DICT).text("_metadata").op(PickleOpcode.EMPTY_DICT, PickleOpcode.SETITEM);
        assertThat(read(writer.op(PickleOpcode.BUILD).stop())).isEqualTo(Map.of());
        assertRefused(
                pickle().text("x").op(PickleOpcode.EMPTY_DICT, PickleOpcode.BUILD),
                "an object with a state of its own");
    }

    @Test
    void refusesBrokenTensors() {
        long[] one = {1};
        assertRefused(pickle().tensor("FloatStorage", "0", 1, 0, new long[33], new long[33]), "absurd");
        assertRefused(pickle().tensor("FloatStorage", "0", 1, -1, one, one), "whole number");
        assertRefused(pickle().tensor("FloatStorage", "0", 1, 0, new long[] {-4}, one), "whole number");
        assertRefused(pickle().tensor("FloatStorage", "0", 1, 0, one, new long[] {-1}), "whole number");
        assertRefused(pickle().tensor("FloatStorage", "0", 1, 0, one, new long[] {1, 1}), "differ in length");
        assertRefused(pickle().text("x").op(PickleOpcode.BINPERSID), "persistent id");
        assertRefused(
                pickle().global("torch._utils", "_rebuild_tensor_v2")
                        .numbers(1, 2, 3, 4)
                        .op(PickleOpcode.REDUCE),
                "without a storage");
        assertRefused(
                pickle().global("torch._utils", "_rebuild_tensor_v2").op(PickleOpcode.EMPTY_TUPLE, PickleOpcode.REDUCE),
                "too few arguments");
    }

    @Test
    void refusesKeysWhoseHashMayNotEnd() {
        PickleWriter writer = pickle().op(PickleOpcode.EMPTY_DICT, PickleOpcode.EMPTY_LIST, PickleOpcode.BINPUT)
                .raw((byte) 0);
        writer.op(PickleOpcode.BINGET).raw((byte) 0).op(PickleOpcode.APPEND, PickleOpcode.NONE, PickleOpcode.SETITEM);
        assertRefused(writer, "a dict key that is no plain value");
    }

    @Test
    void refusesEndlessNestingAndBrokenStacks() {
        PickleWriter marks = pickle();
        for (int i = 0; i < 1001; i++) {
            marks.op(PickleOpcode.MARK);
        }
        assertRefused(marks, "nested more than 1000 deep");
        assertRefused(pickle().op(PickleOpcode.POP), "an empty stack");
        assertRefused(pickle(), "an empty stack");
        assertRefused(pickle().op(PickleOpcode.TUPLE), "a container without a beginning");
        assertRefused(pickle().op(PickleOpcode.NONE, PickleOpcode.MARK, PickleOpcode.TUPLE1), "an empty stack");
        assertRefused(pickle().op(PickleOpcode.BINGET).raw((byte) 9), "a memo entry that was never stored");
        assertRefused(pickle().op(PickleOpcode.NONE, PickleOpcode.NONE, PickleOpcode.APPEND), "no list");
        assertRefused(
                pickle().op(PickleOpcode.NONE, PickleOpcode.NONE, PickleOpcode.NONE, PickleOpcode.SETITEM), "no dict");
        assertRefused(
                pickle().op(PickleOpcode.MARK, PickleOpcode.NONE, PickleOpcode.DICT), "a dict key without a value");
        assertRefused(new PickleWriter().proto(6), "protocol above 5");
    }

    @Test
    void survivesDeepTuples() {
        PickleWriter deep = pickle().op(PickleOpcode.NONE);
        for (int i = 0; i < 200_000; i++) {
            deep.op(PickleOpcode.TUPLE1);
        }
        assertThat(read(deep.stop())).isInstanceOf(Tuple.class);
    }

    @Test
    void refusesLengthsBeyondTheEnd() {
        assertRefused(pickle().op(PickleOpcode.BINUNICODE).raw(PickleWriter.little(0xffffffffL, 4)), "beyond the end");
        assertRefused(pickle().op(PickleOpcode.BINUNICODE8).raw(PickleWriter.little(-1, 8)), "beyond the end");
        assertRefused(pickle().op(PickleOpcode.BINBYTES).raw(PickleWriter.little(1 << 30, 4)), "beyond the end");
        assertRefused(pickle().op(PickleOpcode.LONG1).raw((byte) 9).raw(new byte[9]), "an integer of 9 bytes");
        assertRefused(pickle().op(PickleOpcode.GLOBAL).raw("torch"), "beyond the end");
        assertThatThrownBy(() -> read(pickle().op(PickleOpcode.NONE).bytes()))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("beyond the end");
    }

    @Test
    void keepsTerminalEscapesAndEssaysOutOfMessages() {
        assertThatThrownBy(() ->
                        read(pickle().global("os\u001b[2J", "x".repeat(10_000)).stop()))
                .isInstanceOf(CheckpointException.class)
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(400).doesNotContain("\u001b"));
    }
}
