package io.github.wan4j.bench.cli;

import io.github.wan4j.core.weights.SafetensorsWriter;
import io.github.wan4j.video.Frame;
import io.github.wan4j.video.FrameSink;
import io.github.wan4j.video.Latents;
import io.github.wan4j.video.ProgressListener;
import io.github.wan4j.video.RunReport;
import io.github.wan4j.video.StepEvent;
import io.github.wan4j.video.VideoHandler;
import java.io.ByteArrayOutputStream;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * What {@code --trace} records: {@code latents} [steps+1, C, T, h, w], {@code timesteps} [steps] and {@code video_u8} [frames,
 * height, width, 3], as the goldens have them, so that a run can be compared with any other implementation.
 */
final class TraceFile {
    private final List<Latents> latents = new ArrayList<>();
    private final List<Float> timesteps = new ArrayList<>();
    private final ByteArrayOutputStream pixels = new ByteArrayOutputStream();
    private int width;
    private int height;
    private int frames;

    /** Records the latents of every step, and passes everything on. */
    ProgressListener listener() {
        return new ProgressListener() {
            @Override
            public void onLatents(Supplier<Latents> state, int step) {
                latents.add(state.get());
            }

            @Override
            public void onStep(StepEvent step) {
                timesteps.add((float) step.timestep());
            }
        };
    }

    /** Records the frames on their way to another handler; the trace is written when that has finished. */
    <T> VideoHandler<T> recording(VideoHandler<T> handler, Path file) {
        return info -> {
            FrameSink<T> sink = handler.begin(info);
            return new FrameSink<T>() {
                @Override
                public void frame(Frame frame) {
                    byte[] rgb = new byte[frame.rgb().remaining()];
                    frame.rgb().get(rgb);
                    pixels.writeBytes(rgb);
                    width = frame.width();
                    height = frame.height();
                    frames++;
                    sink.frame(frame);
                }

                @Override
                public T finish(RunReport report) {
                    write(file);
                    return sink.finish(report);
                }

                @Override
                public void close() {
                    sink.close();
                }
            };
        };
    }

    private void write(Path file) {
        int[] shape = latents.get(0).shape();
        FloatBuffer all =
                FloatBuffer.allocate(latents.size() * latents.get(0).values().remaining());
        latents.forEach(state -> all.put(state.values()));
        float[] steps = new float[timesteps.size()];
        for (int i = 0; i < steps.length; i++) {
            steps[i] = timesteps.get(i);
        }
        new SafetensorsWriter()
                .add("latents", all.array(), latents.size(), shape[0], shape[1], shape[2], shape[3])
                .add("timesteps", steps, steps.length)
                .add("video_u8", pixels.toByteArray(), frames, height, width, 3)
                .write(file);
    }
}
