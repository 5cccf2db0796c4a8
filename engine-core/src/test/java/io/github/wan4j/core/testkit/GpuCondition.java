package io.github.wan4j.core.testkit;

import io.github.wan4j.core.runtime.Devices;
import io.github.wan4j.core.runtime.Natives;
import io.github.wan4j.core.spi.DeviceProvider;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Decides about {@link GpuTest}. */
final class GpuCondition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        int needed = context.getElement()
                .flatMap(element -> AnnotationSupport.findAnnotation(element, GpuTest.class))
                .map(GpuTest::devices)
                .orElse(1);
        Natives.load();
        return decide(Devices.find().all(), needed, System.getProperty("wan4j.test.require", ""));
    }

    static ConditionEvaluationResult decide(List<DeviceProvider> providers, int needed, String required) {
        String reason = obstacle(providers, needed);
        if (reason.isEmpty()) {
            return ConditionEvaluationResult.enabled(needed + " GPU there");
        }
        if (Arrays.asList(required.split(",", -1)).contains("gpu")) {
            throw new AssertionError("wan4j.test.require=gpu, but " + reason);
        }
        System.err.println("skipped: " + reason);
        return ConditionEvaluationResult.disabled(reason);
    }

    private static String obstacle(List<DeviceProvider> providers, int needed) {
        for (DeviceProvider provider : providers) {
            if (provider.type().equals("cuda")) {
                int found = provider.devices().size();
                if (found == 0) {
                    return provider.obstacle().orElse("no GPU was found");
                }
                return found < needed ? needed + " GPUs are needed and " + found + " found" : "";
            }
        }
        return "engine-cuda is not on the class path";
    }
}
