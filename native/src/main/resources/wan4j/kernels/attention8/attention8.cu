// What surrounds attention on e4m3: q, k and v [B, L, D] bf16 to e4m3 with one scale each, k and v less their mean over the
// tokens, rows of zeros up to the length that the attention likes; and the way back. D = heads * width, a multiple of 16.
//   wan4j_column_parts, wan4j_column_means: sum, least and largest of every column, hence the means and, of what is left
//   when they are subtracted, the largest magnitude: exact, with one read.      wan4j_quantise: a second read.
// Bytes an element of q, k, v: 2 + 2 read, 1 written; of the result 1 read, 2 written. Expected: 85 % of the copy rate.
#include "common/fp8.cuh"

constexpr int LANES = 32, WARPS = 8, WIDE = 8, COLUMNS = LANES * WIDE, AHEAD = 4;

/** grid (columns / 256 * 3 B, chunks of `rows` tokens). parts [3 B, chunks, 3, D]; sets largest [3] to zero. */
__global__ void __launch_bounds__(256) wan4j_column_parts(
        const bf16* __restrict__ q, const bf16* __restrict__ k, const bf16* __restrict__ v, float* __restrict__ parts,
        u32* __restrict__ largest, int tokens, int dim, int batches, int rows) {
    __shared__ float sums[WARPS][COLUMNS], least[WARPS][COLUMNS], most[WARPS][COLUMNS];
    const int groups = (dim + COLUMNS - 1) / COLUMNS, tensor = blockIdx.x / groups, group = blockIdx.x % groups;
    const int warp = threadIdx.x / LANES, at = threadIdx.x % LANES * WIDE, column = group * COLUMNS + at;
    if (blockIdx.x == 0 && blockIdx.y == 0 && threadIdx.x < 3) largest[threadIdx.x] = 0;
    const int which = tensor / batches;
    const bf16* x = (which == 0 ? q : which == 1 ? k : v) + (u64) (tensor % batches) * tokens * dim + column;
    const int first = blockIdx.y * rows, last = min(first + rows, tokens);
    float sum[WIDE], low[WIDE], high[WIDE];
#pragma unroll
    for (int i = 0; i < WIDE; i++) sum[i] = 0.f, low[i] = __int_as_float(0x7f800000), high[i] = -low[i];
    for (int row = first + warp; row < last && column < dim; row += WARPS * AHEAD) {
        Pack<bf16, WIDE> some[AHEAD];
#pragma unroll
        for (int a = 0; a < AHEAD; a++) {
            const int its = min(row + a * WARPS, last - 1);
            some[a] = Pack<bf16, WIDE>::stream(x + (u64) its * dim);
        }
#pragma unroll
        for (int a = 0; a < AHEAD; a++)
            if (row + a * WARPS < last)
#pragma unroll
                for (int i = 0; i < WIDE; i++) {
                    sum[i] += some[a][i];
                    low[i] = fminf(low[i], some[a][i]);
                    high[i] = fmaxf(high[i], some[a][i]);
                }
    }
#pragma unroll
    for (int i = 0; i < WIDE; i++)
        sums[warp][at + i] = sum[i], least[warp][at + i] = low[i], most[warp][at + i] = high[i];
    __syncthreads();
    const int own = threadIdx.x;
    if (group * COLUMNS + own >= dim) return;
    float s = sums[0][own], l = least[0][own], m = most[0][own];
#pragma unroll
    for (int w = 1; w < WARPS; w++) s += sums[w][own], l = fminf(l, least[w][own]), m = fmaxf(m, most[w][own]);
    float* to = parts + ((u64) tensor * gridDim.y + blockIdx.y) * 3 * dim + group * COLUMNS + own;
    to[0] = s, to[dim] = l, to[2 * dim] = m;
}

/** grid (columns / 256, 3 B). means [3 B, D], those of q zero; largest [3]: bits of the largest magnitude left. */
__global__ void __launch_bounds__(256) wan4j_column_means(
        const float* __restrict__ parts, float* __restrict__ means, u32* __restrict__ largest, int tokens, int dim,
        int batches, int chunks) {
    __shared__ u32 block;
    if (threadIdx.x == 0) block = 0;
    __syncthreads();
    const int column = blockIdx.x * 256 + threadIdx.x, tensor = blockIdx.y;
    if (column < dim) {
        const float* from = parts + (u64) tensor * chunks * 3 * dim + column;
        float sum = from[0], low = from[dim], high = from[2 * dim];
        for (int c = 1; c < chunks; c++) {
            from += 3 * dim;
            sum += from[0], low = fminf(low, from[dim]), high = fmaxf(high, from[2 * dim]);
        }
        const float mean = tensor < batches ? 0.f : sum / tokens;
        means[(u64) tensor * dim + column] = mean;
        // least and largest pass NaN over, the sum does not; unsigned, NaN is the largest
        const float magnitude = fabsf(fmaxf(high - mean, mean - low) + (sum - sum));
        atomicMax(&block, __float_as_uint(magnitude));
    }
    __syncthreads();
    if (threadIdx.x == 0) atomicMax(largest + tensor / batches, block);
}

