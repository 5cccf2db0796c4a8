package io.github.wan4j.core.tensor;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.errorprone.annotations.CheckReturnValue;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** An n-dimensional array in host or device memory; see {@link Scope} for who frees it. Identity equality. */
@CheckReturnValue
public final class Tensor implements AutoCloseable {
    private static final boolean TRACK = Boolean.getBoolean("wan4j.track");

    private final org.bytedeco.pytorch.Tensor handle;
    private final @Nullable Throwable created = TRACK ? new Throwable("created here") : null;

    private @Nullable Scope owner;

    Tensor(org.bytedeco.pytorch.Tensor handle, Scope owner) {
        this.handle = handle;
        this.owner = owner;
    }

    // ---- arithmetic, with broadcasting and torch's promotion -------------------------------------------------------

    public Tensor add(Tensor other) {
        return call("add", () -> handle().add(other.handle()), this, other);
    }

    public Tensor add(double value) {
        return call("add", () -> handle().add(new Scalar(value)), this);
    }

    public Tensor sub(Tensor other) {
        return call("sub", () -> handle().sub(other.handle()), this, other);
    }

    public Tensor mul(Tensor other) {
        return call("mul", () -> handle().mul(other.handle()), this, other);
    }

    public Tensor mul(double value) {
        return call("mul", () -> handle().mul(new Scalar(value)), this);
    }

    public Tensor div(Tensor other) {
        return call("div", () -> handle().div(other.handle()), this, other);
    }

    /** this + a · b. */
    public Tensor addcmul(Tensor a, Tensor b) {
        return call("addcmul", () -> handle().addcmul(a.handle(), b.handle()), this, a, b);
    }

    public Tensor matmul(Tensor other) {
        return call("matmul", () -> handle().matmul(other.handle()), this, other);
    }

    public Tensor pow(double exponent) {
        return call("pow", () -> handle().pow(new Scalar(exponent)), this);
    }

    public Tensor exp() {
        return call("exp", () -> handle().exp(), this);
    }

    public Tensor log() {
        return call("log", () -> handle().log(), this);
    }

    public Tensor sin() {
        return call("sin", () -> handle().sin(), this);
    }

    public Tensor cos() {
        return call("cos", () -> handle().cos(), this);
    }

    public Tensor tanh() {
        return call("tanh", () -> handle().tanh(), this);
    }

    public Tensor rsqrt() {
        return call("rsqrt", () -> handle().rsqrt(), this);
    }

    public Tensor abs() {
        return call("abs", () -> handle().abs(), this);
    }

    /** Rounds halves to even. */
    public Tensor round() {
        return call("round", () -> handle().round(), this);
    }

    public Tensor clamp(double low, double high) {
        return call(
                "clamp",
                () -> handle().clamp(new ScalarOptional(new Scalar(low)), new ScalarOptional(new Scalar(high))),
                this);
    }

    // ---- reductions ------------------------------------------------------------------------------------------------

    public Tensor sum(boolean keepDim, long... dims) {
        return call("sum", () -> handle().sum(dims, keepDim, new ScalarTypeOptional()), this);
    }

    public Tensor mean(boolean keepDim, long... dims) {
        return call("mean", () -> handle().mean(dims, keepDim, new ScalarTypeOptional()), this);
    }

    /** The largest element along {@code dim}, which stays with size 1; NaN if there is one. */
    public Tensor max(long dim) {
        return call("max", () -> handle().amax(new long[] {dim}, true), this);
    }

    /** The largest |element|; NaN if there is one. */
    public double maxAbs() {
        return scalar("maxAbs", () -> handle().abs().max());
    }

    /** √ Σ element², in f64. */
    public double norm() {
        return scalar(
                "norm",
                () -> handle().to(torch.ScalarType.Double).square().sum().sqrt());
    }

    /** Standard deviation of all elements, in f64. */
    public double deviation() {
        return scalar("deviation", () -> handle().to(torch.ScalarType.Double).std(false));
    }

