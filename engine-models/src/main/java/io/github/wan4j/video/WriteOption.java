package io.github.wan4j.video;

/** How a file is written. Without any an existing file is an error and the quality is chosen from size and rate. */
public sealed interface WriteOption {
    /** Replaces an existing file, in one move. */
    WriteOption OVERWRITE = Existing.OVERWRITE;

    /** Appends {@code -2}, {@code -3}, … to the name while a file of that name exists. */
    WriteOption UNIQUE = Existing.UNIQUE;

    /** Bits per second of an MP4. */
    static WriteOption bitRate(long bitsPerSecond) {
        return new BitRate(bitsPerSecond);
    }

    /** Frames side by side on a contact sheet. */
    static WriteOption columns(int columns) {
        return new Columns(columns);
    }

    /** What to do when the target exists. */
    enum Existing implements WriteOption {
        REFUSE,
        OVERWRITE,
        UNIQUE
    }

    /** See {@link WriteOption#bitRate}. */
    record BitRate(long bitsPerSecond) implements WriteOption {
        public BitRate {
            if (bitsPerSecond < 1000) {
                throw new InvalidRequestException(
                        "bit rate is " + bitsPerSecond + ", take at least 1000 bits per second");
            }
        }
    }

    /** See {@link WriteOption#columns}. */
    record Columns(int count) implements WriteOption {
        public Columns {
            if (count < 1) {
                throw new InvalidRequestException("columns is " + count + ", take at least 1");
            }
        }
    }
}
