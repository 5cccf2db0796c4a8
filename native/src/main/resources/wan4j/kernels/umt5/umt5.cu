// The two places where UMT5's bf16 roundings, one an elementary operation, forbid torch's fused operators.
#include "common/pack.cuh"
#include "common/reduce.cuh"

/** 0.5 g (1 + tanh(sqrt(2/pi) (g + 0.044715 g^3))), every step rounded to bf16. */
__device__ __forceinline__ float steppedGelu(float g) {
    const float cube = rounded<bf16>(rounded<bf16>(g * g) * g);
    const float inner = rounded<bf16>(g + rounded<bf16>(0.044715f * cube));
    const float tangent = rounded<bf16>(tanhf(rounded<bf16>(0.7978845608028654f * inner)));
    return rounded<bf16>(rounded<bf16>(0.5f * g) * rounded<bf16>(1.f + tangent));
}

/** out = up * gelu(gate) on rows of `width` (a multiple of 8). Bytes: gate, up, out. */
__global__ void __launch_bounds__(256) wan4j_gated_gelu(
        const bf16* __restrict__ gate, const bf16* __restrict__ up, bf16* __restrict__ out, int width, int strideGate,
        int strideUp, u64 packs) {
    const u64 index = (u64) blockIdx.x * 256 + threadIdx.x;
    if (index >= packs) return;
    const u64 row = index / (u32) (width / 8), column = index % (u32) (width / 8) * 8;
    const auto g = Pack<bf16, 8>::stream(gate + row * strideGate + column);
    const auto u = Pack<bf16, 8>::stream(up + row * strideUp + column);
    float o[8];
#pragma unroll
    for (int i = 0; i < 8; i++) o[i] = u[i] * steppedGelu(g[i]);
    Pack<bf16, 8>::of(o).store(out + row * width + column);
}

/**
 * probabilities = bf16(softmax in fp32 of bf16(scores + bias)), one warp a row of up to 32 * PER keys.
 * scores [B, H, L, keys]; bias [H, L + keys - 1] by distance: query l and key s take element s - l + L - 1.
 * Bytes: scores, probabilities; the bias stays in L1.
 */
template <int PER>
__global__ void __launch_bounds__(128) wan4j_bias_softmax(
        const bf16* __restrict__ scores, const bf16* __restrict__ bias, bf16* __restrict__ out, int keys, u32 queries,
        u32 heads, u32 rows) {
    const u32 row = blockIdx.x * 4 + threadIdx.x / 32, lane = threadIdx.x & 31;
    if (row >= rows) return;
    const u32 query = row % queries, head = row / queries % heads;
    const u64 at = (u64) row * keys, shared = (u64) head * (queries + keys - 1) + (queries - 1 - query);
    float v[PER], greatest = -__int_as_float(0x7f800000);
#pragma unroll
    for (int i = 0; i < PER; i++) {
        const int key = i * 32 + lane;
        v[i] = key < keys ? rounded<bf16>(valueOf(scores[at + key]) + valueOf(bias[shared + key])) : -__int_as_float(0x7f800000);
        greatest = fmaxf(greatest, v[i]);
    }
#pragma unroll
    for (int other = 1; other < 32; other <<= 1) greatest = fmaxf(greatest, __shfl_xor_sync(0xffffffffu, greatest, other));
    float sum = 0.f;
#pragma unroll
    for (int i = 0; i < PER; i++) sum += v[i] = expf(v[i] - greatest);
    const float inverse = 1.f / sumOverLanes<32>(sum);
#pragma unroll
    for (int i = 0; i < PER; i++)
        if (i * 32 + lane < keys) put(out + at + i * 32 + lane, v[i] * inverse);
}
