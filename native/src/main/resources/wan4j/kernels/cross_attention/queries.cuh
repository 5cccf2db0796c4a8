// What the kernels for cross-attention share.
#pragma once
#include "common/mma.cuh"
#include "common/pack.cuh"

namespace cross_attention {
constexpr int HEAD = 128;
/** Sums refer to a new maximum once it has grown by so many powers of two. */
constexpr float LAZY = 8.f;

/**
 * N queries of a warp on their way to shared memory, each thread's part to places of its own, and what they are to be multiplied
 * by behind them; behind the last query there is the last.
 */
template <int N>
__device__ __forceinline__ void request(
        char* memory, const bf16* q, const float* factors, u32 place, u32 token, int row, int length, int heads) {
    const int lane = threadIdx.x % 32;
    if (lane < N) copyAsync4(memory + N * HEAD * 2 + lane * 4, factors + token + min(row + lane, length - 1));
#pragma unroll
    for (int eight = 0; eight < N / 8; eight++) {
        const u32 known = place + min(row + eight * 8 + lane / 4, length - 1) * heads;
        const bf16* from = q + (u64) known * HEAD + lane % 4 * 8;
#pragma unroll
        for (int p = 0; p < 4; p++) copyAsync16(memory + (eight * 4 + p) * 512 + lane * 16, from + p * 32);
    }
}

__device__ __forceinline__ u32 normed(u32 pair, float factor, float w0, float w1) {
    const u32 x = bf16Pair(bf16Low(pair) * factor, bf16High(pair) * factor);
    return bf16Pair(bf16Low(x) * w0, bf16High(x) * w1);
}

/** These queries, normalised, as products take them: for each 16 of them eight times 16 columns. */
template <int N>
__device__ __forceinline__ void normalise(u32 (&a)[N / 16][8][4], const char* memory, const float* weights) {
    const int lane = threadIdx.x % 32;
#pragma unroll
    for (int p = 0; p < 4; p++) {
        const float4* weight = (const float4*) (weights + p * 32 + lane % 4 * 8);
        const float4 w0 = weight[0], w1 = weight[1];
#pragma unroll
        for (int eight = 0; eight < N / 8; eight++) {
            const float factor = *(const float*) (memory + N * HEAD * 2 + (eight * 8 + lane / 4) * 4);
            const uint4 x = *(const uint4*) (memory + (eight * 4 + p) * 512 + lane * 16);
            u32(&low)[4] = a[eight / 2][2 * p];
            u32(&high)[4] = a[eight / 2][2 * p + 1];
            low[eight % 2] = normed(x.x, factor, w0.x, w0.y), low[2 + eight % 2] = normed(x.y, factor, w0.z, w0.w);
            high[eight % 2] = normed(x.z, factor, w1.x, w1.y), high[2 + eight % 2] = normed(x.w, factor, w1.z, w1.w);
        }
    }
}
}  // namespace cross_attention
