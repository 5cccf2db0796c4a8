// The layer norm with its modulation, in double, of every row: what kernels that write bf16 and those that write fp8 are held to.
#pragma once

template <class In>
__global__ void wantNorm(const In* x, const float* scale, const float* shift, double* out, int D, Rows rows, double base) {
    const u64 row = blockIdx.x * (u64) D, m = rows.offset(blockIdx.x);
    double sum = 0, square = 0;
    for (int i = threadIdx.x; i < D; i += 256) sum += asDouble(x[row + i]);
    const double mean = blockSum(sum) / D;
    for (int i = threadIdx.x; i < D; i += 256) square += (asDouble(x[row + i]) - mean) * (asDouble(x[row + i]) - mean);
    const double r = 1 / sqrt(blockSum(square) / D + 1e-6);
    for (int i = threadIdx.x; i < D; i += 256)
        out[row + i] = roundedTo<In>((asDouble(x[row + i]) - mean) * r) * (base + scale[m + i]) + shift[m + i];
}
