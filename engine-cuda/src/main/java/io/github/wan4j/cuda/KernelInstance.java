package io.github.wan4j.cuda;

import io.github.wan4j.core.tensor.DType;
import java.util.Arrays;
import java.util.List;

/** A kernel of native/ for given types and dimensions: the file, the function, and the arguments of its template. */
record KernelInstance(String file, String function, List<Object> arguments) {
    static KernelInstance of(String file, String function, Object... arguments) {
        return new KernelInstance(file, function, Arrays.asList(arguments));
    }

    /** As C++ writes it. */
    String expression() {
        if (arguments.isEmpty()) {
            return function;
        }
        StringBuilder text = new StringBuilder(function).append('<');
        for (int i = 0; i < arguments.size(); i++) {
            Object argument = arguments.get(i);
            text.append(i == 0 ? "" : ", ").append(argument instanceof DType type ? cppName(type) : argument);
        }
        return text.append('>').toString();
    }

    private static String cppName(DType type) {
        return switch (type) {
            case F64 -> "double";
            case F32 -> "float";
            case BF16 -> "bf16";
            case F8_E4M3 -> "e4m3";
            default -> throw new IllegalArgumentException("no kernel takes " + type);
        };
    }

    @Override
    public String toString() {
        return expression();
    }
}
