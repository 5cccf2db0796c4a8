package io.github.wan4j.core.tensor;

import java.nio.file.Path;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Ways to make a tensor. The innermost scope owns the result. */
public final class Tensors {
    private Tensors() {}

    public static Tensor of(float[] values, long... shape) {
        return Tensor.call("of", () -> torch.tensor(values).reshape(shape));
    }

    public static Tensor of(double[] values, long... shape) {
        // torch.tensor(double[]) is not bound: the bits travel as longs
        long[] bits = new long[values.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Double.doubleToRawLongBits(values[i]);
        }
        return Tensor.call(
                "of", () -> torch.tensor(bits).view(DType.F64.torchType()).reshape(shape));
    }

    public static Tensor of(long[] values, long... shape) {
        return Tensor.call("of", () -> torch.tensor(values).reshape(shape));
    }

    public static Tensor of(int[] values, long... shape) {
        return Tensor.call("of", () -> torch.tensor(values).reshape(shape));
    }

    /** Unsigned bytes. */
    public static Tensor of(byte[] values, long... shape) {
        return Tensor.call(
                "of", () -> torch.tensor(values).view(DType.U8.torchType()).reshape(shape));
    }

    public static Tensor empty(DType dtype, Device device, long... shape) {
        return Tensor.call("empty", () -> torch.empty(shape, options(dtype, device), new MemoryFormatOptional()));
    }

    /** Uninitialised memory laid out channels last: [N, C, T, H, W] with C the fastest. */
    public static Tensor emptyChannelsLast(DType dtype, Device device, long... shape) {
        torch.MemoryFormat format =
                shape.length == 5 ? torch.MemoryFormat.ChannelsLast3d : torch.MemoryFormat.ChannelsLast;
        return Tensor.call("empty", () -> torch.empty(shape, options(dtype, device), new MemoryFormatOptional(format)));
    }

    public static Tensor zeros(DType dtype, Device device, long... shape) {
        return full(0, dtype, device, shape);
    }

    public static Tensor ones(DType dtype, Device device, long... shape) {
        return full(1, dtype, device, shape);
    }

    public static Tensor full(double value, DType dtype, Device device, long... shape) {
        return Tensor.call("full", () -> torch.full(shape, new Scalar(value), options(dtype, device)));
    }

    /** 0, 1, …, count − 1 as i64. */
    public static Tensor arange(long count, Device device) {
        return Tensor.call("arange", () -> torch.arange(new Scalar(count), options(DType.I64, device)));
    }

    public static Tensor cat(long dim, Tensor... parts) {
        return Tensor.call("cat", () -> torch.cat(vector(parts), dim), parts);
    }

    public static Tensor stack(long dim, Tensor... parts) {
        return Tensor.call("stack", () -> torch.stack(vector(parts), dim), parts);
    }

    /**
     * The first {@code bytes} bytes of a file, mapped, as u8. The mapping is private: writing to the tensor does not
     * reach the file. The caller has compared {@code bytes} with the file's size: a mapping beyond its end, or a file
     * that shrinks while mapped, kills the process.
     */
    public static Tensor mapped(Path file, long bytes) {
        return Tensor.call(
                "mapped",
                () -> torch.from_file(
                        file.toString(),
                        new BoolOptional(false),
                        new LongOptional(bytes),
                        options(DType.U8, Device.CPU)));
    }

    static TensorOptions options(DType dtype, Device device) {
        return new TensorOptions()
                .dtype(new ScalarTypeOptional(dtype.torchType()))
                .device(new DeviceOptional(device.torchDevice()));
    }

    private static TensorVector vector(Tensor... parts) {
        TensorVector vector = new TensorVector();
        for (Tensor part : parts) {
            vector.push_back(part.handle());
        }
        return vector;
    }
}
