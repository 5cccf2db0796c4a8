package io.github.wan4j.models.pipeline;

/** Another route for a job, and what is different on it in a few words. */
record Detour(Route route, String change) {}
