// LayerNorm of one row held in registers, times (base + scale), plus shift; to e4m3 with the row's own scale where Out is that.
#pragma once
#include "common/fp8.cuh"

/** The first `split` tokens of each batch item take row 0 of the modulation, the others the row `stride` elements on. */
struct Rows {
    int length, split, stride;
    __device__ __forceinline__ u64 offset(u32 row) const { return (int) (row % (u32) length) < split ? 0 : (u64) stride; }
};

/** v: the thread's packs, STEP elements apart from column `at`. base is 1 for a modulation, 0 for an affine weight. */
template <class In, class Out, int D, int WARPS, int N, int PACKS>
__device__ __forceinline__ void normModulate(const Pack<In, N> (&v)[PACKS], const float* scale, const float* shift,
        Out* out, float* rowScale, int at, float base, float epsilon) {
    constexpr int STEP = 32 * WARPS * N, COUNT = PACKS * N;
    float sum = 0.f, square = 0.f;
#pragma unroll
    for (int i = 0; i < PACKS; i++)
#pragma unroll
        for (int j = 0; j < N; j++) sum += v[i][j];
    const float own = sum * (1.f / COUNT);
#pragma unroll
    for (int i = 0; i < PACKS; i++)
#pragma unroll
        for (int j = 0; j < N; j++) {
            const float a = v[i][j] - own;
            square += a * a;
        }
    const Moments m = momentsOverRow<WARPS>({own, square}, COUNT);
    const float r = rsqrtf(m.square * (1.f / D) + epsilon);
    constexpr bool FP8 = sizeof(Out) == 1;
    float o[PACKS][N];
#pragma unroll
    for (int i = 0; i < PACKS; i++) {
        const int c = i * STEP + at;
        const auto a = Pack<float, N>::cached(scale + c), b = Pack<float, N>::cached(shift + c);
#pragma unroll
        for (int j = 0; j < N; j++) o[i][j] = rounded<In>((v[i][j] - m.mean) * r) * (base + a[j]) + b[j];
        if constexpr (!FP8) Pack<Out, N>::of(o[i]).store(out + c);
    }
    if constexpr (FP8) quantiseRow<WARPS>(o, out + at, rowScale);
}
