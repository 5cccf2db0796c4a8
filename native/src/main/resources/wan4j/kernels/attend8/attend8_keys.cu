// What stands before attend8.cu: k and v [B, L, H, 128] bf16 less their means over the tokens, to e4m3 with one scale each.
//   wan4j_key_parts, wan4j_key_means: sum, least and largest of every column, hence the means and, of what is left when they are
//   subtracted, the largest magnitude: exact, with one read.    wan4j_quantise_keys: a second read.
// Only the first `tokens` of `length` count; a token begins every `stride` elements, so that k and v may be parts of one product.
// Bytes an element: 2 + 2 read, 1 written. Expected: 85 % of the copy rate.
#include "common/fp8.cuh"

constexpr int LANES = 32, WARPS = 8, WIDE = 8, COLUMNS = LANES * WIDE, AHEAD = 4;

/** grid (columns / 256 * 2 B, chunks of `rows` tokens). parts [2 B, chunks, 3, D]; sets largest [2] to zero. */
__global__ void __launch_bounds__(256) wan4j_key_parts(
        const bf16* __restrict__ k, const bf16* __restrict__ v, float* __restrict__ parts, u32* __restrict__ largest,
        int strideK, int strideV, int tokens, int length, int dim, int batches, int rows) {
    __shared__ float sums[WARPS][COLUMNS], least[WARPS][COLUMNS], most[WARPS][COLUMNS];
    const int groups = (dim + COLUMNS - 1) / COLUMNS, tensor = blockIdx.x / groups, group = blockIdx.x % groups;
    const int warp = threadIdx.x / LANES, at = threadIdx.x % LANES * WIDE, column = group * COLUMNS + at;
    if (blockIdx.x == 0 && blockIdx.y == 0 && threadIdx.x < 2) largest[threadIdx.x] = 0;
    const int stride = tensor < batches ? strideK : strideV;
    const bf16* x = (tensor < batches ? k : v) + (u64) (tensor % batches) * length * stride + column;
    const int first = blockIdx.y * rows, last = min(first + rows, tokens);
    float sum[WIDE], low[WIDE], high[WIDE];
#pragma unroll
    for (int i = 0; i < WIDE; i++) sum[i] = 0.f, low[i] = __int_as_float(0x7f800000), high[i] = -low[i];
    for (int row = first + warp; row < last && column < dim; row += WARPS * AHEAD) {
        Pack<bf16, WIDE> some[AHEAD];
#pragma unroll
        for (int a = 0; a < AHEAD; a++) {
            const int its = min(row + a * WARPS, last - 1);
            some[a] = Pack<bf16, WIDE>::stream(x + (u64) its * stride);
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

/** grid (columns / 256, 2 B). means [2 B, D]; largest [2]: bits of the largest magnitude left. */
__global__ void __launch_bounds__(256) wan4j_key_means(
        const float* __restrict__ parts, float* __restrict__ means, u32* __restrict__ largest, int tokens, int dim, int batches,
        int chunks) {
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
        const float mean = sum / tokens;
        means[(u64) tensor * dim + column] = mean;
        // least and largest pass NaN over, the sum does not; unsigned, NaN is the largest
        const float magnitude = fabsf(fmaxf(high - mean, mean - low) + (sum - sum));
        atomicMax(&block, __float_as_uint(magnitude));
    }
    __syncthreads();
    if (threadIdx.x == 0) atomicMax(largest + tensor / batches, block);
}

constexpr int HEAD = 128, TALL = 4, SLOTS = 32, ROW = HEAD + 4;

/** Which token of its 32 the product with v sees in this place: where the accumulator of q k^T has it. */
__device__ __forceinline__ constexpr int slotToken(int slot) {
    return slot / 16 * 16 + slot % 4 / 2 * 8 + slot % 16 / 4 * 2 + slot % 2;
}

/** 16 numbers of a token, from column 16 * part of its head on; zeros if there is no such token. */
__device__ __forceinline__ void quantised(u32 (&out)[4], const Pack<bf16, 16>& x, const Pack<float, 16>& mean, float factor, bool real) {
#pragma unroll
    for (int i = 0; i < 4; i++) {
        float y[4];
#pragma unroll
        for (int j = 0; j < 4; j++) y[j] = (x[4 * i + j] - mean[4 * i + j]) * factor;
        out[i] = real ? e4m3Quad(y[0], y[1], y[2], y[3]) : 0;
    }
}

/**
 * grid (H * padded / 128, B). k8, v8 [B, H, padded * 128], padded a multiple of 32: k in rows of 128 bytes, a token each; v in groups of 32
 * tokens, each 128 rows of them, one for a column of the head. Swizzled as wgmma reads them.
 */
__global__ void __launch_bounds__(256) wan4j_quantise_keys(
        const bf16* __restrict__ k, const bf16* __restrict__ v, const float* __restrict__ means, const float* __restrict__ largest,
        unsigned char* __restrict__ k8, unsigned char* __restrict__ v8, int strideK, int strideV, int tokens, int length, int padded,
        int heads) {
    __shared__ u32 turned[TALL * SLOTS * ROW / 4];
    const int head = blockIdx.x % heads, first = blockIdx.x / heads * (TALL * SLOTS), batch = blockIdx.y, batches = gridDim.y;
    const int part = threadIdx.x % 8, token = threadIdx.x / 8;
    const int dim = heads * HEAD, column = head * HEAD + 16 * part;
    const u64 image = ((u64) batch * heads + head) * padded * HEAD;
    const bf16* fromK = k + (u64) batch * length * strideK + column;
    const bf16* fromV = v + (u64) batch * length * strideV + column;
    const float ofK = largest[0] == 0.f ? 1.f : 448.f / largest[0], ofV = largest[1] == 0.f ? 1.f : 448.f / largest[1];
    Pack<bf16, 16> some[TALL], more[TALL];
#pragma unroll
    for (int t = 0; t < TALL; t++) {
        const int its = min(first + SLOTS * t + token, tokens - 1);
        some[t] = Pack<bf16, 16>::stream(fromK + (u64) its * strideK);
        more[t] = Pack<bf16, 16>::stream(fromV + (u64) its * strideV);
    }
    const auto meanK = Pack<float, 16>::cached(means + (u64) batch * dim + column);
#pragma unroll
    for (int t = 0; t < TALL; t++) {
        const int its = first + SLOTS * t + token;
        u32 out[4];
        quantised(out, some[t], meanK, ofK, its < tokens);
        if (its < padded) streamOut(k8 + image + (u64) its * HEAD + ((part ^ (its & 7)) << 4), out);
    }
    const auto meanV = Pack<float, 16>::cached(means + (u64) (batches + batch) * dim + column);
#pragma unroll
    for (int t = 0; t < TALL; t++) {
        u32 out[4];
        quantised(out, more[t], meanV, ofV, first + SLOTS * t + token < tokens);
#pragma unroll
        for (int i = 0; i < 4; i++) turned[((SLOTS * t + token) * ROW + 16 * part) / 4 + i] = out[i];
    }
    __syncthreads();
    const int row = threadIdx.x / 2, half = threadIdx.x % 2;
#pragma unroll
    for (int t = 0; t < TALL; t++) {
        const unsigned char* from = (const unsigned char*) turned + (SLOTS * t + 16 * half) * ROW + row;
        u32 out[4];
#pragma unroll
        for (int i = 0; i < 4; i++)
            out[i] = from[slotToken(4 * i) * ROW] | from[slotToken(4 * i + 1) * ROW] << 8 | from[slotToken(4 * i + 2) * ROW] << 16
                     | (u32) from[slotToken(4 * i + 3) * ROW] << 24;
        if (first + SLOTS * t < padded)
            streamOut(v8 + image + (u64) (first + SLOTS * t) * HEAD + row * 32 + ((half ^ (row >> 2 & 1)) << 4), out);
    }
}
