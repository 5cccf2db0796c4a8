// Attention over keys of which the last n are copies of the one before, with values of zero, becomes attention without them:
// out /= 1 - n exp(scale q.k - l), k the last key, l the logarithm of the sum of all exponentials.
// out, q [B, L, H, D] bf16; last [B, H, D] bf16; l [B, H, L] f32. D / 8 lanes hold a row.
// Bytes: out twice, q once. Expected: 85 % of the copy rate.
#include "common/pack.cuh"
#include "common/reduce.cuh"

template <int D>
__global__ void __launch_bounds__(256) wan4j_leave_out(
        bf16* __restrict__ out, const bf16* __restrict__ q, const bf16* __restrict__ last, const float* __restrict__ l,
        float scale, float copies, int heads, int length, u64 rows) {
    constexpr int LANES = D / 8;
    static_assert(D == LANES * 8 && 32 % LANES == 0, "a row is held by a power of two of lanes");
    const u64 row = ((u64) blockIdx.x * 256 + threadIdx.x) / LANES;
    const int at = threadIdx.x % LANES * 8;
    const u64 known = row < rows ? row : rows - 1; // all lanes take part in the sum
    const u64 head = known % heads, token = known / heads % length, batch = known / heads / length;
    const auto a = Pack<bf16, 8>::stream(q + known * D + at);
    const auto b = Pack<bf16, 8>::cached(last + (batch * heads + head) * D + at);
    auto o = Pack<bf16, 8>::stream(out + known * D + at);
    float dot = 0.f;
#pragma unroll
    for (int i = 0; i < 8; i++) dot += a[i] * b[i];
    dot = sumOverLanes<LANES>(dot);
    const float factor = 1.f / (1.f - copies * expf(scale * dot - l[(batch * heads + head) * length + token]));
    float r[8];
#pragma unroll
    for (int i = 0; i < 8; i++) r[i] = o[i] * factor;
    if (row < rows) Pack<bf16, 8>::of(r).store(out + row * D + at);
}
