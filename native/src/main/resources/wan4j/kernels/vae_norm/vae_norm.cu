// The VAE's norm over channels (x / max(|x|, 1e-12) * sqrt(C) * gamma), with SiLU, on channels-last frames; LANES threads
// hold one pixel. The first `front` frames of the result come from the last `kept` frames of history, zeros before them,
// so neither the causal padding nor the concatenation with the cache is a copy of its own. The bias of the convolution that
// made x is added here as well (null: none).
// Bytes: one read of x and of the history that is used, one write. Expected: 85 % of the copy rate from C = 96 on.
#include "common/pack.cuh"
#include "common/reduce.cuh"

template <class T> __device__ __forceinline__ float silu(float v);
template <> __device__ __forceinline__ float silu<float>(float v) { return v / (1.f + expf(-v)); }
template <> __device__ __forceinline__ float silu<bf16>(float v) { return __fdividef(v, 1.f + __expf(-v)); }

/** x [frames, pixels, C], offset [C] or null, history [kept, pixels, C], kept <= front, out [front + frames, pixels, C]. */
template <class T, class Weight, int C, int N, int LANES, bool SILU>
__global__ void __launch_bounds__(256) wan4j_vae_norm(
        const T* __restrict__ x, const T* __restrict__ offset, const Weight* __restrict__ gamma,
        const T* __restrict__ history, T* __restrict__ out, u32 pixels, u32 frames, u32 front, u32 kept) {
    constexpr int STEP = LANES * N, PACKS = C / STEP;
    static_assert(C == PACKS * STEP && 32 % LANES == 0, "C must be a multiple of LANES * N");
    const u32 position = blockIdx.x * (256 / LANES) + threadIdx.x / LANES, all = (front + frames) * pixels;
    const int at = threadIdx.x % LANES * N;
    const bool real = position >= front * pixels && position < all;
    Pack<T, N> v[PACKS] = {};
    if (real) {
        const T* from = x + (u64) (position - front * pixels) * C + at;
#pragma unroll
        for (int i = 0; i < PACKS; i++) v[i] = Pack<T, N>::stream(from + i * STEP);
    } else if (position < all && position >= (front - kept) * pixels) {
        const T* from = history + (u64) (position - (front - kept) * pixels) * C + at;
#pragma unroll
        for (int i = 0; i < PACKS; i++) v[i] = Pack<T, N>::stream(from + i * STEP);
    }
    float sum = 0.f;
#pragma unroll
    for (int i = 0; i < PACKS; i++) {
        const auto b = offset ? Pack<T, N>::cached(offset + i * STEP + at) : Pack<T, N>{};
#pragma unroll
        for (int j = 0; j < N; j++) sum += (v[i][j] + b[j]) * (v[i][j] + b[j]);
    }
    const float r = sqrtf((float) C) / fmaxf(sqrtf(sumOverLanes<LANES>(sum)), 1e-12f);
    if (position >= all) return;
    T* to = out + (u64) position * C + at;
#pragma unroll
    for (int i = 0; i < PACKS; i++) {
        if (real) {
            const auto g = Pack<Weight, N>::cached(gamma + i * STEP + at);
            const auto b = offset ? Pack<T, N>::cached(offset + i * STEP + at) : Pack<T, N>{};
            float o[N];
#pragma unroll
            for (int j = 0; j < N; j++) {
                const float y = (v[i][j] + b[j]) * r * g[j];
                o[j] = SILU ? silu<T>(y) : y;
            }
            v[i] = Pack<T, N>::of(o);
        }
        v[i].store(to + i * STEP);
    }
}
