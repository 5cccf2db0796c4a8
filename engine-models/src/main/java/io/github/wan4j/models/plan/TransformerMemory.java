package io.github.wan4j.models.plan;

/** What one expert takes on a device: its weights, as they are held, and what a forward makes. */
final class TransformerMemory {
    /** Blocks of a network whose weights pass that are there at a time. */
    private static final int SLOTS = 2;

    /** Up to so many tokens pass a block as one; more go in parts of so many, and only what all need is there for all. */
    private static final int MOST_AT_ONCE = 40_960;

    private static final int PART = 12_672;

    private final TransformerShape shape;
    private final Products products;
    private final boolean gpu;

    TransformerMemory(TransformerShape shape, Products products, boolean gpu) {
        this.shape = shape;
        this.products = products;
        this.gpu = gpu;
    }

    /** All weights of one expert; in fp8 only inner blocks are, and of those not what prompts meet. */
    long weights() {
        return besideBlocks() + promptWeights() + blocks();
    }

    /** The same where what only prompts meet passes by. */
    long weightsWithoutPrompt() {
        return besideBlocks() + slots() * promptBlock() + blocks();
    }

    /** Two blocks, and what is no block. */
    long streamed() {
        return besideBlocks()
                + slots() * (promptBlock() + (shape.blockParameters() - shape.promptParameters()) * wide());
    }

    /** What is no block: it stays while blocks come and go. Timesteps are embedded in f32. */
    long besideBlocks() {
        long others = shape.parameters() - shape.layers() * shape.blockParameters() - shape.timeParameters();
        return others * wide() + shape.timeParameters() * Float.BYTES;
    }

    /** What only prompts meet of all blocks. */
    long promptWeights() {
        return shape.layers() * promptBlock();
    }

    private long promptBlock() {
        return shape.promptParameters() * wide();
    }

    private long blocks() {
        long outer = products == Products.FP8 ? slots() : 0;
        return (shape.blockParameters() - shape.promptParameters())
                * (outer * wide() + (shape.layers() - outer) * products.bytes());
    }

    private int slots() {
        return Math.min(SLOTS, shape.layers());
    }

    private int wide() {
        return Math.max(2, products.bytes());
    }

    /**
     * Of a forward. For every token at work: the residual stream in f32 and the larger of attention (norm, q, k, v with their
     * raw products, the result) and feed-forward (norm, hidden, out). Of a long sequence a part is at work while residual
     * stream, keys and values are there for all.
     */
    long activations(long tokens, int batch) {
        long element = products.activationBytes();
        long dim = shape.dim();
        long attention = 13 * dim * element / 2;
        long feedForward = (2 * dim + shape.ffnDim()) * element;
        long atWork = 4 * dim + Math.max(attention, feedForward);
        boolean parts = gpu && tokens > MOST_AT_ONCE;
        return batch
                * (parts ? tokens * (4 + 2 * element) * dim + PART * (atWork - 2 * element * dim) : tokens * atWork);
    }

    /** What the first branch of a step leaves to the second, in f32. */
    long stem(long tokens) {
        return tokens * shape.dim() * Float.BYTES;
    }
}
