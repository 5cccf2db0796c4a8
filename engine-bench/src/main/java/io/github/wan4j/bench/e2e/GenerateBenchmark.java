package io.github.wan4j.bench.e2e;

import io.github.wan4j.VideoEngine;
import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.video.ModelSource;
import io.github.wan4j.video.Video;
import io.github.wan4j.video.VideoRequest;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A video of a mini model with its defaults, from request to frames in memory. */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 1) // the first job loads the weights
@Measurement(iterations = 3)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Dorg.bytedeco.javacpp.maxPhysicalBytes=0", "-Dorg.bytedeco.javacpp.maxBytes=0"})
@State(Scope.Benchmark)
@SuppressWarnings("NullAway.Init") // JMH calls setUp
public class GenerateBenchmark {
    @Param({"mini-t2v", "mini-ti2v"})
    public String model;

    @Param("cpu")
    public String device;

    private VideoEngine engine;

    /** Where the time goes. */
    @AuxCounters(AuxCounters.Type.EVENTS)
    @State(Scope.Thread)
    public static class Stages {
        public double denoiseMillis;
        public double decodeMillis;
    }

    @Setup
    @SuppressWarnings("MustBeClosedChecker") // tearDown closes it
    public void setUp() {
        engine = VideoEngine.open(
                ModelSource.of(model),
                EngineConfig.builder().devices(Device.parse(device)).build());
    }

    @Benchmark
    public int generate(Stages stages) {
        Video video = engine.generate(VideoRequest.builder("a red circle moves right on a black background")
                .build());
        stages.denoiseMillis = video.report().seconds().denoise() * 1e3;
        stages.decodeMillis = video.report().seconds().decode() * 1e3;
        if (video.frameCount() != engine.model().defaults().frames()) {
            throw new IllegalStateException("the video has " + video.frameCount() + " frames");
        }
        return video.frameCount();
    }

    @TearDown
    public void tearDown() {
        engine.close();
    }
}
