package io.github.wan4j.models.pipeline;

import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.models.image.ImageReader;
import io.github.wan4j.models.image.Rgb8;
import io.github.wan4j.models.plan.Portions;
import io.github.wan4j.models.vae.Vae;
import io.github.wan4j.video.FrameSink;
import io.github.wan4j.video.InvalidRequestException;
import io.github.wan4j.video.LatentCodec;
import io.github.wan4j.video.Latents;
import io.github.wan4j.video.ModelInfo;
import io.github.wan4j.video.RunReport;
import io.github.wan4j.video.Size;
import io.github.wan4j.video.Video;
import io.github.wan4j.video.VideoHandler;
import io.github.wan4j.video.VideoHandlers;
import io.github.wan4j.video.VideoInfo;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The autoencoder by itself: each call takes its turn among the engine's jobs. */
public final class Codec implements LatentCodec {
    private final Model model;
    private final JobQueue queue;

    public Codec(Model model, JobQueue queue) {
        this.model = model;
        this.queue = queue;
    }

    @Override
    public Latents encode(List<BufferedImage> frames) {
        List<Rgb8> pictures = frames.stream().map(ImageReader::of).toList();
        check(pictures);
        return Turn.take(queue, cancellation -> model.parts().session().call(() -> encodeHere(pictures, cancellation)));
    }

    private void check(List<Rgb8> pictures) {
        List<String> problems = new ArrayList<>();
        if (pictures.size() % 4 != 1) {
            problems.add(
                    "there are " + pictures.size() + " frames, the number must be one more than a multiple of 4, take "
                            + ModelInfo.nearestFrames(pictures.size()));
        }
        int multiple = model.info().sizeMultiple();
        for (int i = 0; i < pictures.size() && problems.isEmpty(); i++) {
            Rgb8 picture = pictures.get(i);
            if (!picture.size().equals(pictures.get(0).size())) {
                problems.add("frame " + i + " is " + picture.size() + ", the first is "
                        + pictures.get(0).size());
            } else if (picture.width() % multiple != 0 || picture.height() % multiple != 0) {
                problems.add("frames are " + picture.size() + ", both sides must be multiples of " + multiple);
            }
        }
        if (!problems.isEmpty()) {
            throw new InvalidRequestException(problems);
        }
    }

    private Latents encodeHere(List<Rgb8> pictures, Cancellation cancellation) {
        cancellation.run();
        int height = pictures.get(0).height();
        int width = pictures.get(0).width();
        try (Scope scope = Scope.open("codec.encode");
                Parts.Stay stay = model.parts().stay()) {
            Tensor[] frames = pictures.stream()
                    .map(picture -> Tensors.of(picture.pixels(), height, width, 3))
                    .toArray(Tensor[]::new);
            Tensor bytes = Tensors.stack(0, frames).permute(3, 0, 1, 2);
            Tensor video = bytes.to(model.parts().session().info().device(), DType.F32)
                    .mul(1 / 127.5)
                    .add(-1);
            Portions portions =
                    model.portions(new Size(width, height), 1 + (pictures.size() - 1) / Vae.TEMPORAL_STRIDE);
            Vae vae = Parts.tiled(model.parts().vae(), portions.tile());
            return latents(vae.encode(video, portions.chunk(), cancellation));
        }
    }

    /** [C, T, h, w] to the heap. */
    static Latents latents(Tensor tensor) {
        int[] shape = new int[4];
        for (int i = 0; i < 4; i++) {
            shape[i] = Math.toIntExact(tensor.size(i));
        }
        return Latents.of(tensor.toFloats(), shape);
    }

    @Override
    public Video decode(Latents latents) {
        return decode(latents, VideoHandlers.inMemory());
    }

    @Override
    public <T> T decode(Latents latents, VideoHandler<T> handler) {
        int channels = model.latentChannels();
        if (latents.channels() != channels) {
            throw new InvalidRequestException("latents have " + latents.channels() + " channels, "
                    + model.info().name() + " decodes " + channels);
        }
        return Turn.take(
                queue, cancellation -> model.parts().session().call(() -> decodeHere(latents, handler, cancellation)));
    }

    private <T> T decodeHere(Latents latents, VideoHandler<T> handler, Cancellation cancellation) {
        cancellation.run();
        try (Scope scope = Scope.open("codec.decode");
                Parts.Stay stay = model.parts().stay();
                FrameSink<T> sink = handler.begin(model.videoInfo(latents))) {
            VideoInfo info = model.videoInfo(latents);
            Portions portions = model.portions(new Size(info.width(), info.height()), latents.frames());
            Vae vae = Parts.tiled(model.parts().vae(), portions.tile());
            FrameStream stream = new FrameStream(sink);
            vae.decode(model.onDevice(latents), portions.chunk(), cancellation, stream::accept);
            cancellation.run();
            return sink.finish(
                    RunReport.builder().peakBytes(model.peakBytes(Map.of())).build());
        }
    }
}
