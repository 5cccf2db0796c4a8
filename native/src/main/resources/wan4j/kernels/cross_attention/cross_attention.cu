// RMS norm of queries and their attention to few keys, the last of which counts several times: its score grows by the logarithm
// of that. q and out [B, L, H, 128], k and v [B, S, H, 128] bf16, factors [B, L] f32 (wan4j_rms_factors), weight [H * 128] f32.
// Rounding points: q * factor to bf16, times the weight to bf16, products by tensor cores with sums in f32, shares to bf16.
// A block holds keys and values of one head in shared memory and passes its share of that head's tiles by, then of the next
// head's; a warp holds 32 queries in registers. Keys come 16 at a time; the sums are scaled to a new maximum only where it has
// grown by more than 8 powers of two, which is as exact and rarely happens after the first 16.
// The columns of a head are dealt out to the threads of four so that each reads and writes 16 bytes in a row: queries and keys
// agree on the order within their product, values are kept in that of the result.
// Bytes: one read of q, one write of out. Of the copy rate on an H200: 82 % with up to 32 keys, 43 % with 128.
#include "cross_attention/queries.cuh"

namespace cross_attention::warps {
constexpr int KEYS = 16, ROWS = 32, TILES = ROWS / 16;
constexpr int QUERY_BYTES = ROWS * (HEAD * 2 + 4); // of a warp: its queries, a factor for each
constexpr int LINE = 2 * HEAD * 2;                                         // a key and its value
constexpr int HEADER = HEAD * 4 + 16;                                      // weights of the norm, a block's share of the tiles

// Two neighbouring keys are read at once, and eight values, 16 bytes of each: where these lie takes them from different banks.
__device__ __forceinline__ int keyAt(int key, int pack) { return key * LINE + (pack ^ key % 2 * 4) * 16; }
__device__ __forceinline__ int valueAt(int key, int pack) { return key * LINE + HEAD * 2 + (pack ^ key % 8) * 16; }

/** Keys and values of one head, with zeros up to a multiple of 16. */
template <int THREADS>
__device__ __forceinline__ void load(char* memory, const bf16* k, const bf16* v, int keys, u64 stride) {
    const int all = (keys + KEYS - 1) / KEYS * KEYS;
    for (int i = threadIdx.x; i < all * 16; i += THREADS) {
        const int key = i / 16, pack = i % 16;
        u32 a[4] = {0, 0, 0, 0}, b[4] = {0, 0, 0, 0};
        if (key < keys) {
            cachedIn(a, k + key * stride + pack * 8);
            cachedIn(b, v + key * stride + pack * 8);
        }
        *(uint4*) (memory + keyAt(key, pack)) = make_uint4(a[0], a[1], a[2], a[3]);
#pragma unroll
        for (int j = 0; j < 4; j++) *(u32*) (memory + valueAt(key, pack / 4 * 4 + j) + pack % 4 * 4) = b[j];
    }
}

/** Of 16 keys. */
__device__ __forceinline__ void scores(
        float (&s)[TILES][2][4], const u32 (&a)[TILES][8][4], const char* memory, int first, int keys, float lastScore) {
    const int lane = threadIdx.x % 32;
#pragma unroll
    for (int n = 0; n < 2; n++)
#pragma unroll
        for (int e = 0; e < 2; e++) {
            const int left = keys - 1 - first - n * 8 - lane % 4 * 2 - e;
            const float start = left > 0 ? 0.f : left == 0 ? lastScore : MINUS_INFINITY;
#pragma unroll
            for (int m = 0; m < TILES; m++) s[m][n][e] = s[m][n][2 + e] = start;
        }
#pragma unroll
    for (int p = 0; p < 4; p++)
#pragma unroll
        for (int n = 0; n < 2; n++) {
            const uint4 w = *(const uint4*) (memory + keyAt(first + n * 8 + lane / 4, p * 4 + lane % 4));
#pragma unroll
            for (int m = 0; m < TILES; m++) {
                multiplyAdd(s[m][n], a[m][2 * p], w.x, w.y);
                multiplyAdd(s[m][n], a[m][2 * p + 1], w.z, w.w);
            }
        }
}

/** What 32 queries have gathered: values times shares, sums of shares (each thread's own part), and the maximum they refer to. */
struct Gathered {
    float o[TILES][16][4] = {}, sum[TILES][2] = {}, most[TILES][2];

    /** Refers to a new maximum where the old one is too small. */
    __device__ __forceinline__ void rise(const float (&s)[TILES][2][4], float scale) {
        float now[TILES][2];
        bool grows = false;
#pragma unroll
        for (int m = 0; m < TILES; m++)
#pragma unroll
            for (int r = 0; r < 2; r++) {
                float x = fmaxf(fmaxf(s[m][0][2 * r], s[m][0][2 * r + 1]), fmaxf(s[m][1][2 * r], s[m][1][2 * r + 1]));
                x = fmaxf(x, __shfl_xor_sync(0xffffffffu, x, 1));
                now[m][r] = fmaxf(x, __shfl_xor_sync(0xffffffffu, x, 2)) * scale;
                grows |= now[m][r] > most[m][r] + LAZY;
            }
        if (!__any_sync(0xffffffffu, grows)) return;
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
    }

