// Patches of 1 x 2 x 2: latents [C, T, h, w] f32 to rows [T h/2 w/2, 4 C] (feature order channel, dy, dx) and back
// (feature order dy, dx, channel; the value is rounded to bf16, where the reference's velocity is).
// Bytes: one read, one write; a few megabytes, so a launch's length and no more.
#include "common/pack.cuh"

/** One thread a token and channel, tokens fastest: reads are coalesced, writes are 8 or 16 bytes. */
template <class Out>
__global__ void __launch_bounds__(256) wan4j_patchify(
        const float* __restrict__ x, Out* __restrict__ out, int channels, int frames, int height, int width) {
    const int columns = width / 2, rows = height / 2, tokens = frames * rows * columns;
    const int token = blockIdx.x * 256 + threadIdx.x, c = blockIdx.y;
    if (token >= tokens) return;
    const int column = token % columns, row = token / columns % rows, frame = token / columns / rows;
    const float* from = x + (((u64) c * frames + frame) * height + 2 * row) * width + 2 * column;
    const auto top = Pack<float, 2>::stream(from), bottom = Pack<float, 2>::stream(from + width);
    const float o[4] = {top[0], top[1], bottom[0], bottom[1]};
    Pack<Out, 4>::of(o).store(out + ((u64) token * channels + c) * 4);
}

template <class In>
__global__ void __launch_bounds__(256) wan4j_unpatchify(
        const In* __restrict__ x, float* __restrict__ out, int channels, int frames, int height, int width) {
    const int columns = width / 2, rows = height / 2, tokens = frames * rows * columns;
    const int token = blockIdx.x * 256 + threadIdx.x, c = blockIdx.y;
    if (token >= tokens) return;
    const int column = token % columns, row = token / columns % rows, frame = token / columns / rows;
    const In* from = x + (u64) token * channels * 4 + c;
    float* to = out + (((u64) c * frames + frame) * height + 2 * row) * width + 2 * column;
#pragma unroll
    for (int dy = 0; dy < 2; dy++) {
        const float o[2] = {rounded<bf16>(valueOf(from[2 * dy * channels])),
                            rounded<bf16>(valueOf(from[(2 * dy + 1) * channels]))};
        Pack<float, 2>::of(o).store(to + dy * width);
    }
}