/** By what e4m3 is to be multiplied; zeros stay zeros. */
__device__ __forceinline__ float scaleOf(u32 largest) { return largest == 0 ? 1.f : __uint_as_float(largest) / 448.f; }

constexpr int TALL = 4;   // tokens a thread: it loads the means of its 16 columns once

/**
 * grid (threads for padded / 4 * D / 16, 3 B). out8 [3, B, padded, D]. scalars: what the attention's graph multiplies by,
 * q, k, v, weights back and forth, result; and two that it writes.
 */
__global__ void __launch_bounds__(256) wan4j_quantise_qkv(
        const bf16* __restrict__ q, const bf16* __restrict__ k, const bf16* __restrict__ v,
        const float* __restrict__ means, const u32* __restrict__ largest, unsigned char* __restrict__ out8,
        float* __restrict__ scalars, int tokens, int padded, int dim, int batches) {
    const int tensor = blockIdx.y, which = tensor / batches;
    if (blockIdx.x == 0 && tensor == 0 && threadIdx.x == 0) {
        const float ofV = scaleOf(largest[2]);
        scalars[0] = scaleOf(largest[0]), scalars[1] = scaleOf(largest[1]), scalars[2] = ofV;
        scalars[3] = 1.f / 448.f, scalars[4] = 448.f, scalars[5] = 1.f / (2.f * ofV), scalars[6] = scalars[7] = 0.f;
    }
    const int packs = dim / 16;
    const u64 thread = (u64) blockIdx.x * 256 + threadIdx.x;
    const int first = (int) (thread / packs) * TALL, column = (int) (thread % packs) * 16;
    if (first >= padded) return;
    const bf16* x = (which == 0 ? q : which == 1 ? k : v) + (u64) (tensor % batches) * tokens * dim + column;
    unsigned char* to = out8 + (u64) tensor * padded * dim + column;
    const auto mean = Pack<float, 16>::cached(means + (u64) tensor * dim + column);
    const float factor = 1.f / scaleOf(largest[which]);
    Pack<bf16, 16> some[TALL];
#pragma unroll
    for (int t = 0; t < TALL; t++)
        if (first + t < tokens) some[t] = Pack<bf16, 16>::stream(x + (u64) (first + t) * dim);
#pragma unroll
    for (int t = 0; t < TALL; t++) {
        if (first + t >= padded) return;
        u32 out[4] = {0, 0, 0, 0};
        if (first + t < tokens)
#pragma unroll
            for (int i = 0; i < 4; i++) {
                float y[4];
#pragma unroll
                for (int j = 0; j < 4; j++) y[j] = (some[t][4 * i + j] - mean[4 * i + j]) * factor;
                out[i] = e4m3Quad(y[0], y[1], y[2], y[3]);
            }
        streamOut(to + (u64) (first + t) * dim, out);
    }
}

/**
 * grid (threads for tokens / 4 * D / 16, B). o8 [B, padded, D] e4m3 to out [B, tokens, D] bf16: times its scale, plus the mean
 * of v. Each of the padded keys has score 0, hence the weight exp(-logSum), and a value of 0: the rest is scaled up by what
 * they took. logSums [B, heads, padded], or null if nothing was padded.
 */
__global__ void __launch_bounds__(256) wan4j_attended(
        const unsigned char* __restrict__ o8, const float* __restrict__ means, const u32* __restrict__ largest,
        const float* __restrict__ logSums, bf16* __restrict__ out, int tokens, int padded, int dim, int width) {
    const int packs = dim / 16, batch = blockIdx.y;
    const u64 thread = (u64) blockIdx.x * 256 + threadIdx.x;
    const int first = (int) (thread / packs) * TALL, column = (int) (thread % packs) * 16;
    if (first >= tokens) return;
    const unsigned char* x = o8 + (u64) batch * padded * dim + column;
    bf16* to = out + (u64) batch * tokens * dim + column;
    const auto mean = Pack<float, 16>::cached(means + (u64) batch * dim + column);
    const float* logSum = logSums + ((u64) batch * (dim / width) + column / width) * padded;
    const float scale = 2.f * scaleOf(largest[2]), extra = padded - tokens;
    u32 some[TALL][4];
#pragma unroll
    for (int t = 0; t < TALL; t++)
        if (first + t < tokens) streamIn(some[t], x + (u64) (first + t) * dim);
#pragma unroll
    for (int t = 0; t < TALL; t++) {
        if (first + t >= tokens) return;
        const float factor = logSums ? scale / (1.f - extra * __expf(-logSum[first + t])) : scale;
        float y[16];
#pragma unroll
        for (int i = 0; i < 4; i++) {
            e4m3Values((u16) some[t][i], y[4 * i], y[4 * i + 1]);
            e4m3Values((u16) (some[t][i] >> 16), y[4 * i + 2], y[4 * i + 3]);
        }
#pragma unroll
        for (int i = 0; i < 16; i++) y[i] = y[i] * factor + mean[i];
        Pack<bf16, 16>::of(y).store(to + (u64) (first + t) * dim);
    }
}
