package io.github.wan4j.models.plan;

import io.github.wan4j.video.Tier;

/** In which numbers a job computes: the transformer's products, and the autoencoder. */
public record Numerics(Products products, Products autoencoder) {
    /** What a tier takes on a device that has everything; a CPU computes in fp32 whatever the tier. */
    static Numerics of(Tier tier, DeviceProfile device) {
        if (!device.gpu()) {
            return new Numerics(Products.FP32, Products.FP32);
        }
        return switch (tier) {
            case EXACT -> new Numerics(Products.BF16, Products.FP32);
            case QUALITY -> new Numerics(Products.BF16, Products.BF16);
            case BALANCED, SPEED -> new Numerics(Products.FP8, Products.BF16);
        };
    }

    /** Whoever asks for fp32 means all of it. */
    Numerics withProducts(Products other) {
        return new Numerics(other, other == Products.FP32 ? other : autoencoder);
    }

    @Override
    public String toString() {
        return products.label() + " products, autoencoder in " + autoencoder.label();
    }

    /** Of the products that keep bf16 where the others have fp8. */
    Products withoutFp8() {
        return products == Products.FP8 ? Products.BF16 : products;
    }
}
