package io.github.wan4j.models.pipeline;

import io.github.wan4j.core.spi.DeviceSession;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.video.Denoising;
import io.github.wan4j.video.GenerationCancelledException;
import io.github.wan4j.video.InvalidRequestException;
import io.github.wan4j.video.Latents;
import io.github.wan4j.video.Plan;
import io.github.wan4j.video.StepEvent;
import io.github.wan4j.video.VideoRequest;
import java.util.Arrays;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Sampling driven by the caller. It holds the engine's turn from its opening until it is closed: the queue's thread prepares
 * it, waits, and frees it; steps go from the caller's thread straight to the session's.
 */
public final class SteppedDenoising implements Denoising {
    private final DeviceSession session;
    private final Model model;
    private final ResolvedRequest request;
    private final CountDownLatch ready = new CountDownLatch(1);
    private final CountDownLatch over = new CountDownLatch(1);
    private final Turn<Boolean> turn;
    private final Pipeline pipeline;
    private volatile @Nullable DenoiseLoop loop;

    private SteppedDenoising(Model model, JobQueue queue, ResolvedRequest request) {
        this.model = model;
        this.request = request;
        session = model.parts().session();
        turn = new Turn<>(queue, this::hold);
        pipeline = new Pipeline(model, request, turn.cancellation(), progress -> {});
        turn.cancellation().onRequest(over::countDown);
        CompletableFuture<Boolean> end = turn.future().whenComplete((done, failure) -> ready.countDown());
        assert !end.isDone();
    }

    /** Waits for the engine's turn and until the prompts are encoded; an interrupt gives up. */
    public static SteppedDenoising open(Model model, JobQueue queue, VideoRequest request) {
        queue.requireMayWait();
        SteppedDenoising denoising = new SteppedDenoising(model, queue, model.resolve(request));
        queue.submit(denoising.turn);
        try {
            denoising.ready.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            denoising.close();
            throw new GenerationCancelledException("interrupted while waiting for the engine", e);
        }
        if (denoising.turn.state().isOver()) {
            boolean ended = denoising.turn.join(); // throws what it failed with
            throw new GenerationCancelledException("the denoising ended before it began: " + ended);
        }
        return denoising;
    }

    /** On the queue's thread, from the begin to the end of the turn. */
    private boolean hold(Cancellation cancellation) {
        DenoiseLoop prepared = session.call(() -> {
            cancellation.run();
            pipeline.load(false);
            return pipeline.prepare();
        });
        try {
            loop = prepared;
            ready.countDown();
            over.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts the queue's thread", e);
        } finally {
            loop = null; // steps that are on their way to the session's thread will see it
            boolean freed = session.call(() -> {
                prepared.close();
                return true;
            });
            assert freed;
        }
        return true;
    }

    private DenoiseLoop running() {
        DenoiseLoop running = loop;
        if (running == null) {
            throw new IllegalStateException("this denoising is closed");
        }
        return running;
    }

    private <T> T call(Function<DenoiseLoop, T> work) {
        DenoiseLoop open = running();
        assert open.plan() == request.plan();
        if (Thread.currentThread().isInterrupted()) { // work that is done before the wait begins would hide it
            close();
            throw new GenerationCancelledException("interrupted before the engine was asked");
        }
        try {
            return session.call(() -> {
                DenoiseLoop running = running();
                turn.cancellation().run();
                return work.apply(running);
            });
        } catch (CancellationException e) {
            close();
            throw new GenerationCancelledException("interrupted while waiting for the engine", e);
        }
    }

    @Override
    public Plan plan() {
        return request.plan();
    }

    @Override
    public synchronized boolean hasNext() {
        return running().hasNext();
    }

    /** A step that fails closes this: the sampler's history cannot be taken back. */
    @Override
    public synchronized StepEvent step() {
        if (!hasNext()) {
            throw new NoSuchElementException("all " + request.plan().steps().size() + " steps are taken");
        }
        try {
            return call(pipeline::step);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    @Override
    public synchronized Latents latents() {
        return call(running -> {
            try (Scope scope = Scope.open("latents")) {
                return Codec.latents(running.latents());
            }
        });
    }

    @Override
    public synchronized void replace(Latents latents) {
        int[] expected = request.plan().latent().shape();
        if (!Arrays.equals(latents.shape(), expected)) {
            throw new InvalidRequestException("latents have shape " + Arrays.toString(latents.shape())
                    + ", this video needs " + Arrays.toString(expected));
        }
        boolean done = call(running -> {
            try (Scope scope = Scope.open("replace")) {
                running.replace(model.onDevice(latents));
            }
            return true;
        });
        assert done;
    }

    /** A step that runs on another thread is stopped. Closing twice is harmless. */
    @Override
    public void close() {
        boolean open = turn.cancel();
        try {
            boolean ended = turn.join();
            assert ended || open;
        } catch (GenerationCancelledException e) {
            assert turn.state().isOver(); // closed before its turn came
        }
    }
}
