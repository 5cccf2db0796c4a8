// Nearest-exact upsampling by two in height and width on channels-last frames. With halves = 2 the two halves of the
// channels are two consecutive frames (the VAE's temporal upsampling), so that the interleaving is no pass of its own.
// Bytes: one read, four writes of the same size.
#include "common/pack.cuh"

/** x [frames, height, width, halves * chunks] -> out [halves * frames, 2 height, 2 width, chunks], in chunks of 4 WORDS bytes. */
template <int WORDS>
__global__ void __launch_bounds__(256) wan4j_upsample(
        const u32* __restrict__ x, u32* __restrict__ out, u32 height, u32 width, u32 chunks, u32 halves, u64 count) {
    const u64 index = (u64) blockIdx.x * 256 + threadIdx.x;
    if (index >= count) return;
    u32 v[WORDS];
    streamIn(v, x + index * WORDS);
    const u32 chunk = index % chunks, half = index / chunks % halves;
    const u64 pixel = index / chunks / halves;
    const u32 column = pixel % width, row = pixel / width % height;
    const u64 frame = pixel / width / height * halves + half;
    u32* to = out + (((frame * 2 * height + 2 * row) * 2 * width + 2 * column) * chunks + chunk) * WORDS;
    const u64 below = (u64) 2 * width * chunks * WORDS, right = (u64) chunks * WORDS;
    streamOut(to, v);
    streamOut(to + right, v);
    streamOut(to + below, v);
    streamOut(to + below + right, v);
}