    public boolean isFinite() {
        return scalar("isFinite", () -> handle().isfinite().all()) != 0;
    }

    /** The value of a tensor of one element. */
    public double item() {
        return scalar("item", this::handle);
    }

    private double scalar(String operation, Supplier<org.bytedeco.pytorch.Tensor> body) {
        try (Scope scope = Scope.open(operation)) {
            return call(operation, () -> body.get().to(torch.ScalarType.Double), this)
                    .handle()
                    .item_double();
        }
    }

    // ---- dtype, device, layout -------------------------------------------------------------------------------------

    /** Converted; shares this tensor's memory if the dtype is the same. */
    public Tensor to(DType dtype) {
        return call("to", () -> handle().to(dtype.torchType()), this);
    }

    /** Moved and converted; shares this tensor's memory if nothing changes. */
    public Tensor to(Device device, DType dtype) {
        return call("to", () -> handle().to(device.torchDevice(), dtype.torchType()), this);
    }

    /** The same bytes read as another dtype. */
    public Tensor view(DType dtype) {
        return call("view", () -> handle().view(dtype.torchType()), this);
    }

    /** A copy with memory of its own. */
    public Tensor copy() {
        return call("copy", () -> handle().clone(), this);
    }

    /** Itself if rows are contiguous, else a copy. */
    public Tensor contiguous() {
        return call("contiguous", () -> handle().contiguous(), this);
    }

    /** [N, C, T, H, W] or [N, C, H, W] with C the fastest in memory; itself if it is so already. */
    public Tensor channelsLast() {
        torch.MemoryFormat format = rank() == 5 ? torch.MemoryFormat.ChannelsLast3d : torch.MemoryFormat.ChannelsLast;
        return call("channelsLast", () -> handle().contiguous(format), this);
    }

    /** Overwrites this tensor with the (converted, broadcast) values of another. */
    @CanIgnoreReturnValue
    public Tensor copyFrom(Tensor source) {
        try (Scope scope = Scope.open("copyFrom")) {
            Tensor alias = call("copyFrom", () -> handle().copy_(source.handle()), this, source);
            assert alias.sameShape(this);
        }
        return this;
    }

    // ---- shape -----------------------------------------------------------------------------------------------------

    public Tensor reshape(long... shape) {
        return call("reshape", () -> handle().reshape(shape), this);
    }

    public Tensor transpose(long first, long second) {
        return call("transpose", () -> handle().transpose(first, second), this);
    }

    public Tensor permute(long... dims) {
        return call("permute", () -> handle().permute(dims), this);
    }

    public Tensor expand(long... shape) {
        return call("expand", () -> handle().expand(shape), this);
    }

    public Tensor unsqueeze(long dim) {
        return call("unsqueeze", () -> handle().unsqueeze(dim), this);
    }

    public Tensor squeeze(long dim) {
        return call("squeeze", () -> handle().squeeze(dim), this);
    }

    /** Element {@code index} along {@code dim}, which disappears; a view. */
    public Tensor select(long dim, long index) {
        return call("select", () -> handle().select(dim, index), this);
    }

    /** {@code length} elements from {@code start} along {@code dim}; a view. */
    public Tensor narrow(long dim, long start, long length) {
        return call("narrow", () -> handle().narrow(dim, start, length), this);
    }

    /** Rows of this table: [count, …] at i64 indices [n] gives [n, …]. */
    public Tensor rows(Tensor indices) {
        return call("rows", () -> handle().index_select(0, indices.handle()), this, indices);
    }

    public Tensor asStrided(long[] shape, long[] strides, long offset) {
        return call("asStrided", () -> handle().as_strided(shape, strides, new LongOptional(offset)), this);
    }

    /** Zeros around it: pairs (before, after) from the last dimension backwards, as torch's {@code pad}. */
    public Tensor pad(long... pairs) {
        return call("pad", () -> torch.constant_pad_nd(handle(), pairs), this);
    }

