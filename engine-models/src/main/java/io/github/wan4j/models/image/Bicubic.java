package io.github.wan4j.models.image;

import io.github.wan4j.video.Size;

/**
 * Bicubic interpolation in float32 as torch's on the CPU: no antialiasing, {@code align_corners} false, edges replicated,
 * the result not clamped. The places of {@link Math#fma} are torch's too, so that the last bit agrees.
 */
final class Bicubic {
    /** Keys' parameter A. */
    private static final float A = -0.75f;

    private static final int TAPS = 4;

    private Bicubic() {}

    /** {@code planes [c, from.height, from.width]} to [c, to.height, to.width]: the width first, then the height. */
    static float[] resize(float[] planes, Size from, Size to) {
        int rows = planes.length / from.width();
        int channels = rows / from.height();
        Taps acrossWidth = Taps.of(from.width(), to.width());
        Taps acrossHeight = Taps.of(from.height(), to.height());
        float[] wide = new float[rows * to.width()];
        for (int y = 0; y < rows; y++) {
            acrossWidth.alongRow(planes, y * from.width(), wide, y * to.width());
        }
        float[] out = new float[channels * to.height() * to.width()];
        for (int c = 0; c < channels; c++) {
            int plane = c * from.height() * to.width();
            acrossHeight.acrossRows(wide, plane, out, c * to.height() * to.width(), to.width());
        }
        return out;
    }

    private static float interpolate(float s0, float w0, float s1, float w1, float s2, float w2, float s3, float w3) {
        return Math.fma(s3, w3, Math.fma(s2, w2, Math.fma(s0, w0, s1 * w1)));
    }

    /** For each output position four input positions and their weights. */
    private static final class Taps {
        final int[] position;
        final float[] weight;

        private Taps(int[] position, float[] weight) {
            this.position = position;
            this.weight = weight;
        }

        static Taps of(int sizeIn, int sizeOut) {
            int[] position = new int[TAPS * sizeOut];
            float[] weight = new float[TAPS * sizeOut];
            float scale = (float) sizeIn / sizeOut;
            for (int i = 0; i < sizeOut; i++) {
                float source = Math.fma(scale, i + 0.5f, -0.5f);
                int floor = (int) Math.floor(source);
                float t = source - floor;
                float u = 1 - t;
                for (int j = 0; j < TAPS; j++) {
                    position[TAPS * i + j] = Math.max(0, Math.min(sizeIn - 1, floor - 1 + j));
                }
                weight[TAPS * i] = outer(t + 1);
                weight[TAPS * i + 1] = inner(t);
                weight[TAPS * i + 2] = inner(u);
                weight[TAPS * i + 3] = outer(u + 1);
            }
            return new Taps(position, weight);
        }

        /** The kernel on [0, 1]. */
        private static float inner(float x) {
            return (((A + 2) * x - (A + 3)) * x) * x + 1;
        }

        /** The kernel on [1, 2]. */
        private static float outer(float x) {
            return Math.fma(A * x - 5 * A, x, 8 * A) * x - 4 * A;
        }

        void alongRow(float[] in, int offset, float[] out, int outOffset) {
            for (int x = 0, k = 0; k < position.length; x++, k += TAPS) {
                out[outOffset + x] = interpolate(
                        in[offset + position[k]], weight[k],
                        in[offset + position[k + 1]], weight[k + 1],
                        in[offset + position[k + 2]], weight[k + 2],
                        in[offset + position[k + 3]], weight[k + 3]);
            }
        }

        void acrossRows(float[] in, int offset, float[] out, int outOffset, int width) {
            for (int y = 0, k = 0; k < position.length; y++, k += TAPS) {
                int row0 = offset + position[k] * width;
                int row1 = offset + position[k + 1] * width;
                int row2 = offset + position[k + 2] * width;
                int row3 = offset + position[k + 3] * width;
                for (int x = 0; x < width; x++) {
                    out[outOffset + y * width + x] = interpolate(
                            in[row0 + x], weight[k],
                            in[row1 + x], weight[k + 1],
                            in[row2 + x], weight[k + 2],
                            in[row3 + x], weight[k + 3]);
                }
            }
        }
    }
}
