package io.github.wan4j.models.plan;

/**
 * What plans need to know of one expert.
 *
 * @param dim width of the residual stream
 * @param textDim width of the text encoder's output
 */
public record TransformerShape(
        int dim, int ffnDim, int heads, int layers, int inChannels, int outChannels, int textDim) {
    private static final int FREQUENCIES = 256;
    private static final int PATCH = 4;

    /** Weights and biases of the whole network. */
    public long parameters() {
        long d = dim;
        long patch = (long) PATCH * inChannels * d + d;
        long text = textDim * d + d + d * d + d;
        long head = (long) PATCH * outChannels * (d + 1) + 2 * d;
        return patch + text + timeParameters() + layers * blockParameters() + head;
    }

    /** Of what embeds the timestep. */
    public long timeParameters() {
        long d = dim;
        return FREQUENCIES * d + d + d * d + d + 6 * (d * d + d);
    }

    /** Of a block, what only prompts meet: k and v of cross-attention, and k's norm. */
    public long promptParameters() {
        long d = dim;
        return 2 * (d * d + d) + d;
    }

    /** Two attentions with q, k, v, o and two RMS norms each, the affine norm, the feed-forward and the modulation. */
    public long blockParameters() {
        long d = dim;
        long attention = 4 * (d * d + d) + 2 * d;
        return 2 * attention + 2 * d + 2 * d * ffnDim + ffnDim + d + 6 * d;
    }
}
