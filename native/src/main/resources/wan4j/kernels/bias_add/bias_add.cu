// What follows a convolution: its bias and the other branch of a residual block, added in place to channels-last frames.
// Bytes: one read of each, one write. Expected: 90 % of the copy rate.
#include "common/pack.cuh"

/** y [.., C] += bias [C] + addend [.., C] (null: none); a thread does N channels of a pixel, count = all of them. */
template <class T, int N>
__global__ void __launch_bounds__(256) wan4j_bias_add(
        T* __restrict__ y, const T* __restrict__ bias, const T* __restrict__ addend, u32 packs, u32 count) {
    const u32 index = blockIdx.x * 256 + threadIdx.x;
    if (index >= count) return;
    T* to = y + (u64) index * N;
    const auto v = Pack<T, N>::stream(to);
    const auto c = Pack<T, N>::cached(bias + index % packs * N);
    const auto a = addend ? Pack<T, N>::stream(addend + (u64) index * N) : Pack<T, N>{};
    float o[N];
#pragma unroll
    for (int j = 0; j < N; j++) o[j] = v[j] + c[j] + a[j];
    Pack<T, N>::of(o).store(to);
}