    /** Each element {@code count} times in a row along {@code dim}. */
    public Tensor repeatEach(long count, long dim) {
        return call(
                "repeatEach", () -> handle().repeat_interleave(count, new LongOptional(dim), new LongOptional()), this);
    }

    /** Splits along a dimension; the parts are views. */
    public List<Tensor> chunk(long count, long dim) {
        Scope scope = Scope.requireOpen();
        TensorVector vector = handle().chunk(count, dim);
        // vector.get(i) borrows from the vector: copy the handle, or it dangles once the vector goes
        return LongStream.range(0, vector.size())
                .mapToObj(i -> new Tensor(new org.bytedeco.pytorch.Tensor(vector.get(i)), scope))
                .toList();
    }

    public long rank() {
        return handle().dim();
    }

    public long size(long dim) {
        return handle().size(dim);
    }

    public long stride(long dim) {
        return handle().stride(dim);
    }

    /** Number of elements. */
    public long count() {
        return handle().numel();
    }

    public long[] shape() {
        long[] shape = new long[Math.toIntExact(handle().dim())];
        Arrays.setAll(shape, this::size);
        return shape;
    }

    public boolean sameShape(Tensor other) {
        return Arrays.equals(shape(), other.shape());
    }

    public boolean isContiguous() {
        return handle().is_contiguous();
    }

    public DType dtype() {
        return DType.of(handle().scalar_type());
    }

    public Device device() {
        org.bytedeco.pytorch.Tensor tensor = handle();
        if (tensor.is_cuda()) {
            try (PointerScope scope = new PointerScope()) {
                return Device.cuda(tensor.device().index());
            }
        }
        return tensor.is_meta() ? Device.META : Device.CPU;
    }

    // ---- to the heap -----------------------------------------------------------------------------------------------

    /** All values in row-major order, converted to f32. */
    public float[] toFloats() {
        float[] values = new float[Math.toIntExact(count())];
        bytes(DType.F32).asFloatBuffer().get(values);
        return values;
    }

    public long[] toLongs() {
        long[] values = new long[Math.toIntExact(count())];
        bytes(DType.I64).asLongBuffer().get(values);
        return values;
    }

    /** The raw bytes in row-major order. */
    public byte[] toBytes() {
        ByteBuffer buffer = bytes(dtype());
        byte[] values = new byte[buffer.remaining()];
        buffer.get(values);
        return values;
    }

    private ByteBuffer bytes(DType dtype) {
        try (Scope scope = Scope.open("toHost")) {
            Tensor host = to(Device.CPU, dtype).contiguous();
            int bytes = Math.toIntExact(Math.multiplyExact(host.count(), (long) dtype.bytes()));
            ByteBuffer copy = ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
            if (bytes > 0) {
                new BytePointer(host.handle().data_ptr()).get(copy.array());
            }
            return copy;
        }
    }

    // ---- ownership -------------------------------------------------------------------------------------------------

    org.bytedeco.pytorch.Tensor handle() {
        if (handle.isNull()) {
            throw new IllegalStateException("tensor already freed: its scope closed, or close() was called", created);
        }
        return handle;
    }

    @Nullable
    Scope owner() {
        return owner;
    }

    void setOwner(@Nullable Scope owner) {
        this.owner = owner;
    }

    static Tensor call(String operation, Supplier<org.bytedeco.pytorch.Tensor> body, Tensor... operands) {
        return callAll(operation, () -> List.of(body.get()), operands).get(0);
    }

    static List<Tensor> callAll(
            String operation, Supplier<List<org.bytedeco.pytorch.Tensor>> body, Tensor... operands) {
        Scope scope = Scope.requireOpen();
        try {
            return body.get().stream().map(handle -> new Tensor(handle, scope)).toList();
        } catch (IllegalStateException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new TensorException(operation, operands, e);
        }
    }

    /** Frees the tensor now; needed only after {@link Scope#release}. */
    @Override
    public void close() {
        handle.close();
    }

    @Override
    public String toString() {
        return handle.isNull() ? "freed" : dtype() + Arrays.toString(shape());
    }
}
