package io.github.wan4j.models.text;

/** What the text encoder takes for one text: ids without padding, the end of the text last. The array is shared. */
public final class TokenIds {
    private final long[] ids;
    private final int total;

    TokenIds(long[] ids, int total) {
        this.ids = ids;
        this.total = total;
    }

    public long[] ids() {
        return ids;
    }

    /** How many there were before the text was cut. */
    public int total() {
        return total;
    }

    /** Whether the end of the text was lost. */
    public boolean truncated() {
        return total > ids.length;
    }
}
