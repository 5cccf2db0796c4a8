package io.github.wan4j.cuda.launch;

import static org.bytedeco.cuda.global.cudart.*;

import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUmod_st;
import org.bytedeco.javacpp.BytePointer;

/**
 * Compiled code loaded into the context of the device that is current on this thread. The thread must have used that device
 * before, by any operator of libtorch or by selecting it: without a context the driver refuses.
 */
final class Module implements AutoCloseable {
    private final CUmod_st module = new CUmod_st(); // the call writes the handle into it

    Module(byte[] code) {
        try (BytePointer image = new BytePointer(code.length + 1L)) { // intermediate code must end in a zero byte
            image.put(code).put(code.length, (byte) 0);
            Status.driver(cuModuleLoadData(module, image), "cuModuleLoadData");
        }
    }

    CUfunc_st function(String entry) {
        CUfunc_st function = new CUfunc_st();
        Status.driver(cuModuleGetFunction(function, module, entry), "cuModuleGetFunction(" + entry + ")");
        return function;
    }

    /** Unloads the code; no launch of it may be in flight. */
    @Override
    public void close() {
        Status.driver(cuModuleUnload(module), "cuModuleUnload");
    }
}
