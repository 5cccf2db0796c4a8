// Attention over two sets of keys, put together: a becomes a + (b - a) * share, share = exp(lb) / (exp(la) + exp(lb)).
// a, b [B, L, H, D] bf16; la, lb [B, H, L], the logarithms of the sums of the exponentials.
// Bytes: a twice, b once; the logarithms come from L2. Expected: 85 % of the copy rate.
#include "common/pack.cuh"

template <int D>
__global__ void __launch_bounds__(256) wan4j_merge(
        bf16* __restrict__ a, const bf16* __restrict__ b, const float* __restrict__ la, const float* __restrict__ lb,
        int heads, int length, u64 packs) {
    static_assert(D % 8 == 0, "a thread moves 16 bytes");
    const u64 pack = (u64) blockIdx.x * 256 + threadIdx.x;
    if (pack >= packs) return;
    const u64 row = pack / (D / 8), head = row % heads, token = row / heads % length, batch = row / heads / length;
    const u64 at = (batch * heads + head) * length + token;
    const float share = 1.f / (1.f + expf(la[at] - lb[at]));
    const auto x = Pack<bf16, 8>::stream(a + pack * 8), y = Pack<bf16, 8>::stream(b + pack * 8);
    float o[8];
#pragma unroll
    for (int i = 0; i < 8; i++) o[i] = x[i] + (y[i] - x[i]) * share;
    Pack<bf16, 8>::of(o).store(a + pack * 8);
}
