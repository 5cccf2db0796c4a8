package io.github.wan4j.core.tensor;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.LongList;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.TensorList;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * An operator of libtorch that the presets do not bind, called through the dispatcher. Look it up once and keep it; it
 * may be used by many threads. A call costs a few microseconds, bound operators less: prefer those.
 */
public final class Operator {
    private final String name;
    private final OperatorHandle handle;
    private final int arity;

    private Operator(String name, OperatorHandle handle, int arity) {
        this.name = name;
        this.handle = handle;
        this.arity = arity;
    }

    /** For example {@code find("aten::_scaled_mm", "")}. */
    public static Operator find(String name, String overload) {
        try (PointerScope scope = new PointerScope()) { // no caller's scope may own the handle
            OperatorHandle handle =
                    Dispatcher.singleton().findSchemaOrThrow(name, overload).retainReference();
            return new Operator(
                    name, handle, arity(torch.toString(handle.schema()).getString()));
        }
    }

    /** Arguments in a schema such as {@code aten::pad(Tensor self, int[2] p=[0, 0], *, float? v=None) -> Tensor}. */
    static int arity(String schema) {
        int depth = 0;
        int commas = 0;
        int start = schema.indexOf('(') + 1;
        int i = start;
        for (; i < schema.length() && !(depth == 0 && schema.charAt(i) == ')'); i++) {
            switch (schema.charAt(i)) {
                case '(', '[' -> depth++;
                case ')', ']' -> depth--;
                case ',' -> commas += depth == 0 ? 1 : 0;
                default -> {}
            }
        }
        String arguments = schema.substring(start, i);
        int marker = arguments.contains("*,") ? 1 : 0; // what follows is by name only in Python
        return arguments.isBlank() ? 0 : commas + 1 - marker;
    }

    /**
     * The first result. Arguments are those of the schema in order, defaults included: {@link Tensor}, {@code Boolean},
     * {@code Integer} or {@code Long} (int, SymInt), {@code Double} (float), {@code String}, {@link DType},
     * {@code long[]}, {@code Tensor[]}, or null for None.
     */
    public Tensor call(@Nullable Object... arguments) {
        return call(1, arguments).get(0);
    }

    /** The first {@code results} results, which must be tensors. */
    public List<Tensor> call(int results, @Nullable Object[] arguments) {
        if (arguments.length != arity) {
            throw new IllegalArgumentException(
                    name + " takes " + arity + " arguments, not " + arguments.length); // too few read below the stack
        }
        List<Tensor> operands = new ArrayList<>();
        for (Object argument : arguments) {
            if (argument instanceof Tensor tensor) {
                operands.add(tensor);
            }
        }
        return Tensor.callAll(name, () -> invoke(results, arguments), operands.toArray(Tensor[]::new));
    }

    private List<org.bytedeco.pytorch.Tensor> invoke(int results, @Nullable Object[] arguments) {
        List<org.bytedeco.pytorch.Tensor> taken = new ArrayList<>();
        try (PointerScope scope = new PointerScope()) { // every IValue, list and the stack die here
            IValueVector stack = new IValueVector(arguments.length);
            for (int i = 0; i < arguments.length; i++) {
                Object argument = arguments[i];
                if (argument != null) {
                    stack.put(i, value(argument));
                }
            }
            handle.callBoxed(stack);
            // toTensor() borrows from the stack: copy the handle
            for (int i = 0; i < results; i++) {
                taken.add(new org.bytedeco.pytorch.Tensor(stack.get(i).toTensor()).retainReference());
            }
        }
        PointerScope outer = PointerScope.getInnerScope();
        if (outer != null) {
            for (org.bytedeco.pytorch.Tensor result : taken) {
                outer.attach(result);
                result.releaseReference();
            }
        }
        return taken;
    }

    private static IValue value(Object argument) {
        if (argument instanceof Tensor tensor) {
            return new IValue(tensor.handle());
        }
        if (argument instanceof Boolean flag) {
            return new IValue(flag);
        }
        if (argument instanceof Integer || argument instanceof Long) {
            return new IValue(((Number) argument).longValue());
        }
        if (argument instanceof Double number) {
            return new IValue(number);
        }
        if (argument instanceof String text) {
            return new IValue(text);
        }
        if (argument instanceof DType dtype) {
            return new IValue((long) dtype.torchType().value);
        }
        if (argument instanceof long[] numbers) {
            GenericList list = new GenericList(new LongList().elementType());
            for (long number : numbers) {
                list.push_back(new IValue(number));
            }
            return new IValue(list);
        }
        if (argument instanceof Tensor[] tensors) {
            GenericList list = new GenericList(new TensorList().elementType());
            for (Tensor tensor : tensors) {
                list.push_back(new IValue(tensor.handle()));
            }
            return new IValue(list);
        }
        throw new IllegalArgumentException("no IValue for " + argument.getClass());
    }

    /** Whether libtorch has a kernel of this operator for CUDA. */
    public boolean hasCudaKernel() {
        return handle.hasKernelForDispatchKey(torch.DispatchKey.CUDA);
    }

    @Override
    public String toString() {
        return name;
    }
}
