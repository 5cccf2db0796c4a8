package io.github.wan4j.core.weights.pth;

import io.github.wan4j.core.tensor.DType;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The imports that a pickle may name. None of them is Python: each stands for a few lines of {@link Unpickler}. */
enum Global {
    ORDERED_DICT("collections.OrderedDict"),
    REBUILD_TENSOR("torch._utils._rebuild_tensor_v2"),
    /** For dtypes without a storage class of their own: an untyped storage, and the dtype as last argument. */
    REBUILD_TENSOR_OF_DTYPE("torch._utils._rebuild_tensor_v3"),
    REBUILD_PARAMETER("torch._utils._rebuild_parameter"),

    DOUBLE_STORAGE("torch.DoubleStorage", DType.F64),
    FLOAT_STORAGE("torch.FloatStorage", DType.F32),
    HALF_STORAGE("torch.HalfStorage", DType.F16),
    BFLOAT16_STORAGE("torch.BFloat16Storage", DType.BF16),
    LONG_STORAGE("torch.LongStorage", DType.I64),
    INT_STORAGE("torch.IntStorage", DType.I32),
    SHORT_STORAGE("torch.ShortStorage", DType.I16),
    CHAR_STORAGE("torch.CharStorage", DType.I8),
    BYTE_STORAGE("torch.ByteStorage", DType.U8),
    BOOL_STORAGE("torch.BoolStorage", DType.BOOL),
    UNTYPED_STORAGE("torch.storage.UntypedStorage", DType.U8),

    FLOAT64("torch.float64", DType.F64),
    FLOAT32("torch.float32", DType.F32),
    FLOAT16("torch.float16", DType.F16),
    BFLOAT16("torch.bfloat16", DType.BF16),
    FLOAT8_E4M3("torch.float8_e4m3fn", DType.F8_E4M3),
    FLOAT8_E5M2("torch.float8_e5m2", DType.F8_E5M2),
    INT64("torch.int64", DType.I64),
    INT32("torch.int32", DType.I32),
    INT16("torch.int16", DType.I16),
    INT8("torch.int8", DType.I8),
    UINT8("torch.uint8", DType.U8),
    BOOL("torch.bool", DType.BOOL);

    private static final Map<String, Global> BY_NAME = new HashMap<>();

    static {
        for (Global global : values()) {
            BY_NAME.put(global.qualifiedName, global);
        }
    }

    private final String qualifiedName;
    private final @Nullable DType dtype;

    Global(String qualifiedName) {
        this(qualifiedName, null);
    }

    Global(String qualifiedName, @Nullable DType dtype) {
        this.qualifiedName = qualifiedName;
        this.dtype = dtype;
    }

    static @Nullable Global of(String qualifiedName) {
        return BY_NAME.get(qualifiedName);
    }

    boolean isStorage() {
        return qualifiedName.endsWith("Storage");
    }

    boolean isDType() {
        return dtype != null && !isStorage();
    }

    /** Of the elements of a storage, or the dtype that this is; null for the others. */
    @Nullable
    DType dtype() {
        return dtype;
    }
}
