package io.github.wan4j.cuda.residency;

import com.google.errorprone.annotations.MustBeClosed;
import io.github.wan4j.cuda.launch.Unscoped;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.pytorch.Stream;
import org.bytedeco.pytorch.cuda.CUDAEvent;
import org.bytedeco.pytorch.cuda.CUDAStream;
import org.bytedeco.pytorch.cuda.CUDAStreamGuard;
import org.bytedeco.pytorch.global.torch_cuda;

/**
 * A session's stream for copies beside the one that computes, and the order between the two. One for each session: libtorch
 * hands out few streams, in turn. Used by the session's thread.
 */
public final class CopyLane implements AutoCloseable {
    private static final int MARKS = 64;

    private final byte device;
    private final CUDAStream copies;
    private final Stream plain;
    private final CUstream_st raw;
    private final CUDAEvent computed = Unscoped.keep(new CUDAEvent());
    private final List<CUDAEvent> marks = new ArrayList<>();
    private final RegisteredFiles files;
    private final RegisteredFiles sparseFiles;
    private long marked;

    public CopyLane(int device) {
        this.device = (byte) device;
        copies = Unscoped.keep(torch_cuda.getStreamFromPool(false, this.device));
        plain = Unscoped.keep(copies.asStream());
        raw = Unscoped.keep(copies.stream());
        for (int i = 0; i < MARKS; i++) {
            marks.add(Unscoped.keep(new CUDAEvent()));
        }
        HostBudget budget = HostBudget.now();
        files = new RegisteredFiles(device, budget, RegisteredFile.PIECE);
        sparseFiles = new RegisteredFiles(device, budget, RegisteredFile.SMALL_PIECE);
    }

    int device() {
        return device;
    }

    /** Those that weights stream from again and again, from one job to the next. */
    RegisteredFiles files() {
        return files;
    }

    /** Those of which few tensors are needed again and again: in pieces that hold hardly more than those. */
    RegisteredFiles sparseFiles() {
        return sparseFiles;
    }

    /** For the runtime's own calls. */
    CUstream_st raw() {
        return raw;
    }

    /** What is queued here from now on waits for all that the device has been given to compute so far. */
    void followCompute() {
        try (CUDAStream compute = torch_cuda.getCurrentCUDAStream(device)) {
            computed.record(compute);
        }
        computed.block(copies);
    }

    /** Makes this the current stream, for operators that convert what came. */
    @MustBeClosed
    CUDAStreamGuard enter() {
        return new CUDAStreamGuard(plain);
    }

    /** A point behind all that is queued here so far. */
    long mark() {
        marks.get((int) (marked % MARKS)).record(copies);
        return marked++;
    }

    /** What the device is given to compute from now on waits for a mark: if it is an old one, for the last. */
    void letComputeFollow(long mark) {
        boolean old = marked - mark > MARKS;
        CUDAEvent event = marks.get((int) ((old ? marked - 1 : mark) % MARKS));
        try (CUDAStream compute = torch_cuda.getCurrentCUDAStream(device)) {
            event.block(compute);
        }
    }

    /** Waits for all copies. */
    void synchronize() {
        copies.synchronize();
    }

    @Override
    public void close() {
        synchronize();
        files.close();
        sparseFiles.close();
        marks.forEach(CUDAEvent::close);
        computed.close();
        raw.close();
        plain.close();
        copies.close();
    }
}
