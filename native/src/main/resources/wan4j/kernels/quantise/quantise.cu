// Rows to e4m3, each over its own scale, optionally after a GELU (tanh form) in fp32: what stands before an fp8 product whose
// input no other pass writes. One block a row, which stays in registers between its largest magnitude and its rounding.
// gelu(x) = x / (1 + exp(-2 sqrt(2/pi) (x + 0.044715 x^3))), as exact for large |x| as for small.
// Bytes: one read of x, one write of a byte an element. Expected: 85 % of the copy rate at D = 5120 and 13824.
#include "common/fp8.cuh"

__device__ __forceinline__ float gelu(float x) {
    return __fdividef(x, 1.f + __expf(x * (-1.5957691216f - 0.0713548162726f * x * x)));
}

template <class In, int D, int N, int WARPS, bool GELU>
__global__ void __launch_bounds__(32 * WARPS) wan4j_quantise(
        const In* __restrict__ x, e4m3* __restrict__ out, float* __restrict__ scales, int stride) {
    constexpr int STEP = 32 * WARPS * N, PACKS = D / STEP;
    static_assert(D == PACKS * STEP, "D must be a multiple of 32 * WARPS * N");
    const int at = threadIdx.x * N;
    const In* row = x + (u64) blockIdx.x * stride + at;
    Pack<In, N> in[PACKS];
#pragma unroll
    for (int i = 0; i < PACKS; i++) in[i] = Pack<In, N>::stream(row + i * STEP);
    float v[PACKS][N];
#pragma unroll
    for (int i = 0; i < PACKS; i++)
#pragma unroll
        for (int j = 0; j < N; j++) v[i][j] = GELU ? gelu(in[i][j]) : in[i][j];
    quantiseRow<WARPS>(v, out + (u64) blockIdx.x * D + at, scales + blockIdx.x);
}
