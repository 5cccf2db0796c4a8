package io.github.wan4j.models.plan;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.wan4j.core.Names;
import io.github.wan4j.video.InvalidRequestException;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * A device as data, so that plans can be made for one that is not at hand.
 *
 * @param name as on the command line
 * @param title as its maker calls it
 * @param memoryBytes what a job may take; 0 where it is not known or is the host's
 * @param gpu whether it is one; a CPU computes everything in fp32
 * @param measured how jobs on it fared against these rates
 * @param cachedWeights share of the model's files that its host has in memory already
 */
public record DeviceProfile(
        String name,
        String title,
        long memoryBytes,
        boolean gpu,
        Rates rates,
        MeasuredRates measured,
        double cachedWeights) {
    private static final String FILE = "devices.json";

    /** The first architecture with fp8 products. */
    private static final int FP8_ARCHITECTURE = 89;

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
        private Rates times(double factor) {
            return new Rates(
                    factor * fp32,
                    factor * bf16,
                    factor * fp8,
                    factor * attention,
                    factor * convolution,
                    factor * memory,
                    host);
        }

        private Rates withoutFp8() {
            return new Rates(fp32, bf16, 0, attention, convolution, memory, host);
        }

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
        return new DeviceProfile(
                "cpu", "CPU", 0, false, new Rates(rate, rate, 0, rate, rate, 0.01, 10), MeasuredRates.NONE, 0);
    }

    /** One of those that come with the engine. */
    public static DeviceProfile named(String name) {
        if (!names().contains(name)) {
            throw new InvalidRequestException("unknown device profile '" + name + "'; did you mean '"
                    + Names.nearest(name, names()) + "'? There are " + String.join(", ", names()));
        }
        JsonNode device = PlanData.named(FILE, name);
        return new DeviceProfile(
                name,
                device.get("title").asText(),
                device.get("memoryMiB").asLong() << 20,
                true,
                rates(device),
                MeasuredRates.NONE,
                0);
    }

    /**
     * A GPU that is there: with the rates of the one of those that come with the engine whose name it bears, else with those
     * of the nearest architecture in proportion to its multiprocessors.
     *
     * @param architecture compute capability without the point
     * @param allocatable bytes that a job may allocate, beside the runtime's own
     */
    public static DeviceProfile atHand(
            String name, String title, int architecture, int multiprocessors, long allocatable) {
        long memoryBytes = allocatable + MemoryModel.GPU_RUNTIME;
        String plain = plain(title);
        for (String known : names()) {
            if (plain.contains(plain(known))) {
                return new DeviceProfile(name, title, memoryBytes, true, named(known).rates, MeasuredRates.NONE, 0);
            }
        }
        JsonNode nearest = PlanData.named(FILE, nearest(architecture, multiprocessors));
        Rates like = rates(nearest).times(multiprocessors / nearest.get("units").asDouble());
        return new DeviceProfile(
                name,
                title,
                memoryBytes,
                true,
                architecture < FP8_ARCHITECTURE ? like.withoutFp8() : like,
                MeasuredRates.NONE,
                0);
    }

    private static String nearest(int architecture, int multiprocessors) {
        return names().stream()
                .min(Comparator.comparingInt((String name) -> Math.abs(
                                PlanData.named(FILE, name).get("architecture").asInt() - architecture))
                        .thenComparingInt(name ->
                                Math.abs(PlanData.named(FILE, name).get("units").asInt() - multiprocessors)))
                .orElseThrow();
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    }

    private static Rates rates(JsonNode device) {
        return new Rates(
                device.get("fp32").asDouble(),
                device.get("bf16").asDouble(),
                device.get("fp8").asDouble(),
                device.get("attention").asDouble(),
                device.get("convolution").asDouble(),
                device.get("memoryRate").asDouble(),
                device.get("hostRate").asDouble());
    }

    /** Those that come with the engine, the smallest memory first. */
    public static List<String> names() {
        return PlanData.names(FILE);
    }

    public boolean hasFp8() {
        return rates.fp8() > 0;
    }

    /** The same with what earlier jobs showed. */
    public DeviceProfile withMeasured(MeasuredRates rates) {
        return new DeviceProfile(name, title, memoryBytes, gpu, this.rates, rates, cachedWeights);
    }

    /** The same with so much of the model's files in the host's memory. */
    public DeviceProfile withCachedWeights(double share) {
        return new DeviceProfile(name, title, memoryBytes, gpu, rates, measured, share);
    }

    /** The same with other memory that a job may take. */
    public DeviceProfile withMemory(long bytes) {
        return new DeviceProfile(name, title, bytes, gpu, rates, measured, cachedWeights);
    }
}
