package io.github.wan4j.models.plan;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.wan4j.video.InvalidRequestException;
import java.util.List;

/**
 * A device as data, so that plans can be made for one that is not at hand.
 *
 * @param name as on the command line
 * @param title as its maker calls it
 * @param memoryBytes what a job may take; 0 where it is not known or is the host's
 * @param gpu whether it is one; a CPU computes everything in fp32
 */
public record DeviceProfile(String name, String title, long memoryBytes, boolean gpu, Rates rates) {
    /**
     * What it reaches in practice.
     *
     * @param fp32 TFLOP/s of products in fp32, as the others
     * @param fp8 0 where it has none
     * @param memory TB/s
     * @param host GB/s from host memory
     */
    public record Rates(
            double fp32, double bf16, double fp8, double attention, double convolution, double memory, double host) {
        double products(Products products) {
            return switch (products) {
                case FP32 -> fp32;
                case BF16 -> bf16;
                case FP8 -> fp8;
            };
        }
    }

    private static final double CORE_TFLOPS = 0.165;

    /** A CPU of which the engine uses some cores. */
    public static DeviceProfile cpu(int threads) {
        double rate = CORE_TFLOPS * threads;
        return new DeviceProfile("cpu", "CPU", 0, false, new Rates(rate, rate, 0, rate, rate, 0.01, 10));
    }

    /** One of those that come with the engine. */
    public static DeviceProfile named(String name) {
        if (!names().contains(name)) {
            throw new InvalidRequestException(
                    "unknown device profile '" + name + "', there are " + String.join(", ", names()));
        }
        JsonNode device = PlanData.named("devices.json", name);
        return new DeviceProfile(
                name,
                device.get("title").asText(),
                device.get("memoryMiB").asLong() << 20,
                true,
                new Rates(
                        device.get("fp32").asDouble(),
                        device.get("bf16").asDouble(),
                        device.get("fp8").asDouble(),
                        device.get("attention").asDouble(),
                        device.get("convolution").asDouble(),
                        device.get("memoryRate").asDouble(),
                        device.get("hostRate").asDouble()));
    }

    /** Those that come with the engine, the smallest memory first. */
    public static List<String> names() {
        return PlanData.names("devices.json");
    }

    public boolean hasFp8() {
        return rates.fp8() > 0;
    }

    /** The same with what was measured on the device at hand. */
    public DeviceProfile withRates(Rates measured) {
        return new DeviceProfile(name, title, memoryBytes, gpu, measured);
    }

    /** The same with the memory that is free just now. */
    public DeviceProfile withMemory(long free) {
        return new DeviceProfile(name, title, free, gpu, rates);
    }
}
