// Upsampling by two (nearest-exact) and the 3x3 convolution behind it, as one 2x2 convolution of the small picture: each
// of the pixels (a, b) that a small one becomes sees 2x2 small ones, so taps that meet the same one are summed: 4 in place
// of 9. The convolution makes the channels of all four pixels, of a picture larger by one in height and width.
// Bytes of the merge: one read and one write of the result, and the shortcut.
#include "common/pack.cuh"

/** weight [O, I, 3, 3] -> folded [4 O, I, 2, 2] with I the fastest in memory, pixel (a, b) slowest; count = O * I. */
template <class T>
__global__ void __launch_bounds__(256) wan4j_upsample_fold(
        const T* __restrict__ weight, T* __restrict__ folded, u32 inputs, u32 count) {
    const u32 index = blockIdx.x * 256 + threadIdx.x;
    if (index >= count) return;
    float w[3][3];
#pragma unroll
    for (int k = 0; k < 9; k++) w[k / 3][k % 3] = valueOf(weight[(u64) index * 9 + k]);
    const u32 input = index % inputs, output = index / inputs, outputs = count / inputs;
#pragma unroll
    for (int k = 0; k < 16; k++) {
        const int a = k >> 3, b = k >> 2 & 1, p = k >> 1 & 1, q = k & 1;
        float sum = 0.f;
#pragma unroll
        for (int y = 0; y < 3; y++)
#pragma unroll
            for (int x = 0; x < 3; x++)
                if ((y + 1 - a) / 2 == p && (x + 1 - b) / 2 == q) sum += w[y][x];
        put(folded + (((u64) (2 * a + b) * outputs + output) * 4 + 2 * p + q) * inputs + input, sum);
    }
}

/**
 * y [frames, height + 1, width + 1, 4, C] -> out [frames, 2 height, 2 width, C], plus bias [C] and, unless it is null, the
 * shortcut [.., height, width, inputs]: each channel `repeats` times in a row, unfolded into channels, `times` frames, rows
 * and columns, of which the result begins at frame `first`. A thread does N channels of a pixel, count = all of them.
 */
template <class T, int N>
__global__ void __launch_bounds__(256) wan4j_upsample_merge(
        const T* __restrict__ y, const T* __restrict__ bias, T* __restrict__ out, u32 height, u32 width, u32 packs,
        const T* __restrict__ shortcut, u32 inputs, u32 repeats, u32 times, u32 first, u32 count) {
    const u32 index = blockIdx.x * 256 + threadIdx.x;
    if (index >= count) return;
    const u32 at = index % packs * N, pixel = index / packs, channels = packs * N;
    const u32 column = pixel % (2 * width), line = pixel / (2 * width), row = line % (2 * height), frame = line / (2 * height);
    const u32 a = row & 1, b = column & 1;
    const u64 from = (((u64) frame * (height + 1) + (row + 1) / 2) * (width + 1) + (column + 1) / 2) * 4 + 2 * a + b;
    const auto v = Pack<T, N>::stream(y + from * channels + at);
    const auto c = Pack<T, N>::cached(bias + at);
    float o[N];
#pragma unroll
    for (int j = 0; j < N; j++) o[j] = v[j] + c[j];
    if (shortcut) {
        const u32 when = frame + first;
        const T* x = shortcut + (((u64) (when / times) * height + row / 2) * width + column / 2) * inputs;
        if (repeats == 4 * times) {
            const auto s = Pack<T, N>::cached(x + at);
#pragma unroll
            for (int j = 0; j < N; j++) o[j] += s[j];
        } else {
#pragma unroll
            for (int j = 0; j < N; j++) o[j] += valueOf(x[(((at + j) * times + when % times) * 4 + 2 * a + b) / repeats]);
        }
    }
    Pack<T, N>::of(o).store(out + (u64) index * N);
}
