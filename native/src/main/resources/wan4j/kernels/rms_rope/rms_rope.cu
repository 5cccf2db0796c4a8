// RMS norm over the whole width before the heads are split, weight, and (wan4j_rms_rope) the rotation of queries or keys.
// Rounding points: x * rsqrt(mean(x^2) + eps) to the type of x, times the weight in fp32, rotation in fp32, one rounding.
// Both take x as a view of a joint product (row stride); wan4j_rms_rope writes [B, L, H, HEAD], attention's layout.
// A thread keeps one place within the head in all its packs, so it loads its few angles once.
// Bytes: one read and one write of x. Expected: 85 % of the copy rate at D = 5120.
#include "common/pack.cuh"
#include "common/reduce.cuh"

template <class T, int N, int PACKS> __device__ __forceinline__ float squares(const Pack<T, N> (&v)[PACKS]) {
    float sum = 0.f;
#pragma unroll
    for (int i = 0; i < PACKS; i++)
#pragma unroll
        for (int j = 0; j < N; j++) sum += v[i][j] * v[i][j];
    return sum;
}

template <class In, class Weight, class Out, int D, int N, int WARPS>
__global__ void __launch_bounds__(32 * WARPS) wan4j_rms(
        const In* __restrict__ x, const Weight* __restrict__ weight, Out* __restrict__ out, int stride, float epsilon) {
    constexpr int STEP = 32 * WARPS * N, PACKS = D / STEP;
    static_assert(D == PACKS * STEP, "D must be a multiple of 32 * WARPS * N");
    const int at = threadIdx.x * N;
    const In* row = x + (u64) blockIdx.x * stride + at;
    Pack<In, N> v[PACKS];
#pragma unroll
    for (int i = 0; i < PACKS; i++) v[i] = Pack<In, N>::stream(row + i * STEP);
    float sum[1] = {squares(v)};
    sumOverRow<WARPS>(sum);
    const float r = rsqrtf(sum[0] * (1.f / D) + epsilon);
#pragma unroll
    for (int i = 0; i < PACKS; i++) {
        const auto w = Pack<Weight, N>::cached(weight + i * STEP + at);
        float o[N];
#pragma unroll
        for (int j = 0; j < N; j++) o[j] = rounded<In>(v[i][j] * r) * w[j];
        Pack<Out, N>::of(o).store(out + (u64) blockIdx.x * D + i * STEP + at);
    }
}

/** Only what a row is multiplied by, for a kernel that reads it anyway. Bytes: one read of x. */
template <class In, int D, int N, int WARPS>
__global__ void __launch_bounds__(32 * WARPS) wan4j_rms_factors(
        const In* __restrict__ x, float* __restrict__ out, int stride, float epsilon) {
    constexpr int STEP = 32 * WARPS * N, PACKS = D / STEP;
    static_assert(D == PACKS * STEP, "D must be a multiple of 32 * WARPS * N");
    const In* row = x + (u64) blockIdx.x * stride + threadIdx.x * N;
    Pack<In, N> v[PACKS];
#pragma unroll
    for (int i = 0; i < PACKS; i++) v[i] = Pack<In, N>::stream(row + i * STEP);
    float sum[1] = {squares(v)};
    sumOverRow<WARPS>(sum);
    if (threadIdx.x == 0) out[blockIdx.x] = rsqrtf(sum[0] * (1.f / D) + epsilon);
}

/** cos and sin [length, HEAD / 2]; pair j of a head is (2j, 2j + 1). */
template <class T, class Weight, class Angle, int D, int HEAD, int N, int WARPS>
__global__ void __launch_bounds__(32 * WARPS) wan4j_rms_rope(
        const T* __restrict__ x, const Weight* __restrict__ weight, const Angle* __restrict__ cosines,
        const Angle* __restrict__ sines, T* __restrict__ out, int length, int stride, float epsilon) {
    constexpr int STEP = 32 * WARPS * N, PACKS = D / STEP;
    static_assert(D == PACKS * STEP, "D must be a multiple of 32 * WARPS * N");
    static_assert(STEP % HEAD == 0 && HEAD % N == 0, "a thread's packs must lie at one place of the head");
    const int at = threadIdx.x * N;
    const T* row = x + (u64) blockIdx.x * stride + at;
    Pack<T, N> v[PACKS];
#pragma unroll
    for (int i = 0; i < PACKS; i++) v[i] = Pack<T, N>::stream(row + i * STEP);
    float c[N / 2], s[N / 2];
    const u64 angle = (u64) (blockIdx.x % (u32) length) * (HEAD / 2) + at % HEAD / 2;
#pragma unroll
    for (int j = 0; j < N / 2; j++) {
        c[j] = valueOf(cosines[angle + j]);
        s[j] = valueOf(sines[angle + j]);
    }
    float sum[1] = {squares(v)};
    sumOverRow<WARPS>(sum);
    const float r = rsqrtf(sum[0] * (1.f / D) + epsilon);
    T* to = out + (u64) blockIdx.x * D + at;
#pragma unroll
    for (int i = 0; i < PACKS; i++) {
        const auto w = Pack<Weight, N>::cached(weight + i * STEP + at);
        float o[N];
#pragma unroll
        for (int j = 0; j < N / 2; j++) {
            const float a = rounded<T>(v[i][2 * j] * r) * w[2 * j], b = rounded<T>(v[i][2 * j + 1] * r) * w[2 * j + 1];
            o[2 * j] = a * c[j] - b * s[j];
            o[2 * j + 1] = a * s[j] + b * c[j];
        }
        Pack<T, N>::of(o).store(to + i * STEP);
    }
}
