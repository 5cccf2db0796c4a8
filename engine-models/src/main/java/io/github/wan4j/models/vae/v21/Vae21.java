package io.github.wan4j.models.vae.v21;

import io.github.wan4j.core.VaeTile;
import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.weights.Weights;
import io.github.wan4j.models.vae.ChunkedDecoder;
import io.github.wan4j.models.vae.ChunkedEncoder;
import io.github.wan4j.models.vae.LatentScale;
import io.github.wan4j.models.vae.Vae;
import io.github.wan4j.models.vae.VaeWeights;
import java.util.function.Consumer;

/** VAE 2.1. Weights by their original names; the widths are read off them. */
public final class Vae21 implements Vae {
    private static final int SPATIAL_STRIDE = 8;
    private static final LatentScale SCALE = new LatentScale(
            new float[] {
                -0.7571f, -0.7089f, -0.9113f, 0.1075f, -0.1745f, 0.9653f, -0.1517f, 1.5508f, 0.4134f, -0.0715f, 0.5517f,
                -0.3632f, -0.1922f, -0.9497f, 0.2503f, -0.2921f
            },
            new float[] {
                2.8184f, 1.4541f, 2.3275f, 2.6558f, 1.2196f, 1.7708f, 2.6052f, 2.0743f,
                3.2687f, 2.1526f, 2.8652f, 1.5579f, 1.6382f, 1.1253f, 2.8251f, 1.9160f
            });

    private final ChunkedEncoder encoder;
    private final ChunkedDecoder decoder;

    /** Convolutions and attention in {@code dtype}, norms and the latents' scale in f32. */
    public Vae21(Kernels kernels, Weights weights, DType dtype) {
        VaeWeights bound = new VaeWeights(kernels, weights, dtype);
        int channels = SCALE.channels();
        encoder = new ChunkedEncoder(kernels, dtype, SCALE, SPATIAL_STRIDE, new Encoder(bound, channels));
        decoder = new ChunkedDecoder(kernels, dtype, SCALE, SPATIAL_STRIDE, new Decoder(bound, channels));
    }

    private Vae21(ChunkedEncoder encoder, ChunkedDecoder decoder) {
        this.encoder = encoder;
        this.decoder = decoder;
    }

    @Override
    public Vae tiled(VaeTile tile) {
        return new Vae21(encoder.tiled(tile), decoder.tiled(tile));
    }

    @Override
    public int zChannels() {
        return SCALE.channels();
    }

    @Override
    public int spatialStride() {
        return SPATIAL_STRIDE;
    }

    @Override
    public void decode(Tensor z, int latentFramesPerChunk, Runnable checkpoint, Consumer<Tensor> frames) {
        decoder.decode(z, latentFramesPerChunk, checkpoint, frames);
    }

    @Override
    public Tensor encode(Tensor video, int latentFramesPerChunk, Runnable checkpoint) {
        return encoder.encode(video, latentFramesPerChunk, checkpoint);
    }
}
