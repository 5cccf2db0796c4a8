package io.github.wan4j.core;

import io.github.wan4j.core.tensor.Device;

/** A device had too little memory for a job; the engine stays usable and the memory is back where it was. */
public final class OutOfDeviceMemoryException extends WanException {
    private static final long serialVersionUID = 1L;

    private final String fact;
    private final long neededBytes;
    private final long freeBytes;

    /**
     * What was needed and what was free.
     *
     * @param cure which setting would fit, as the end of the sentence: {@code "vaeChunk=1 would fit"}
     */
    public OutOfDeviceMemoryException(Device device, long neededBytes, long freeBytes, String cure, Throwable cause) {
        this(
                device + " has " + ByteSize.text(freeBytes) + " of memory free and " + ByteSize.text(neededBytes)
                        + " were needed",
                cure,
                neededBytes,
                freeBytes,
                cause);
    }

    private OutOfDeviceMemoryException(String fact, String cure, long neededBytes, long freeBytes, Throwable cause) {
        super(fact + "; " + cure, cause);
        this.fact = fact;
        this.neededBytes = neededBytes;
        this.freeBytes = freeBytes;
    }

    /** The same with another cure, by someone who knows more of the job. */
    public OutOfDeviceMemoryException with(String cure) {
        return new OutOfDeviceMemoryException(fact, cure, neededBytes, freeBytes, this);
    }

    /** What the failing step asked for. */
    public long neededBytes() {
        return neededBytes;
    }

    /** What was there. */
    public long freeBytes() {
        return freeBytes;
    }
}
