package io.github.wan4j.models.vae;

import io.github.wan4j.core.VaeTile;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import org.jspecify.annotations.Nullable;

/** Tiles of a picture, row by row. */
record TileGrid(TileAxis rows, TileAxis columns) {
    /** Of height × width latents, {@code stride} pixels each; one tile for all if none is asked for. */
    static TileGrid of(@Nullable VaeTile tile, long height, long width, int stride) {
        long size = tile == null ? Math.max(height, width) : tile.size() / stride;
        long overlap = tile == null ? 0 : tile.overlap() / stride;
        return new TileGrid(new TileAxis(height, size, overlap), new TileAxis(width, size, overlap));
    }

    int count() {
        return rows.count() * columns.count();
    }

    /** A view of the tile in [.., H, W], where every unit of the grid is {@code scale} pixels. */
    Tensor part(Tensor whole, int tile, int scale) {
        return whole.narrow(-2, rows.start(row(tile)) * scale, rows.size() * scale)
                .narrow(-1, columns.start(column(tile)) * scale, columns.size() * scale);
    }

    /** How much the tile counts at each of its pixels, [h, w] f32; 1 in sum over all tiles. */
    Tensor weights(int tile, int scale) {
        Tensor down = Tensors.of(rows.weights(row(tile), scale), -1, 1);
        Tensor across = Tensors.of(columns.weights(column(tile), scale), 1, -1);
        return down.mul(across);
    }

    private int row(int tile) {
        return tile / columns.count();
    }

    private int column(int tile) {
        return tile % columns.count();
    }
}
