package io.github.wan4j.cuda.compile;

import static org.bytedeco.cuda.global.nvrtc.*;

import io.github.wan4j.cuda.load.CompilerLibrary;
import io.github.wan4j.cuda.load.CudaException;
import io.github.wan4j.cuda.load.LibrarySearch;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.bytedeco.cuda.nvrtc._nvrtcProgram;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.javacpp.SizeTPointer;

/** The run-time compiler. Its output is the same byte for byte whenever its input is; several threads may compile at once. */
public final class Nvrtc {
    private static final System.Logger LOGGER = System.getLogger(Nvrtc.class.getName());

    private final String version;
    private final int[] architectures;

    private Nvrtc(String version, int[] architectures) {
        this.version = version;
        this.architectures = architectures;
    }

    /** Loads the library on the first call. */
    public static Nvrtc load(LibrarySearch search) {
        CompilerLibrary.load(search);
        int[] major = {0};
        int[] minor = {0};
        check(nvrtcVersion(major, minor), "nvrtcVersion");
        int[] count = {0};
        check(nvrtcGetNumSupportedArchs(count), "nvrtcGetNumSupportedArchs");
        int[] architectures = new int[count[0]];
        check(nvrtcGetSupportedArchs(architectures), "nvrtcGetSupportedArchs");
        return new Nvrtc(major[0] + "." + minor[0], architectures);
    }

    /** For example {@code 13.0}. */
    public String version() {
        return version;
    }

    /** The best target for a GPU of this compute capability. */
    public Architecture architecture(int major, int minor) {
        return Architecture.of(major, minor, architectures);
    }

    /** What goes into a compilation besides the source; part of the cache's key. */
    static List<String> options(Architecture architecture) {
        return List.of("--gpu-architecture=" + architecture, "--std=c++17", "-lineinfo", "--ptxas-options=-v");
    }

    /** The code of {@code kernel}, a function or an instance of a template such as {@code wan4j_rms<float, float, float, 256, 4, 2>}. */
    public Compilation compile(KernelSource source, String kernel, Architecture architecture) {
        _nvrtcProgram program = new _nvrtcProgram(); // the call writes the handle into it
        try (PointerScope scope = new PointerScope()) {
            Collection<String> texts = source.headers().values();
            check(
                    nvrtcCreateProgram(
                            program,
                            new BytePointer(source.text(), StandardCharsets.UTF_8),
                            new BytePointer(source.file()),
                            texts.size(),
                            strings(texts),
                            strings(source.headers().keySet())),
                    "nvrtcCreateProgram");
            check(nvrtcAddNameExpression(program, kernel), "nvrtcAddNameExpression");
            List<String> options = options(architecture);
            int status = nvrtcCompileProgram(program, options.size(), strings(options));
            String log = log(program);
            if (status != NVRTC_SUCCESS) {
                LOGGER.log(Level.WARNING, log);
                throw new CudaException(kernel + " of " + source.file() + " does not compile for " + architecture
                        + " with NVRTC " + version + ": " + firstError(log));
            }
            PointerPointer<BytePointer> lowered = new PointerPointer<>(1);
            check(nvrtcGetLoweredName(program, new BytePointer(kernel), lowered), "nvrtcGetLoweredName");
            String entry = lowered.get(BytePointer.class, 0).getString();
            return new Compilation(new Cubin(entry, code(program, architecture)), log);
        } finally {
            nvrtcDestroyProgram(program);
        }
    }

    /** Code, and what the assembler says about registers and spills. */
    public record Compilation(Cubin cubin, String log) {}

    /** The line that says what is wrong first; those behind it show the source. */
    private static String firstError(String log) {
        return log.lines().filter(line -> line.contains("error")).findFirst().orElse(log);
    }

    private static byte[] code(_nvrtcProgram program, Architecture architecture) {
        SizeTPointer size = new SizeTPointer(1);
        if (architecture.isMachineCode()) {
            check(nvrtcGetCUBINSize(program, size), "nvrtcGetCUBINSize");
            byte[] code = new byte[Math.toIntExact(size.get())];
            check(nvrtcGetCUBIN(program, code), "nvrtcGetCUBIN");
            return code;
        }
        check(nvrtcGetPTXSize(program, size), "nvrtcGetPTXSize");
        byte[] code = new byte[Math.toIntExact(size.get())];
        check(nvrtcGetPTX(program, code), "nvrtcGetPTX");
        return code;
    }

    private static String log(_nvrtcProgram program) {
        SizeTPointer size = new SizeTPointer(1);
        check(nvrtcGetProgramLogSize(program, size), "nvrtcGetProgramLogSize");
        byte[] text = new byte[Math.toIntExact(size.get())];
        check(nvrtcGetProgramLog(program, text), "nvrtcGetProgramLog");
        return new String(text, 0, Math.max(0, text.length - 1), StandardCharsets.UTF_8).strip();
    }

    /** An array of strings; one without elements must be null, and one element must not be taken for a cast. */
    private static PointerPointer<BytePointer> strings(Collection<String> values) {
        if (values.isEmpty()) {
            return new PointerPointer<>((Pointer) null);
        }
        PointerPointer<BytePointer> array = new PointerPointer<>(values.size());
        List<BytePointer> texts = new ArrayList<>();
        for (String value : values) {
            texts.add(new BytePointer(value, StandardCharsets.UTF_8));
            array.put(texts.size() - 1, texts.get(texts.size() - 1));
        }
        return array;
    }

    private static void check(int status, String call) {
        if (status != NVRTC_SUCCESS) {
            throw new CudaException(call + ": " + nvrtcGetErrorString(status).getString());
        }
    }
}
