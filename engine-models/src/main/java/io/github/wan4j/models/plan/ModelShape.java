package io.github.wan4j.models.plan;

import io.github.wan4j.video.ModelKind;

/**
 * What plans need to know of a model; no weights are read for it.
 *
 * @param name as asked for: the kind's for a full-size model, the folder's otherwise
 * @param boundary share of the 1000 timesteps from which on the expert of high noise serves
 * @param distilled made for few steps without guidance, so that nothing may be skipped
 * @param textParameters weights of the text encoder
 * @param trainedFrames length of the videos that it was trained on
 */
public record ModelShape(
        String name,
        ModelKind kind,
        double boundary,
        boolean distilled,
        TransformerShape transformer,
        VaeShape vae,
        long textParameters,
        int trainedFrames) {
    private static final long UMT5_XXL = 5_680_910_336L;

    /** Of a model with the published text encoder, trained on videos of the published length. */
    public ModelShape(
            String name,
            ModelKind kind,
            double boundary,
            boolean distilled,
            TransformerShape transformer,
            VaeShape vae) {
        this(name, kind, boundary, distilled, transformer, vae, UMT5_XXL, kind.hasTwoExperts() ? 81 : 121);
    }

    /** The published model of a kind. */
    public static ModelShape of(ModelKind kind) {
        return switch (kind) {
            case T2V_A14B -> new ModelShape(kind.label(), kind, 0.875, false, a14b(16), VaeShape.V21);
            case I2V_A14B -> new ModelShape(kind.label(), kind, 0.9, false, a14b(36), VaeShape.V21);
            case TI2V_5B ->
                new ModelShape(
                        kind.label(),
                        kind,
                        0,
                        false,
                        new TransformerShape(3072, 14336, 24, 30, 48, 48, 4096),
                        VaeShape.V22);
        };
    }

    private static TransformerShape a14b(int inChannels) {
        return new TransformerShape(5120, 13824, 40, 40, inChannels, 16, 4096);
    }

    /** What width and height must be multiples of: latents are taken in patches of 2×2. */
    public int sizeMultiple() {
        return 2 * vae.spatialStride();
    }

    int experts() {
        return kind.hasTwoExperts() ? 2 : 1;
    }
}
