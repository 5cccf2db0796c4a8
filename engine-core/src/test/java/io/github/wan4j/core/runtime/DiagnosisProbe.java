package io.github.wan4j.core.runtime;

import io.github.wan4j.core.EngineConfig;

/** Runs in a JVM of its own. */
final class DiagnosisProbe {
    private DiagnosisProbe() {}

    public static void main(String[] arguments) {
        System.out.println(Diagnosis.of(EngineConfig.fromEnvironment()));
    }
}