    __device__ __forceinline__ void add(const float (&s)[TILES][2][4], const char* memory, int first, float scale) {
        u32 shares[TILES][4];
#pragma unroll
        for (int m = 0; m < TILES; m++)
#pragma unroll
            for (int n = 0; n < 2; n++)
#pragma unroll
                for (int r = 0; r < 2; r++) {
                    const float x = powerOf2(s[m][n][2 * r] * scale - most[m][r]);
                    const float y = powerOf2(s[m][n][2 * r + 1] * scale - most[m][r]);
                    const u32 pair = bf16Pair(x, y);
                    sum[m][r] += bf16Low(pair) + bf16High(pair); // as they will be multiplied: one that is nearly all is exact
                    shares[m][n * 2 + r] = pair;
                }
        const int lane = threadIdx.x % 32;
#pragma unroll
        for (int n = 0; n < 16; n += 2) {
            u32 b[4];
            loadTransposed(b, memory + valueAt(first + lane % 16, n + lane / 16));
#pragma unroll
            for (int m = 0; m < TILES; m++) {
                multiplyAdd(o[m][n], shares[m], b[0], b[1]);
                multiplyAdd(o[m][n + 1], shares[m], b[2], b[3]);
            }
        }
    }

    __device__ __forceinline__ void store(bf16* out, u32 place, int row, int length, int heads) const {
        const int lane = threadIdx.x % 32;
#pragma unroll
        for (int m = 0; m < TILES; m++)
#pragma unroll
            for (int r = 0; r < 2; r++) {
                float all = sum[m][r] + __shfl_xor_sync(0xffffffffu, sum[m][r], 1);
                all += __shfl_xor_sync(0xffffffffu, all, 2);
                const float factor = 1.f / all;
                const int at = row + m * 16 + r * 8 + lane / 4;
                bf16* target = out + (u64) (place + at * heads) * HEAD + lane % 4 * 8;
#pragma unroll
                for (int p = 0; p < 4; p++) {
                    float x[8];
#pragma unroll
                    for (int i = 0; i < 8; i++) x[i] = o[m][4 * p + i / 2][2 * r + i % 2] * factor;
                    if (at < length) Pack<bf16, 8>::of(x).store(target + p * 32);
                }
            }
    }
};
}  // namespace cross_attention::warps

/**
 * tiles: of 32 queries of one head, all together. scale is that of scores in powers of two; lastScore is what the last key's
 * grows by, before the scale.
 */
template <int WARPS>
__global__ void __launch_bounds__(32 * WARPS, 1) wan4j_cross_attention(
        const bf16* __restrict__ q, const float* __restrict__ factors, const float* __restrict__ weight,
        const bf16* __restrict__ k, const bf16* __restrict__ v, bf16* __restrict__ out, int length, int heads, int keys,
        u32 tiles, float scale, float lastScore) {
    using namespace cross_attention;
    using namespace cross_attention::warps;
    extern __shared__ __align__(128) char shared[];
    char* queries = shared + threadIdx.x / 32 * QUERY_BYTES;
    float* weights = (float*) (shared + WARPS * QUERY_BYTES);
    u32* share = (u32*) (weights + HEAD); // in shared memory: registers are scarce
    char* memory = shared + WARPS * QUERY_BYTES + HEADER;
    const u32 tilesOfHead = (length + ROWS - 1) / ROWS;
    if (threadIdx.x < 2) share[threadIdx.x] = (u32) ((u64) tiles * (blockIdx.x + threadIdx.x) / gridDim.x);
    __syncthreads();

    for (u32 head = share[0] / tilesOfHead; head * tilesOfHead < share[1]; head++) {
        const u32 place = head / heads * length * heads + head % heads; // of its first query
        const int last = (int) min(share[1] - head * tilesOfHead, tilesOfHead);
        int tile = max((int) (share[0] - head * tilesOfHead), 0) + threadIdx.x / 32;
        if (tile < last) request<32>(queries, q, factors, place, place / heads, tile * ROWS, length, heads);
        __syncthreads(); // nobody reads the head before
        const u64 source = ((u64) (head / heads) * keys * heads + head % heads) * HEAD;
        load<32 * WARPS>(memory, k + source, v + source, keys, (u64) heads * HEAD);
        if (threadIdx.x < HEAD) weights[threadIdx.x] = weight[head % heads * HEAD + threadIdx.x];
        __syncthreads();

        for (; tile < last; tile += WARPS) {
            u32 a[TILES][8][4];
            awaitCopies();
            __syncwarp(); // all read the factors, and have read them
            normalise<32>(a, queries, weights);
            __syncwarp();
            if (tile + WARPS < last) request<32>(queries, q, factors, place, place / heads, (tile + WARPS) * ROWS, length, heads);
            Gathered gathered;
#pragma unroll
            for (int m = 0; m < TILES; m++) gathered.most[m][0] = gathered.most[m][1] = MINUS_INFINITY;
#pragma unroll 1
            for (int first = 0; first < keys; first += KEYS) {
                float s[TILES][2][4];
                scores(s, a, memory, first, keys, lastScore);
                gathered.rise(s, scale);
                gathered.add(s, memory, first, scale);
            }
            gathered.store(out, place, tile * ROWS, length, heads);
        }
    }
}
