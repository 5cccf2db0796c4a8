package io.github.wan4j.models.vae;

import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;

/**
 * A picture put together from tiles that fade into each other: canvas [1, C, T, H, W] f32, zeros at first, with
 * {@code scale} pixels to each unit of the grid.
 */
record Blend(Tensor canvas, TileGrid grid, int scale) {
    /** Adds frames [1, C, n, h, w] of a tile, on any device, from frame {@code first} on. */
    void add(int tile, long first, Tensor frames) {
        try (Scope scope = Scope.open("vae.blend")) {
            Tensor place = grid.part(canvas, tile, scale()).narrow(2, first, frames.size(2));
            Tensor weighted =
                    frames.to(DType.F32).mul(grid.weights(tile, scale()).to(frames.device(), DType.F32));
            Tensor written = place.copyFrom(place.add(weighted.to(canvas.device(), DType.F32)));
            assert written == place;
        }
    }
}
