// Rows as fp8 products take them: e4m3, with the factor by which a row's values are to be multiplied. sm_89 and later.
#pragma once
#include "common/pack.cuh"
#include "common/reduce.cuh"

struct e4m3 {
    unsigned char bits;
};

/** Rounded to nearest even, the first lowest; NaN stays NaN. */
__device__ __forceinline__ u32 e4m3Quad(float a, float b, float c, float d) {
    u32 r = 0;
#if __CUDA_ARCH__ >= 890
    asm("{.reg .b16 low, high;\n"
        "cvt.rn.satfinite.e4m3x2.f32 low, %2, %1;\n"
        "cvt.rn.satfinite.e4m3x2.f32 high, %4, %3;\n"
        "mov.b32 %0, {low, high};}"
        : "=r"(r)
        : "f"(a), "f"(b), "f"(c), "f"(d));
#else
    __trap();
#endif
    return r;
}

/** The two values of a pair, the lower byte first. */
__device__ __forceinline__ void e4m3Values(u16 pair, float& low, float& high) {
    low = high = 0.f;
#if __CUDA_ARCH__ >= 890
    asm("{.reg .b32 both; .reg .f16 a, b;\n"
        "cvt.rn.f16x2.e4m3x2 both, %2;\n"
        "mov.b32 {a, b}, both;\n"
        "cvt.f32.f16 %0, a;\n"
        "cvt.f32.f16 %1, b;}"
        : "=f"(low), "=f"(high)
        : "h"(pair));
#else
    __trap();
#endif
}

template <int N> struct Pack<e4m3, N> {
    static_assert(N % 4 == 0, "four make a word");
    u32 word[N / 4];

    static __device__ __forceinline__ Pack of(const float (&v)[N]) {
        Pack r;
#pragma unroll
        for (int i = 0; i < N / 4; i++) r.word[i] = e4m3Quad(v[4 * i], v[4 * i + 1], v[4 * i + 2], v[4 * i + 3]);
        return r;
    }
    __device__ __forceinline__ void store(e4m3* p) const { streamOut(p, word); }
};

/** Of |b| as well; NaN if one is. */
__device__ __forceinline__ float larger(float a, float b) {
    float r;
    asm("max.NaN.f32 %0, %1, %2;" : "=f"(r) : "f"(a), "f"(fabsf(b)));
    return r;
}

/** v: the thread's packs of a row, 32 * WARPS * N elements apart from `out`. The largest magnitude of the row becomes 448. */
template <int WARPS, int N, int PACKS>
__device__ __forceinline__ void quantiseRow(float (&v)[PACKS][N], e4m3* out, float* scale) {
    float most = 1e-12f;                                       // a row of zeros stays one
#pragma unroll
    for (int i = 0; i < PACKS; i++)
#pragma unroll
        for (int j = 0; j < N; j++) most = larger(most, v[i][j]);
    most = largestOfRow<WARPS>(most);
    const float factor = most * (1.f / 448.f), inverse = 1.f / factor;
    if (threadIdx.x == 0) *scale = factor;
#pragma unroll
    for (int i = 0; i < PACKS; i++) {
#pragma unroll
        for (int j = 0; j < N; j++) v[i][j] *= inverse;
        Pack<e4m3, N>::of(v[i]).store(out + i * 32 * WARPS * N);
    }
}
