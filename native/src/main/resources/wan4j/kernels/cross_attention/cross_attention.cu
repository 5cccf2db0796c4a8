// Attention of many queries to few keys, the last of which counts several times: its score grows by the logarithm of that.
// q, out [B, L, H, 128], k, v [B, S, H, 128], bf16; products by mma.sync, sums in f32.
// A block holds keys and values of one head in shared memory and passes its share of the tiles of that head by, then of the
// next; a warp holds 32 queries in registers. Keys come 32 at a time; the sums are scaled to a new maximum only when it has
// grown by more than 8 powers of two, which is as exact and rarely happens after the first 32.
// The columns of a head are dealt out to the threads of four so that each reads and writes 16 bytes in a row: queries and keys
// agree on the order within their product, values are kept in that of the result.
// Bytes: one read of q, one write of out. Expected: 60 % of the copy rate with 128 keys.
#include "common/mma.cuh"
#include "common/pack.cuh"

namespace cross_attention {
constexpr int HEAD = 128, KEYS = 16, ROWS = 32, TILES = ROWS / 16;
constexpr int QUERY_BYTES = ROWS * HEAD * 2; // of a warp
// Two neighbouring keys are read at once, and eight values, from different banks: every second key has its halves of 128 bytes
// exchanged, values lie 16 bytes further apart.
constexpr int KEY_BYTES = HEAD * 2, VALUE_BYTES = HEAD * 2 + 16;
constexpr float LAZY = 8.f;

/** Keys and values of one head, with zeros up to a multiple of 32. */
template <int THREADS>
__device__ __forceinline__ void load(char* keyMemory, char* valueMemory, const bf16* k, const bf16* v, int keys, u64 stride) {
    const int all = (keys + KEYS - 1) / KEYS * KEYS;
    for (int i = threadIdx.x; i < all * 16; i += THREADS) {
        const int key = i / 16, pack = i % 16;
        u32 a[4] = {0, 0, 0, 0}, b[4] = {0, 0, 0, 0};
        if (key < keys) {
            cachedIn(a, k + key * stride + pack * 8);
            cachedIn(b, v + key * stride + pack * 8);
        }
        *(uint4*) (keyMemory + key * KEY_BYTES + (pack ^ key % 2 * 4) * 16) = make_uint4(a[0], a[1], a[2], a[3]);
#pragma unroll
        for (int j = 0; j < 4; j++) *(u32*) (valueMemory + key * VALUE_BYTES + (pack / 4 * 4 + j) * 16 + pack % 4 * 4) = b[j];
    }
}

/** This thread's part of 32 queries on its way to its own places in shared memory; behind the last there is the last. */
__device__ __forceinline__ void request(char* memory, const bf16* q, u32 place, int row, int length, int heads) {
    const int lane = threadIdx.x % 32;
#pragma unroll
    for (int eight = 0; eight < ROWS / 8; eight++) {
        const u32 known = place + min(row + eight * 8 + lane / 4, length - 1) * heads;
        const bf16* from = q + (u64) known * HEAD + lane % 4 * 8;
#pragma unroll
        for (int p = 0; p < 4; p++) copyAsync16(memory + (eight * 4 + p) * 512 + lane * 16, from + p * 32);
    }
}
}  // namespace cross_attention

