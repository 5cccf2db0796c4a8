package io.github.wan4j.cuda.cudnn;

import static org.bytedeco.cuda.global.cudnn.*;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.bytedeco.cuda.cudnn.cudnnContext;
import org.jspecify.annotations.Nullable;

/** Operations on tensors of four dimensions, all computed in f32, for one engine to fuse. Its descriptors live until it is closed. */
final class CudnnGraph implements AutoCloseable {
    private static final long[] ONE = {1, 1, 1, 1};
    private static final long ALIGNMENT = 16;

    private final Deque<Descriptor> all = new ArrayDeque<>();
    private final List<Descriptor> operations = new ArrayList<>();
    private long nextUid = 1;

    /** {@code uid} names it when its address is given. */
    record Node(Descriptor descriptor, long uid) {}

    /** One that has an address. */
    Node tensor(int type, long[] sizes, long[] strides) {
        return node(type, sizes, strides, false, false);
    }

    /** A single number on the device. */
    Node scalar(int type) {
        return node(type, ONE, ONE, false, false);
    }

    /** A single number whose address is on the host. */
    Node hostScalar(int type) {
        return node(type, ONE, ONE, false, true);
    }

    /** One that exists within the fused kernel only. */
    Node inner(int type, long[] sizes, long[] strides) {
        return node(type, sizes, strides, true, false);
    }

    private Node node(int type, long[] sizes, long[] strides, boolean virtual, boolean byValue) {
        long uid = nextUid++;
        Descriptor tensor = create(CUDNN_BACKEND_TENSOR_DESCRIPTOR)
                .set(CUDNN_ATTR_TENSOR_DATA_TYPE, CUDNN_TYPE_DATA_TYPE, type)
                .set(CUDNN_ATTR_TENSOR_DIMENSIONS, sizes)
                .set(CUDNN_ATTR_TENSOR_STRIDES, strides)
                .set(CUDNN_ATTR_TENSOR_UNIQUE_ID, uid)
                .set(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, ALIGNMENT)
                .set(CUDNN_ATTR_TENSOR_IS_VIRTUAL, virtual)
                .set(CUDNN_ATTR_TENSOR_IS_BY_VALUE, byValue)
                .finish();
        return new Node(tensor, uid);
    }

    /** c = a · b; returns c. */
    Node matmul(Node a, Node b, Node c) {
        Descriptor product = create(CUDNN_BACKEND_MATMUL_DESCRIPTOR)
                .set(CUDNN_ATTR_MATMUL_COMP_TYPE, CUDNN_TYPE_DATA_TYPE, CUDNN_DATA_FLOAT)
                .finish();
        operations.add(create(CUDNN_BACKEND_OPERATION_MATMUL_DESCRIPTOR)
                .set(CUDNN_ATTR_OPERATION_MATMUL_ADESC, a.descriptor())
                .set(CUDNN_ATTR_OPERATION_MATMUL_BDESC, b.descriptor())
                .set(CUDNN_ATTR_OPERATION_MATMUL_CDESC, c.descriptor())
                .set(CUDNN_ATTR_OPERATION_MATMUL_DESC, product)
                .finish());
        return c;
    }

    /** y = f(x) or f(x, b), broadcast; returns y. */
    Node pointwise(int mode, Node x, @Nullable Node b, Node y) {
        Descriptor function = create(CUDNN_BACKEND_POINTWISE_DESCRIPTOR)
                .set(CUDNN_ATTR_POINTWISE_MODE, CUDNN_TYPE_POINTWISE_MODE, mode)
                .set(CUDNN_ATTR_POINTWISE_MATH_PREC, CUDNN_TYPE_DATA_TYPE, CUDNN_DATA_FLOAT)
                .finish();
        Descriptor operation = create(CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR)
                .set(CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, function)
                .set(CUDNN_ATTR_OPERATION_POINTWISE_XDESC, x.descriptor());
        if (b != null) {
            operation.set(CUDNN_ATTR_OPERATION_POINTWISE_BDESC, b.descriptor());
        }
        operations.add(operation
                .set(CUDNN_ATTR_OPERATION_POINTWISE_YDESC, y.descriptor())
                .setFloat(CUDNN_ATTR_OPERATION_POINTWISE_ALPHA1, 1)
                .setFloat(CUDNN_ATTR_OPERATION_POINTWISE_ALPHA2, 1)
                .finish());
        return y;
    }

    /** y, whose sizes of 1 say over what; returns y. */
    Node reduce(int mode, Node x, Node y) {
        Descriptor function = create(CUDNN_BACKEND_REDUCTION_DESCRIPTOR)
                .set(CUDNN_ATTR_REDUCTION_COMP_TYPE, CUDNN_TYPE_DATA_TYPE, CUDNN_DATA_FLOAT)
                .set(CUDNN_ATTR_REDUCTION_OPERATOR, CUDNN_TYPE_REDUCTION_OPERATOR_TYPE, mode)
                .finish();
        operations.add(create(CUDNN_BACKEND_OPERATION_REDUCTION_DESCRIPTOR)
                .set(CUDNN_ATTR_OPERATION_REDUCTION_XDESC, x.descriptor())
                .set(CUDNN_ATTR_OPERATION_REDUCTION_YDESC, y.descriptor())
                .set(CUDNN_ATTR_OPERATION_REDUCTION_DESC, function)
                .finish());
        return y;
    }

    /** An engine for all operations so far. */
    CudnnPlan plan(cudnnContext context) {
        Descriptor graph = create(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR)
                .set(CUDNN_ATTR_OPERATIONGRAPH_OPS, operations.toArray(Descriptor[]::new))
                .setPointer(CUDNN_ATTR_OPERATIONGRAPH_HANDLE, CUDNN_TYPE_HANDLE, context)
                .finish();
        return CudnnPlan.of(context, graph);
    }

    private Descriptor create(int type) {
        Descriptor descriptor = new Descriptor(type);
        all.push(descriptor);
        return descriptor;
    }

    @Override
    public void close() {
        while (!all.isEmpty()) {
            all.pop().close();
        }
    }
}
