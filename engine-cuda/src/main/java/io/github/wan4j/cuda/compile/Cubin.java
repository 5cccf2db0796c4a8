package io.github.wan4j.cuda.compile;

import java.util.Arrays;

/** Compiled code of one kernel and the name by which it is found in there. */
public final class Cubin {
    private final String entry;
    private final byte[] code;

    Cubin(String entry, byte[] code) {
        this.entry = entry;
        this.code = code;
    }

    public String entry() {
        return entry;
    }

    /** Not a copy: nobody writes to it. */
    public byte[] code() {
        return code;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Cubin cubin && entry.equals(cubin.entry) && Arrays.equals(code, cubin.code);
    }

    @Override
    public int hashCode() {
        return 31 * entry.hashCode() + Arrays.hashCode(code);
    }

    @Override
    public String toString() {
        return entry + " (" + code.length + " bytes)";
    }
}
