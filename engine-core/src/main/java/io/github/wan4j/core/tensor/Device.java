package io.github.wan4j.core.tensor;

import java.util.Locale;

/** Where a tensor lives. {@code META} tensors have a shape and a dtype but no memory. */
public record Device(Kind kind, int index) {
    public enum Kind {
        CPU,
        CUDA,
        META
    }

    public static final Device CPU = new Device(Kind.CPU, 0);
    public static final Device META = new Device(Kind.META, 0);

    public Device {
        if (index < 0 || (index > 0 && kind != Kind.CUDA)) {
            throw new IllegalArgumentException("device " + kind + " has no index " + index);
        }
    }

    public static Device cuda(int index) {
        return new Device(Kind.CUDA, index);
    }

    /** Reads {@code cpu}, {@code cuda} or {@code cuda:N}. */
    public static Device parse(String text) {
        String name = text.trim().toLowerCase(Locale.ROOT);
        if (name.equals("cpu")) {
            return CPU;
        }
        if (name.equals("cuda")) {
            return cuda(0);
        }
        if (name.matches("cuda:\\d{1,3}")) {
            return cuda(Integer.parseInt(name.substring(5)));
        }
        throw new IllegalArgumentException("unknown device '" + text + "'; it is cpu, cuda or cuda:N");
    }

    /** The name that {@link #parse} reads; also the type by which a provider is found. */
    public String type() {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    org.bytedeco.pytorch.Device torchDevice() {
        return new org.bytedeco.pytorch.Device(toString());
    }

    @Override
    public String toString() {
        return kind == Kind.CUDA ? "cuda:" + index : type();
    }
}
