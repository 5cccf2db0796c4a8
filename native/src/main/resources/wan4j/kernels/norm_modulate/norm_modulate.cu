// out = layerNorm(x) * (base + scale) + shift, one block a row; statistics and modulation in fp32, the norm rounded to
// the type of x as the reference does. Fuses the norm, two elementwise passes and the cast to bf16.
// e4m3 where Out is that, each row over its own scale, which goes to rowScales; those of other types are not touched.
// Bytes: one read of x, one write of out; scale and shift come from L1 (2 * 4 D a row, a third of what L1 can give).
// Expected: 85 % of the copy rate at D = 5120, f32 -> bf16.
#include "common/norm.cuh"

template <class In, class Out, int D, int N, int WARPS>
__global__ void __launch_bounds__(32 * WARPS) wan4j_norm_modulate(
        const In* __restrict__ x, const float* __restrict__ scale, const float* __restrict__ shift,
        Out* __restrict__ out, int length, int split, int stride, float base, float epsilon,
        float* __restrict__ rowScales) {
    constexpr int STEP = 32 * WARPS * N, PACKS = D / STEP;
    static_assert(D == PACKS * STEP, "D must be a multiple of 32 * WARPS * N");
    const int at = threadIdx.x * N;
    const In* row = x + (u64) blockIdx.x * D + at;
    Pack<In, N> v[PACKS];
#pragma unroll
    for (int i = 0; i < PACKS; i++) v[i] = Pack<In, N>::stream(row + i * STEP);
    const u64 chosen = Rows{length, split, stride}.offset(blockIdx.x);
    normModulate<In, Out, D, WARPS>(v, scale + chosen, shift + chosen, out + (u64) blockIdx.x * D, rowScales + blockIdx.x, at,
            base, epsilon);
}
