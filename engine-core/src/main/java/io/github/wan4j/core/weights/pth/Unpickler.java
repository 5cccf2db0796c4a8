package io.github.wan4j.core.weights.pth;

import io.github.wan4j.core.CheckpointException;
import io.github.wan4j.core.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Pickle's stack machine, restricted to data. Values are {@code Long, Double, Boolean, String, byte[], NONE}, {@link
 * Tuple}, {@code List}, {@code Map}, {@link PickledTensor} and its storage, and the {@link Global}s that may be named.
 *
 * <p>Every opcode costs constant time or time in its own length, and none allocates more than a few objects beyond the
 * bytes it consumes; so a hostile pickle can be refused, but neither hang nor exhaust the reader.
 */
final class Unpickler {
    /** Python's None. */
    static final Object NONE = new Object();

    static final int MAX_BYTES = 64 << 20;
    private static final int MAX_MARKS = 1_000;
    private static final int MAX_RANK = 32;

    private final Path file;
    private final ByteBuffer pickle;
    private final List<Object> stack = new ArrayList<>();
    private final Deque<Integer> marks = new ArrayDeque<>();
    private final Map<Long, Object> memo = new HashMap<>();

    private Unpickler(Path file, ByteBuffer pickle) {
        this.file = file;
        this.pickle = pickle.order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The object that the pickle describes; {@code file} is named in errors. */
    static Object read(Path file, ByteBuffer pickle) {
        return new Unpickler(file, pickle).run();
    }

    private Object run() {
        while (true) {
            int code = u8();
            PickleOpcode opcode = PickleOpcode.of(code);
            if (opcode == null) {
                throw broken(String.format("refused opcode 0x%02x: only tensors and plain containers are read", code));
            }
            switch (opcode) {
                case STOP -> {
                    return pop();
                }
                case PROTO -> require(u8() <= 5, "a pickle protocol above 5");
                case FRAME -> length(pickle8());
                case MARK -> mark();
                case POP -> pop();
                case POP_MARK -> popToMark();
                case DUP -> push(top());
                case NONE -> push(NONE);
                case NEWTRUE -> push(true);
                case NEWFALSE -> push(false);
                case BININT -> push((long) need(4).getInt());
                case BININT1 -> push((long) u8());
                case BININT2 -> push((long) Short.toUnsignedInt(need(2).getShort()));
                case LONG1 -> push(integer(u8()));
                case BINFLOAT -> push(Double.longBitsToDouble(Long.reverseBytes(need(8).getLong())));
                case BINSTRING -> push(text(length(u32()), StandardCharsets.ISO_8859_1));
                case SHORT_BINSTRING -> push(text(length(u8()), StandardCharsets.ISO_8859_1));
                case BINUNICODE -> push(text(length(u32()), StandardCharsets.UTF_8));
                case SHORT_BINUNICODE -> push(text(length(u8()), StandardCharsets.UTF_8));
                case BINUNICODE8 -> push(text(length(pickle8()), StandardCharsets.UTF_8));
                case BINBYTES -> push(bytes(length(u32())));
                case SHORT_BINBYTES -> push(bytes(length(u8())));
                case EMPTY_TUPLE -> push(new Tuple(List.of()));
                case TUPLE1 -> push(new Tuple(popLast(1)));
                case TUPLE2 -> push(new Tuple(popLast(2)));
                case TUPLE3 -> push(new Tuple(popLast(3)));
                case TUPLE -> push(new Tuple(popToMark()));
                case EMPTY_LIST -> push(new ArrayList<>(0));
                case LIST -> push(popToMark());
                case APPEND -> append(popLast(1));
                case APPENDS -> append(popToMark());
                case EMPTY_DICT -> push(new LinkedHashMap<>(4));
                case DICT -> push(put(new LinkedHashMap<>(), popToMark()));
                case SETITEM -> setItems(popLast(2));
                case SETITEMS -> setItems(popToMark());
                case BINGET -> push(recall(u8()));
                case LONG_BINGET -> push(recall(u32()));
                case BINPUT -> memo.put((long) u8(), top());
                case LONG_BINPUT -> memo.put(u32(), top());
                case MEMOIZE -> memo.put((long) memo.size(), top());
                case GLOBAL, INST -> push(global(line() + "." + line()));
                case STACK_GLOBAL -> stackGlobal();
                case REDUCE -> reduce();
                case BUILD -> build();
                case BINPERSID -> push(storage(pop()));
            }
        }
    }

    // ---- what a pickle may build -----------------------------------------------------------------------------------

    private Global global(String name) {
        Global global = Global.of(name);
        if (global == null) {
            throw broken(
                    "refused global '" + name + "': only tensors and plain containers are read, nothing is executed");
        }
        return global;
    }

    private void stackGlobal() {
        List<Object> names = popLast(2);
        require(names.get(0) instanceof String && names.get(1) instanceof String, "a global without a name");
        push(global(names.get(0) + "." + names.get(1)));
    }

    private void reduce() {
        Object arguments = pop();
        Object callee = pop();
        if (!(callee instanceof Global global) || !(arguments instanceof Tuple tuple)) {
            throw broken("a call of something that cannot be called");
        }
        switch (global) {
            case ORDERED_DICT -> {
                require(tuple.size() == 0, "an OrderedDict with arguments");
                push(new LinkedHashMap<>(4));
            }
            // (storage, offset, shape, strides, requires_grad, backward_hooks)
            case REBUILD_TENSOR -> {
                require(tuple.size() >= 4, "a tensor with too few arguments");
                push(tensor(tuple, storageOf(tuple).dtype()));
            }
            // (storage, offset, shape, strides, requires_grad, backward_hooks, dtype)
            case REBUILD_TENSOR_OF_DTYPE -> {
                require(tuple.size() >= 7, "a tensor with too few arguments");
                push(tensor(tuple, dtype(tuple.get(6))));
            }
            // (tensor, requires_grad, backward_hooks)
            case REBUILD_PARAMETER -> {
                require(tuple.size() >= 1 && tuple.get(0) instanceof PickledTensor, "a parameter that is no tensor");
                push(tuple.get(0));
            }
            default -> throw broken("a call of " + global + ", which is not a function");
        }
    }

    private PickledTensor tensor(Tuple arguments, DType dtype) {
        List<Long> shape = numbers(arguments.get(2));
        List<Long> strides = numbers(arguments.get(3));
        require(shape.size() == strides.size(), "a tensor whose shape and strides differ in length");
        return new PickledTensor(storageOf(arguments), dtype, number(arguments.get(1)), shape, strides);
    }

    private PickledTensor.Storage storageOf(Tuple arguments) {
        if (arguments.get(0) instanceof PickledTensor.Storage storage) {
            return storage;
        }
        throw broken("a tensor without a storage");
    }

    private DType dtype(Object value) {
        if (value instanceof Global global && global.isDType() && global.dtype() != null) {
            return global.dtype();
        }
        throw broken("a tensor with something other than a dtype for its dtype");
    }

    /** ('storage', class, key, device, count) */
    private PickledTensor.Storage storage(Object id) {
        if (id instanceof Tuple tuple
                && tuple.size() == 5
                && "storage".equals(tuple.get(0))
                && tuple.get(1) instanceof Global type
                && type.isStorage()
                && type.dtype() != null
                && tuple.get(2) instanceof String key) {
            return new PickledTensor.Storage(key, type.dtype(), number(tuple.get(4)));
        }
        throw broken("a persistent id that is not one of a storage");
    }

    private List<Long> numbers(Object value) {
        require(value instanceof Tuple tuple && tuple.size() <= MAX_RANK, "a shape that is no tuple, or an absurd one");
        List<Long> numbers = new ArrayList<>();
        for (Object item : ((Tuple) value).items()) {
            numbers.add(number(item));
        }
        return List.copyOf(numbers);
    }

    private long number(Object value) {
        require(value instanceof Long number && number >= 0, "something other than a whole number, 0 or more");
        return (Long) value;
    }

    /** An OrderedDict carries attributes, a module's {@code _metadata}; nobody reads them. */
    private void build() {
        Object state = pop();
        require(top() instanceof Map && state instanceof Map, "an object with a state of its own");
    }

    // ---- containers ------------------------------------------------------------------------------------------------

    private void append(List<Object> items) {
        if (!(top() instanceof List<?>)) {
            throw broken("an append to something that is no list");
        }
        @SuppressWarnings("unchecked") // lists on the stack are made here only
        List<Object> list = (List<Object>) top();
        list.addAll(items);
    }

    private void setItems(List<Object> items) {
        if (!(top() instanceof Map<?, ?>)) {
            throw broken("an item set in something that is no dict");
        }
        @SuppressWarnings("unchecked") // maps on the stack are made here only
        Map<Object, Object> map = (Map<Object, Object>) top();
        put(map, items);
    }

    private Map<Object, Object> put(Map<Object, Object> map, List<Object> items) {
        require(items.size() % 2 == 0, "a dict key without a value");
        for (int i = 0; i < items.size(); i += 2) {
            Object key = items.get(i);
            // a tuple or a list as key might contain itself, and hashing it would not end
            require(
                    key instanceof String || key instanceof Number || key instanceof Boolean || key == NONE,
                    "a dict key that is no plain value");
            map.put(key, items.get(i + 1));
        }
        return map;
    }

    private Object recall(long index) {
        Object value = memo.get(index);
        require(value != null, "a memo entry that was never stored");
        return value == null ? NONE : value;
    }

    // ---- the stack -------------------------------------------------------------------------------------------------

    private void push(Object value) {
        stack.add(value);
    }

    private void mark() {
        require(marks.size() < MAX_MARKS, "containers nested more than " + MAX_MARKS + " deep");
        marks.push(stack.size());
    }

    private int bottom() {
        return marks.isEmpty() ? 0 : marks.peek();
    }

    private Object top() {
        require(stack.size() > bottom(), "an empty stack");
        return stack.get(stack.size() - 1);
    }

    private Object pop() {
        require(stack.size() > bottom(), "an empty stack");
        return stack.remove(stack.size() - 1);
    }

    private List<Object> popLast(int count) {
        require(stack.size() - bottom() >= count, "an empty stack");
        return cut(stack.size() - count);
    }

    private List<Object> popToMark() {
        require(!marks.isEmpty(), "a container without a beginning");
        return cut(marks.pop());
    }

    private List<Object> cut(int from) {
        List<Object> tail = stack.subList(from, stack.size());
        List<Object> items = new ArrayList<>(tail);
        tail.clear();
        return items;
    }

    // ---- operands --------------------------------------------------------------------------------------------------

    private ByteBuffer need(int bytes) {
        length(bytes);
        return pickle;
    }

    private int u8() {
        return Byte.toUnsignedInt(need(1).get());
    }

    private long u32() {
        return Integer.toUnsignedLong(need(4).getInt());
    }

    private long pickle8() {
        return need(8).getLong();
    }

    /** A length that the rest of the pickle has. */
    private int length(long bytes) {
        require(bytes >= 0 && bytes <= pickle.remaining(), "a value that goes on beyond the end");
        return (int) bytes;
    }

    /** Little endian two's complement of up to eight bytes. */
    private long integer(int length) {
        require(length <= 8, "an integer of " + length + " bytes");
        need(length);
        long value = 0;
        for (int i = 0; i < length; i++) {
            value |= Byte.toUnsignedLong(pickle.get()) << (8 * i);
        }
        int unused = 64 - 8 * length;
        return length == 0 ? 0 : value << unused >> unused;
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        pickle.get(bytes);
        return bytes;
    }

    private String text(int length, Charset charset) {
        return new String(bytes(length), charset);
    }

    private String line() {
        int end = pickle.position();
        while (end < pickle.limit() && pickle.get(end) != '\n') {
            end++;
        }
        require(end < pickle.limit(), "a name that goes on beyond the end");
        String line = text(end - pickle.position(), StandardCharsets.UTF_8);
        pickle.get(); // the line's end
        return line;
    }

    private void require(boolean condition, String found) {
        if (!condition) {
            throw broken("it holds " + found);
        }
    }

    private CheckpointException broken(String problem) {
        String cut = problem.length() <= 300 ? problem : problem.substring(0, 300) + "…";
        return CheckpointException.of(file, "data.pkl, byte " + pickle.position() + ": " + cut);
    }
}
