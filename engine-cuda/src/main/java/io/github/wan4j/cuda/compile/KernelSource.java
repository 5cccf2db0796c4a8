package io.github.wan4j.cuda.compile;

import io.github.wan4j.cuda.load.CudaException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A source file of the kernels with every header that it includes, directly or not, by the name it is included by. */
public record KernelSource(String file, String text, SortedMap<String, String> headers) {
    private static final String ROOT = "/wan4j/kernels/";
    private static final Pattern INCLUDE = Pattern.compile("^#include \"([^\"]+)\"", Pattern.MULTILINE);

    /** For example {@code rms_rope/rms_rope.cu}, from the jar of native/. */
    public static KernelSource load(String file) {
        String text = read(file);
        SortedMap<String, String> headers = new TreeMap<>();
        addHeaders(text, headers);
        return new KernelSource(file, text, headers);
    }

    private static void addHeaders(String text, SortedMap<String, String> headers) {
        for (Matcher include = INCLUDE.matcher(text); include.find(); ) {
            String name = include.group(1);
            if (!headers.containsKey(name)) {
                String header = read(name);
                headers.put(name, header);
                addHeaders(header, headers);
            }
        }
    }

    private static String read(String file) {
        try (InputStream stream = KernelSource.class.getResourceAsStream(ROOT + file)) {
            if (stream == null) {
                throw new CudaException(
                        "kernel source " + ROOT + file + " is not on the class path: the jar wan4j-native is missing");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new CudaException("cannot read kernel source " + ROOT + file + ": " + e.getMessage(), e);
        }
    }
}
