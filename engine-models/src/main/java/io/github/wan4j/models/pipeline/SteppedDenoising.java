package io.github.wan4j.models.pipeline;

import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.video.Denoising;
import io.github.wan4j.video.GenerationCancelledException;
import io.github.wan4j.video.InvalidRequestException;
import io.github.wan4j.video.Latents;
import io.github.wan4j.video.Plan;
import io.github.wan4j.video.RunReport;
import io.github.wan4j.video.StepEvent;
import io.github.wan4j.video.VideoRequest;
import java.util.Arrays;
import java.util.NoSuchElementException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Sampling driven by the caller. It holds the engine's turn from its opening until it is closed. */
public final class SteppedDenoising implements Denoising {
    private final Model model;
    private final ResolvedRequest request;
    private final CountDownLatch turn = new CountDownLatch(1);
    private final CountDownLatch over = new CountDownLatch(1);
    private final AtomicBoolean closed = new AtomicBoolean();
    private final RunningJob<Boolean> holder;
    private final Pipeline pipeline;
    private volatile @Nullable DenoiseLoop loop;

    private SteppedDenoising(Model model, ResolvedRequest request) {
        this.model = model;
        this.request = request;
        holder = new RunningJob<>(request.plan(), job -> hold());
        pipeline = new Pipeline(model, request, holder);
    }

    /** Waits for the engine's turn, then encodes the prompts. */
    public static SteppedDenoising open(Model model, JobQueue queue, VideoRequest request) {
        SteppedDenoising denoising = new SteppedDenoising(model, model.resolve(request));
        queue.submit(denoising.holder);
        denoising.holder.cancellation().onRequest(denoising::close);
        denoising.await(denoising.turn);
        try {
            denoising.call(() -> {
                denoising.prepare();
                return true;
            });
        } catch (RuntimeException | Error e) {
            denoising.close();
            throw e;
        }
        return denoising;
    }

    /** Occupies the queue's thread while the caller takes steps. */
    private RunningJob.Outcome<Boolean> hold() {
        turn.countDown();
        await(over);
        return new RunningJob.Outcome<>(true, RunReport.builder().build());
    }

    private void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            close();
            throw new GenerationCancelledException("interrupted while waiting for the engine", e);
        }
    }

    private <T> T call(Callable<T> work) {
        holder.cancellation().run();
        return model.parts().session().call(work);
    }

    private void prepare() {
        pipeline.load(false);
        try (Scope scope = Scope.open("denoising")) {
            loop = pipeline.prepare();
        }
    }

    private DenoiseLoop open() {
        if (loop == null || closed.get()) {
            throw new IllegalStateException("this denoising is closed");
        }
        return loop;
    }

    @Override
    public Plan plan() {
        return request.plan();
    }

    @Override
    public synchronized boolean hasNext() {
        return open().hasNext();
    }

    @Override
    public synchronized StepEvent step() {
        DenoiseLoop running = open();
        if (!running.hasNext()) {
            throw new NoSuchElementException("all " + request.plan().steps().size() + " steps are taken");
        }
        return call(() -> pipeline.step(running));
    }

    @Override
    public synchronized Latents latents() {
        DenoiseLoop running = open();
        return call(() -> {
            try (Scope scope = Scope.open("latents")) {
                return Codec.latents(running.latents());
            }
        });
    }

    @Override
    public synchronized void replace(Latents latents) {
        DenoiseLoop running = open();
        int[] expected = latents().shape();
        if (!Arrays.equals(latents.shape(), expected)) {
            throw new InvalidRequestException("latents have shape " + Arrays.toString(latents.shape())
                    + ", this video needs " + Arrays.toString(expected));
        }
        boolean done = call(() -> {
            try (Scope scope = Scope.open("replace")) {
                running.replace(model.onDevice(latents));
            }
            return true;
        });
        assert done;
    }

    /** Also called when the engine closes while this is open. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        try {
            boolean freed = model.parts().session().call(() -> {
                DenoiseLoop running = loop;
                if (running != null) {
                    running.close();
                }
                return true;
            });
            assert freed;
        } finally {
            over.countDown();
            turn.countDown();
        }
    }
}
