package io.github.wan4j.video;

import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * All write options of one file together; formats ignore those that mean nothing to them.
 *
 * @param bitRate bits per second
 */
public record WriteOptions(WriteOption.Existing existing, OptionalLong bitRate, OptionalInt columns) {
    /** The last of several options of one kind counts. */
    public static WriteOptions of(WriteOption... options) {
        WriteOption.Existing existing = WriteOption.Existing.REFUSE;
        OptionalLong bitRate = OptionalLong.empty();
        OptionalInt columns = OptionalInt.empty();
        for (WriteOption option : options) {
            if (option instanceof WriteOption.Existing chosen) {
                existing = chosen;
            } else if (option instanceof WriteOption.BitRate chosen) {
                bitRate = OptionalLong.of(chosen.bitsPerSecond());
            } else if (option instanceof WriteOption.Columns chosen) {
                columns = OptionalInt.of(chosen.count());
            }
        }
        return new WriteOptions(existing, bitRate, columns);
    }
}
