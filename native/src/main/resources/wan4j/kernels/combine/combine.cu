// The sampler's arithmetic on latents, one pass each. Bytes: every term once, the result once; a few megabytes.
#include "common/pack.cuh"

/** out = u + g (c - u), each operation rounded as the reference's. */
__global__ void __launch_bounds__(256) wan4j_guidance(
        const float* __restrict__ conditional, const float* __restrict__ unconditional, float* __restrict__ out,
        float scale, u64 count) {
    const u64 at = ((u64) blockIdx.x * 256 + threadIdx.x) * 4;
    const auto guided = [&](float c, float u) { return __fadd_rn(u, __fmul_rn(scale, __fsub_rn(c, u))); };
    if (at + 4 <= count) {
        const auto c = Pack<float, 4>::stream(conditional + at), u = Pack<float, 4>::stream(unconditional + at);
        const float o[4] = {guided(c[0], u[0]), guided(c[1], u[1]), guided(c[2], u[2]), guided(c[3], u[3])};
        Pack<float, 4>::of(o).store(out + at);
    } else {
        for (u64 i = at; i < count; i++) out[i] = guided(conditional[i], unconditional[i]);
    }
}

struct Terms {
    const float* x[8];
    double weight[8];
};

/** out = sum of weight[i] * x[i], summed in double in the order given and rounded once. */
template <int COUNT>
__global__ void __launch_bounds__(256) wan4j_combine(const Terms terms, float* __restrict__ out, u64 count) {
    const u64 at = ((u64) blockIdx.x * 256 + threadIdx.x) * 4;
    if (at + 4 <= count) {
        Pack<float, 4> v[COUNT];
#pragma unroll
        for (int i = 0; i < COUNT; i++) v[i] = Pack<float, 4>::stream(terms.x[i] + at);
        float o[4];
#pragma unroll
        for (int j = 0; j < 4; j++) {
            double sum = terms.weight[0] * v[0][j];
#pragma unroll
            for (int i = 1; i < COUNT; i++) sum += terms.weight[i] * v[i][j];
            o[j] = (float) sum;
        }
        Pack<float, 4>::of(o).store(out + at);
    } else {
        for (u64 e = at; e < count; e++) {
            double sum = terms.weight[0] * terms.x[0][e];
#pragma unroll
            for (int i = 1; i < COUNT; i++) sum += terms.weight[i] * terms.x[i][e];
            out[e] = (float) sum;
        }
    }
}
