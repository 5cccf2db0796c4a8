package io.github.wan4j.models.pipeline;

import io.github.wan4j.video.RunReport;
import io.github.wan4j.video.VideoHandler;
import io.github.wan4j.video.VideoJob;
import io.github.wan4j.video.VideoRequest;

/** Takes requests of one engine, puts them in the queue and runs them on the session's thread. */
public final class Jobs {
    private final Model model;
    private final JobQueue queue;

    public Jobs(Model model, JobQueue queue) {
        this.model = model;
        this.queue = queue;
    }

    /** Checks the request now, on the caller's thread, and runs it when it is its turn. */
    public <T> VideoJob<T> submit(VideoRequest request, VideoHandler<T> handler) {
        ResolvedRequest resolved = model.resolve(request);
        RunningJob<T> job = new RunningJob<>(resolved.plan(), running -> run(running, resolved, handler));
        queue.submit(job);
        return job;
    }

    private <T> RunningJob.Outcome<T> run(RunningJob<?> job, ResolvedRequest request, VideoHandler<T> handler) {
        Pipeline pipeline = new Pipeline(model, request, job);
        try {
            return model.parts().session().call(() -> pipeline.run(handler));
        } finally {
            RunReport report = pipeline.report();
            job.report(report);
        }
    }
}