/** scale is that of scores in powers of two; lastScore is what the last key's grows by, before the scale. */
template <int WARPS>
__global__ void __launch_bounds__(32 * WARPS, 1) wan4j_cross_attention(
        const bf16* __restrict__ q, const bf16* __restrict__ k, const bf16* __restrict__ v, bf16* __restrict__ out, int length,
        int heads, int keys, u32 tiles, float scale, float lastScore) {
    using namespace cross_attention;
    extern __shared__ __align__(128) char shared[];
    const int warp = threadIdx.x / 32, lane = threadIdx.x % 32, t = lane % 4;
    char* queryMemory = shared + warp * QUERY_BYTES;
    char* keyMemory = shared + WARPS * QUERY_BYTES;
    char* valueMemory = keyMemory + (keys + KEYS - 1) / KEYS * KEYS * KEY_BYTES;
    const u32 tilesOfHead = (length + ROWS - 1) / ROWS, end = (u32) ((u64) tiles * (blockIdx.x + 1) / gridDim.x);

    for (u32 from = (u32) ((u64) tiles * blockIdx.x / gridDim.x), to; from < end; from = to) {
        const u32 head = from / tilesOfHead;
        to = min(end, (head + 1) * tilesOfHead);
        const u32 place = head / heads * length * heads + head % heads; // of its first query
        int tile = (int) (from - head * tilesOfHead) + warp;
        const int last = (int) (to - head * tilesOfHead);
        if (tile < last) request(queryMemory, q, place, tile * ROWS, length, heads);
        __syncthreads(); // nobody reads the head before
        const u64 source = ((u64) (head / heads) * keys * heads + head % heads) * HEAD;
        load<32 * WARPS>(keyMemory, valueMemory, k + source, v + source, keys, (u64) heads * HEAD);
        __syncthreads();

        for (; tile < last; tile += WARPS) {
            u32 a[TILES][8][4];
            awaitCopies();
#pragma unroll
            for (int eight = 0; eight < ROWS / 8; eight++)
#pragma unroll
                for (int p = 0; p < 4; p++) {
                    const uint4 w = *(const uint4*) (queryMemory + (eight * 4 + p) * 512 + lane * 16);
                    u32(&low)[4] = a[eight / 2][2 * p];
                    u32(&high)[4] = a[eight / 2][2 * p + 1];
                    low[eight % 2] = w.x, low[2 + eight % 2] = w.y, high[eight % 2] = w.z, high[2 + eight % 2] = w.w;
                }
            if (tile + WARPS < last) request(queryMemory, q, place, (tile + WARPS) * ROWS, length, heads);

            float o[TILES][16][4] = {}, most[TILES][2], sum[TILES][2] = {};
#pragma unroll
            for (int m = 0; m < TILES; m++) most[m][0] = most[m][1] = MINUS_INFINITY;
            for (int first = 0; first < keys; first += KEYS) {
                const char* keys16 = keyMemory + (first + lane / 4) * KEY_BYTES + t * 16;
                const char* values16 = valueMemory + (first + lane % 16) * VALUE_BYTES + lane / 16 * 16;
                float s[TILES][KEYS / 8][4];
#pragma unroll
                for (int n = 0; n < KEYS / 8; n++) {
                    const int left = keys - 1 - first - n * 8 - 2 * t; // keys behind this one
#pragma unroll
                    for (int e = 0; e < 2; e++) {
                        const float start = left > e ? 0.f : left == e ? lastScore : MINUS_INFINITY;
#pragma unroll
                        for (int m = 0; m < TILES; m++) s[m][n][e] = s[m][n][2 + e] = start;
                    }
#pragma unroll
                    for (int p = 0; p < 4; p++) {
                        const uint4 w = *(const uint4*) (keys16 + n * 8 * KEY_BYTES + (p ^ lane / 4 % 2) * 64);
#pragma unroll
                        for (int m = 0; m < TILES; m++) {
                            multiplyAdd(s[m][n], a[m][2 * p], w.x, w.y);
                            multiplyAdd(s[m][n], a[m][2 * p + 1], w.z, w.w);
                        }
                    }
                }
                float now[TILES][2];
                bool grows = false;
#pragma unroll
                for (int m = 0; m < TILES; m++)
#pragma unroll
                    for (int r = 0; r < 2; r++) {
                        float x = fmaxf(s[m][0][2 * r], s[m][0][2 * r + 1]);
#pragma unroll
                        for (int n = 1; n < KEYS / 8; n++) x = fmaxf(x, fmaxf(s[m][n][2 * r], s[m][n][2 * r + 1]));
                        x = fmaxf(x, __shfl_xor_sync(0xffffffffu, x, 1));
                        x = fmaxf(x, __shfl_xor_sync(0xffffffffu, x, 2)) * scale;
                        now[m][r] = x;
                        grows |= x > most[m][r] + LAZY;
                    }
                if (__any_sync(0xffffffffu, grows))
#pragma unroll
                    for (int m = 0; m < TILES; m++)
#pragma unroll
                        for (int r = 0; r < 2; r++) {
                            const float x = fmaxf(most[m][r], now[m][r]), factor = powerOf2(most[m][r] - x);
                            most[m][r] = x;
                            sum[m][r] *= factor;
#pragma unroll
                            for (int n = 0; n < 16; n++) o[m][n][2 * r] *= factor, o[m][n][2 * r + 1] *= factor;
                        }
                u32 shares[TILES][KEYS / 16][4];
#pragma unroll
                for (int m = 0; m < TILES; m++)
#pragma unroll
                    for (int n = 0; n < KEYS / 8; n++)
#pragma unroll
                        for (int r = 0; r < 2; r++) {
                            const float x = powerOf2(s[m][n][2 * r] * scale - most[m][r]);
                            const float y = powerOf2(s[m][n][2 * r + 1] * scale - most[m][r]);
                            sum[m][r] += x + y;
                            shares[m][n / 2][n % 2 * 2 + r] = bf16Pair(x, y);
                        }
#pragma unroll
                for (int sixteen = 0; sixteen < KEYS / 16; sixteen++)
#pragma unroll
                    for (int n = 0; n < 16; n += 2) {
                        u32 b[4];
                        loadTransposed(b, values16 + sixteen * 16 * VALUE_BYTES + n * 16);
#pragma unroll
                        for (int m = 0; m < TILES; m++) {
                            multiplyAdd(o[m][n], shares[m][sixteen], b[0], b[1]);
                            multiplyAdd(o[m][n + 1], shares[m][sixteen], b[2], b[3]);
                        }
                    }
            }
#pragma unroll
            for (int m = 0; m < TILES; m++)
#pragma unroll
                for (int r = 0; r < 2; r++) {
                    float all = sum[m][r] + __shfl_xor_sync(0xffffffffu, sum[m][r], 1);
                    all += __shfl_xor_sync(0xffffffffu, all, 2);
                    const float factor = 1.f / all;
                    const int row = tile * ROWS + m * 16 + r * 8 + lane / 4;
                    bf16* target = out + (u64) (place + row * heads) * HEAD + t * 8;
#pragma unroll
                    for (int p = 0; p < 4; p++) {
                        float x[8];
#pragma unroll
                        for (int i = 0; i < 8; i++) x[i] = o[m][4 * p + i / 2][2 * r + i % 2] * factor;
                        if (row < length) Pack<bf16, 8>::of(x).store(target + p * 32);
                    }
                }
        }
    }
}
