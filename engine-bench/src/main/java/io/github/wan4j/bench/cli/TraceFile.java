package io.github.wan4j.bench.cli;

import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.weights.SafetensorsWriter;
import io.github.wan4j.models.write.AtomicFile;
import io.github.wan4j.video.Frame;
import io.github.wan4j.video.FrameSink;
import io.github.wan4j.video.Latents;
import io.github.wan4j.video.ProgressListener;
import io.github.wan4j.video.RunReport;
import io.github.wan4j.video.StepEvent;
import io.github.wan4j.video.VideoHandler;
import io.github.wan4j.video.VideoInfo;
import io.github.wan4j.video.WriteOption.Existing;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * What {@code --trace} records: {@code latents} [steps+1, C, T, h, w], {@code timesteps} [steps] and {@code video_u8} [frames,
 * height, width, 3], as the goldens have them, so that a run can be compared with any other implementation. Entry 0 of the
 * latents is what enters step 1, the picture of an image-conditioned video included.
 */
final class TraceFile {
    private final Path file;
    private final List<Latents> latents = new ArrayList<>();
    private final List<Float> timesteps = new ArrayList<>();
    private final List<byte[]> frames = new ArrayList<>();

    TraceFile(Path file) {
        this.file = file;
    }

    /** Records the latents of every step. */
    ProgressListener listener() {
        return new ProgressListener() {
            @Override
            public void onLatents(Supplier<Latents> state, int step) {
                if (step == 0) { // also when sampling begins anew
                    latents.clear();
                    timesteps.clear();
                }
                latents.add(state.get());
            }

            @Override
            public void onStep(StepEvent step) {
                timesteps.add((float) step.timestep());
            }
        };
    }

    /** Records the frames on their way to another handler. The trace appears when that has finished, and only then. */
    <T> VideoHandler<T> recording(VideoHandler<T> handler) {
        return info -> {
            AtomicFile place = AtomicFile.create(file, Existing.OVERWRITE);
            try {
                return new Recording<>(info, handler.begin(info), place);
            } catch (RuntimeException | Error e) {
                place.close();
                throw e;
            }
        };
    }

    private final class Recording<T> implements FrameSink<T> {
        private final VideoInfo info;
        private final FrameSink<T> sink;
        private final AtomicFile place;

        Recording(VideoInfo info, FrameSink<T> sink, AtomicFile place) {
            this.info = info;
            this.sink = sink;
            this.place = place;
        }

        @Override
        public void frame(Frame frame) {
            byte[] rgb = new byte[frame.rgb().remaining()];
            frame.rgb().get(rgb);
            frames.add(rgb);
            sink.frame(frame);
        }

        @Override
        public T finish(RunReport report) {
            write(info, place.temporary()); // the long part, while the video can still be taken back
            T result = sink.finish(report);
            Path written = place.commit();
            assert written.equals(file);
            return result;
        }

        @Override
        public void close() {
            try (place) {
                sink.close();
            }
        }
    }

    private void write(VideoInfo info, Path target) {
        int[] shape = latents.get(0).shape();
        float[] steps = new float[timesteps.size()];
        for (int i = 0; i < steps.length; i++) {
            steps[i] = timesteps.get(i);
        }
        new SafetensorsWriter()
                .add(
                        "latents",
                        DType.F32,
                        new long[] {latents.size(), shape[0], shape[1], shape[2], shape[3]},
                        this::writeLatents)
                .add("timesteps", steps, steps.length)
                .add(
                        "video_u8",
                        DType.U8,
                        new long[] {frames.size(), info.height(), info.width(), 3},
                        this::writeFrames)
                .write(target);
    }

    private void writeLatents(OutputStream out) throws IOException {
        for (Latents state : latents) {
            ByteBuffer bytes = ByteBuffer.allocate(state.values().remaining() * Float.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(state.values());
            out.write(bytes.array());
        }
    }

    private void writeFrames(OutputStream out) throws IOException {
        for (byte[] frame : frames) {
            out.write(frame);
        }
    }
}
