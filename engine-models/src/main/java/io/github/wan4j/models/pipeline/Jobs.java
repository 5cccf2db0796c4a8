package io.github.wan4j.models.pipeline;

import io.github.wan4j.video.VideoHandler;
import io.github.wan4j.video.VideoJob;
import io.github.wan4j.video.VideoRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Takes requests of one engine, puts them in the queue and runs them on the session's thread. */
public final class Jobs {
    private final Model model;
    private final JobQueue queue;

    public Jobs(Model model, JobQueue queue) {
        this.model = model;
        this.queue = queue;
    }

    /** Checks the request now, on the caller's thread, and runs it when it is its turn. */
    public <T extends @Nullable Object> VideoJob<T> submit(VideoRequest request, VideoHandler<T> handler) {
        RunningJob<T> job = job(model.resolve(request), handler);
        queue.submit(job.turn());
        return job;
    }

    /** Queues one after the other without a gap, or none if a request is wrong, a handler cannot be had or the engine is closed. */
    public <T extends @Nullable Object> List<VideoJob<T>> submitAll(
            List<VideoRequest> requests, Function<VideoRequest, VideoHandler<T>> handler) {
        List<ResolvedRequest> resolved = requests.stream().map(model::resolve).toList();
        List<VideoHandler<T>> handlers = requests.stream().map(handler).toList();
        List<RunningJob<T>> jobs = new ArrayList<>();
        for (int i = 0; i < resolved.size(); i++) {
            jobs.add(job(resolved.get(i), handlers.get(i)));
        }
        queue.submitAll(jobs.stream().map(RunningJob::turn).toList());
        return List.copyOf(jobs);
    }

    private <T extends @Nullable Object> RunningJob<T> job(ResolvedRequest request, VideoHandler<T> handler) {
        return new RunningJob<>(
                queue, request.plan(), model.report(request).build(), running -> run(running, request, handler));
    }

    private <T extends @Nullable Object> T run(RunningJob<T> job, ResolvedRequest request, VideoHandler<T> handler) {
        Pipeline pipeline = new Pipeline(model, request, job.cancellation(), job::progress);
        try {
            T result = model.parts().session().call(() -> pipeline.run(handler));
            job.report(pipeline.report());
            return result;
        } catch (RuntimeException | Error e) {
            try {
                job.report(pipeline.report());
            } catch (RuntimeException second) { // of a device that is gone
                e.addSuppressed(second);
            }
            throw e;
        }
    }
}
