package io.github.wan4j.cuda.residency;

import static org.bytedeco.cuda.global.cudart.*;

import io.github.wan4j.core.weights.Checkpoint;
import io.github.wan4j.core.weights.TensorEntry;
import io.github.wan4j.cuda.load.CudaException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/** The files that a device reads by itself; none where the driver does not let it, which is found out and said once. */
final class RegisteredFiles implements AutoCloseable {
    private static final Logger LOG = System.getLogger(RegisteredFiles.class.getName());

    private final int device;
    private final HostBudget budget;
    private final long piece;
    private final Map<Path, RegisteredFile> files = new HashMap<>();
    private @Nullable String refusal;
    private @Nullable Thread ahead;
    private volatile boolean closed;

    RegisteredFiles(int device, HostBudget budget, long piece) {
        this.device = device;
        this.piece = piece;
        this.budget = budget;
        int[] supported = {0};
        if (cudaDeviceGetAttribute(supported, cudaDevAttrHostRegisterReadOnlySupported, device) != cudaSuccess
                || supported[0] == 0) {
            refuse("the driver registers no memory that is only read");
        }
    }

    private void refuse(String reason) {
        refusal = reason;
        LOG.log(Level.WARNING, "weights go through pinned memory, which takes the host longer: {0}", reason);
    }

    /** Why files are not read by the device. */
    synchronized Optional<String> refusal() {
        return Optional.ofNullable(refusal);
    }

    /** Queues the copy of a tensor's bytes; false if it must go another way. */
    boolean copy(TensorEntry entry, Pointer target, CUstream_st stream) {
        Optional<RegisteredFile> file = file(entry.file());
        try {
            if (file.isEmpty() || !file.get().registers(entry)) {
                return false;
            }
        } catch (CudaException e) {
            synchronized (this) {
                refuse(e.toString());
            }
            return false;
        }
        file.get().copy(entry, target, stream);
        return true;
    }

    private synchronized Optional<RegisteredFile> file(Path path) {
        if (refusal != null || closed) {
            return Optional.empty();
        }
        RegisteredFile known = files.get(path);
        if (known == null || !known.isStill()) {
            if (known != null) {
                known.close(); // only whoever replaces files in use could still be reading it
            }
            known = new RegisteredFile(path, budget, piece);
            files.put(path, known);
        }
        return Optional.of(known);
    }

    /** Registers a checkpoint's files on a thread of its own. */
    synchronized void registerAhead(Checkpoint checkpoint) {
        stopAhead();
        List<Path> paths = checkpoint.files();
        Thread thread = new Thread(() -> registerAll(paths), "wan4j-register");
        thread.setDaemon(true);
        ahead = thread;
        thread.start();
    }

    private void registerAll(List<Path> paths) {
        try {
            int status = cudaSetDevice(device);
            for (Path path : paths) {
                Optional<RegisteredFile> file = file(path);
                for (int i = 0;
                        status == cudaSuccess
                                && file.isPresent()
                                && i < file.get().pieces();
                        i++) {
                    if (Thread.currentThread().isInterrupted() || !file.get().register(i)) {
                        return;
                    }
                }
            }
        } catch (RuntimeException e) { // whoever needs the weights will meet it again
            LOG.log(Level.DEBUG, "registering ahead ended early", e);
        }
    }

    private synchronized void stopAhead() {
        Thread running = ahead;
        ahead = null;
        if (running != null) {
            running.interrupt();
        }
    }

    /** Lets go of all files; nothing may be reading them any more. */
    synchronized void release() {
        stopAhead();
        try {
            files.values().forEach(RegisteredFile::close);
        } finally {
            files.clear();
        }
    }

    @Override
    public void close() {
        closed = true;
        release();
    }
}
