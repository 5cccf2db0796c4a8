// Sums over one row that a block of WARPS warps holds. The order of the additions is fixed, so results repeat bit for bit.
// Each of the two may be called once in a kernel: the scratch is not reused, which saves a barrier.
#pragma once
#include "common/types.cuh"

template <int LANES> __device__ __forceinline__ float sumOverLanes(float v) {
#pragma unroll
    for (int lane = 1; lane < LANES; lane <<= 1) v += __shfl_xor_sync(0xffffffffu, v, lane);
    return v;
}

/** K sums at once. */
template <int WARPS, int K> __device__ __forceinline__ void sumOverRow(float (&v)[K]) {
#pragma unroll
    for (int k = 0; k < K; k++) v[k] = sumOverLanes<32>(v[k]);
    if constexpr (WARPS > 1) {
        __shared__ float part[WARPS][K];
        if ((threadIdx.x & 31) == 0)
#pragma unroll
            for (int k = 0; k < K; k++) part[threadIdx.x >> 5][k] = v[k];
        __syncthreads();
#pragma unroll
        for (int k = 0; k < K; k++) {
            v[k] = part[0][k];
#pragma unroll
            for (int w = 1; w < WARPS; w++) v[k] += part[w][k];
        }
    }
}

/** Of values that are not negative; NaN if one is. Their bits are in the order of their values, NaN's above all. */
template <int WARPS> __device__ __forceinline__ float largestOfRow(float v) {
    u32 bits = __reduce_max_sync(0xffffffffu, __float_as_uint(v) & 0x7fffffffu);
    if constexpr (WARPS > 1) {
        __shared__ u32 part[WARPS];
        if ((threadIdx.x & 31) == 0) part[threadIdx.x >> 5] = bits;
        __syncthreads();
#pragma unroll
        for (int w = 0; w < WARPS; w++) bits = max(bits, part[w]);
    }
    return __uint_as_float(bits);
}

/** Mean, and the sum of squares around it. */
struct Moments {
    float mean, square;
};

/** Merges the moments of `count` values a thread as Chan does: as exact as two passes, with one barrier. */
template <int WARPS> __device__ __forceinline__ Moments momentsOverRow(Moments m, float count) {
#pragma unroll
    for (int lane = 1; lane < 32; lane <<= 1) {
        const float mean = __shfl_xor_sync(0xffffffffu, m.mean, lane);
        const float square = __shfl_xor_sync(0xffffffffu, m.square, lane);
        const float apart = mean - m.mean;
        m.square = (m.square + square) + apart * apart * (count * 0.5f);
        m.mean = (m.mean + mean) * 0.5f;
        count *= 2.f;
    }
    if constexpr (WARPS > 1) {
        __shared__ Moments part[WARPS];
        if ((threadIdx.x & 31) == 0) part[threadIdx.x >> 5] = m;
        __syncthreads();
        float mean = 0.f, square = 0.f;
#pragma unroll
        for (int w = 0; w < WARPS; w++) mean += part[w].mean;
        mean *= 1.f / WARPS;
#pragma unroll
        for (int w = 0; w < WARPS; w++) {
            const float apart = part[w].mean - mean;
            square += part[w].square + apart * apart * count;
        }
        m = {mean, square};
    }
    return m;
}
