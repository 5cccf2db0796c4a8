package io.github.wan4j.core.weights.pth;

import org.jspecify.annotations.Nullable;

/** The opcodes that binary pickles of tensors and plain containers consist of, by their names in Python's pickletools. */
enum PickleOpcode {
    PROTO(0x80),
    FRAME(0x95),
    STOP('.'),
    MARK('('),
    POP('0'),
    POP_MARK('1'),
    DUP('2'),
    NONE('N'),
    NEWTRUE(0x88),
    NEWFALSE(0x89),
    BININT('J'),
    BININT1('K'),
    BININT2('M'),
    LONG1(0x8a),
    BINFLOAT('G'),
    BINSTRING('T'),
    SHORT_BINSTRING('U'),
    BINUNICODE('X'),
    SHORT_BINUNICODE(0x8c),
    BINUNICODE8(0x8d),
    BINBYTES('B'),
    SHORT_BINBYTES('C'),
    EMPTY_TUPLE(')'),
    TUPLE1(0x85),
    TUPLE2(0x86),
    TUPLE3(0x87),
    TUPLE('t'),
    EMPTY_LIST(']'),
    APPEND('a'),
    APPENDS('e'),
    LIST('l'),
    EMPTY_DICT('}'),
    SETITEM('s'),
    SETITEMS('u'),
    DICT('d'),
    BINGET('h'),
    LONG_BINGET('j'),
    BINPUT('q'),
    LONG_BINPUT('r'),
    MEMOIZE(0x94),
    GLOBAL('c'),
    STACK_GLOBAL(0x93),
    INST('i'),
    REDUCE('R'),
    BUILD('b'),
    BINPERSID('Q');

    private static final @Nullable PickleOpcode[] BY_CODE = new @Nullable PickleOpcode[256];

    static {
        for (PickleOpcode opcode : values()) {
            BY_CODE[opcode.code] = opcode;
        }
    }

    private final int code;

    PickleOpcode(int code) {
        this.code = code;
    }

    byte code() {
        return (byte) code;
    }

    /** The opcode of an unsigned byte, null for any that is not read. */
    static @Nullable PickleOpcode of(int code) {
        return BY_CODE[code];
    }
}
