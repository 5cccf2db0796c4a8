// wan4j_cross_attention by products of warpgroups, for Hopper: keys come 64 at a time. Everything else is as there.
// Of the copy rate on an H200: 80 % with up to 64 keys, 58 % with 128.
// Keys [S, 128] lie in two blocks of 64 columns, values transposed, [128, S], in blocks of 64 keys: both as operandOf wants them.
#include "cross_attention/queries.cuh"
#include "common/wgmma.cuh"

namespace cross_attention::hopper {
constexpr int KEYS = 64, ROWS = 64;
constexpr int QUERY_BYTES = 16 * (HEAD * 2 + 4); // of a warp: 16 queries, a factor for each

__device__ __forceinline__ int packAt(int row, int pack) { return row * 128 + (pack ^ row % 8) * 16; }

/** Keys and values of one head, with zeros up to a multiple of 64. */
template <int THREADS>
__device__ __forceinline__ void load(char* memory, const bf16* k, const bf16* v, int keys, int all, u64 stride) {
    for (int i = threadIdx.x; i < all * 16; i += THREADS) {
        const int key = i / 16, p = i % 16 / 4, t = i % 4;
        u32 a[4] = {0, 0, 0, 0}, b[4] = {0, 0, 0, 0};
        if (key < keys) {
            cachedIn(a, k + key * stride + i % 16 * 8);
            cachedIn(b, v + key * stride + i % 16 * 8);
        }
        char* keyBlock = memory + p / 2 * all * 128;
        char* valueBlock = memory + all * HEAD * 2 + key / KEYS * HEAD * 128;
#pragma unroll
        for (int j = 0; j < 4; j++) {
            *(u32*) (keyBlock + packAt(key, p % 2 * 4 + j) + t * 4) = a[j];
            const int row = p * 32 + j * 8 + t * 2;
            *(u16*) (valueBlock + packAt(row, key % KEYS / 8) + key % 8 * 2) = (u16) b[j];
            *(u16*) (valueBlock + packAt(row + 1, key % KEYS / 8) + key % 8 * 2) = (u16) (b[j] >> 16);
        }
    }
    showToProducts();
}

/** What 64 queries have gathered, two rows a thread: values times shares, sums of shares (its own part), the maximum they refer to. */
struct Gathered {
    float o[64] = {}, sum[2] = {}, most[2];

    /** Refers to a new maximum where the old one is too small. */
    __device__ __forceinline__ void rise(const float (&s)[32], float scale) {
        float now[2];
        bool grows = false;
#pragma unroll
        for (int r = 0; r < 2; r++) {
            float x = fmaxf(s[2 * r], s[2 * r + 1]);
#pragma unroll
            for (int n = 1; n < 8; n++) x = fmaxf(x, fmaxf(s[4 * n + 2 * r], s[4 * n + 2 * r + 1]));
            x = fmaxf(x, __shfl_xor_sync(0xffffffffu, x, 1));
            now[r] = fmaxf(x, __shfl_xor_sync(0xffffffffu, x, 2)) * scale;
            grows |= now[r] > most[r] + LAZY;
        }
        if (!__any_sync(0xffffffffu, grows)) return;
#pragma unroll
        for (int r = 0; r < 2; r++) {
            const float x = fmaxf(most[r], now[r]), factor = powerOf2(most[r] - x);
            most[r] = x;
            sum[r] *= factor;
#pragma unroll
            for (int n = 0; n < 16; n++) o[4 * n + 2 * r] *= factor, o[4 * n + 2 * r + 1] *= factor;
        }
    }

    __device__ __forceinline__ void add(const float (&s)[32], const char* values, float scale) {
        u32 shares[4][4];
#pragma unroll
        for (int n = 0; n < 8; n++)
#pragma unroll
            for (int r = 0; r < 2; r++) {
                const float x = powerOf2(s[4 * n + 2 * r] * scale - most[r]), y = powerOf2(s[4 * n + 2 * r + 1] * scale - most[r]);
                const u32 pair = bf16Pair(x, y);
                sum[r] += bf16Low(pair) + bf16High(pair); // as they will be multiplied: one that is nearly all is exact
                shares[n / 2][n % 2 * 2 + r] = pair;
            }
        groupBegins();
#pragma unroll
        for (int i = 0; i < 4; i++) groupMultiplyAdd(o, shares[i], operandOf(values + i * 32));
        groupEnds();
    }

    __device__ __forceinline__ void store(bf16* out, u32 place, int row, int length, int heads) const {
        const int lane = threadIdx.x % 32;
#pragma unroll
        for (int r = 0; r < 2; r++) {
            float all = sum[r] + __shfl_xor_sync(0xffffffffu, sum[r], 1);
            all += __shfl_xor_sync(0xffffffffu, all, 2);
            const float factor = 1.f / all;
            const int at = row + r * 8 + lane / 4;
            bf16* target = out + (u64) (place + at * heads) * HEAD + lane % 4 * 8;
#pragma unroll
            for (int p = 0; p < 4; p++) {
                float x[8];
#pragma unroll
                for (int i = 0; i < 8; i++) x[i] = o[16 * p + i / 2 * 4 + 2 * r + i % 2] * factor;
                if (at < length) Pack<bf16, 8>::of(x).store(target + p * 32);
            }
        }
    }
};

__device__ __forceinline__ void scores(
        float (&s)[32], const u32 (&a)[8][4], const char* memory, int first, int keys, int all, float lastScore) {
#pragma unroll
    for (int n = 0; n < 8; n++)
#pragma unroll
        for (int e = 0; e < 2; e++) {
            const int left = keys - 1 - first - n * 8 - (int) (threadIdx.x % 4) * 2 - e;
            s[4 * n + e] = s[4 * n + 2 + e] = left > 0 ? 0.f : left == 0 ? lastScore : MINUS_INFINITY;
        }
    groupBegins();
#pragma unroll
    for (int i = 0; i < 8; i++) groupMultiplyAdd(s, a[i], operandOf(memory + (i / 4 * all + first) * 128 + i % 4 * 32));
    groupEnds();
}
}  // namespace cross_attention::hopper

/** As wan4j_cross_attention, but tiles are of 64 queries. */
template <int GROUPS>
__global__ void __launch_bounds__(128 * GROUPS, 1) wan4j_cross_attention_hopper(
        const bf16* __restrict__ q, const float* __restrict__ factors, const float* __restrict__ weight,
        const bf16* __restrict__ k, const bf16* __restrict__ v, bf16* __restrict__ out, int length, int heads, int keys,
        u32 tiles, float scale, float lastScore) {
    using namespace cross_attention;
    using namespace cross_attention::hopper;
    extern __shared__ char shared[];
    char* memory = shared + (-(u32) __cvta_generic_to_shared(shared) & 1023);
    const int all = (keys + KEYS - 1) / KEYS * KEYS, warp = threadIdx.x / 32;
    char* values = memory + all * HEAD * 2;
    char* queries = values + all * HEAD * 2 + warp * QUERY_BYTES;
    float* weights = (float*) (values + all * HEAD * 2 + 4 * GROUPS * QUERY_BYTES);
    const u32 tilesOfHead = (length + ROWS - 1) / ROWS;
    const u32 begin = (u32) ((u64) tiles * blockIdx.x / gridDim.x), end = (u32) ((u64) tiles * (blockIdx.x + 1) / gridDim.x);

    for (u32 head = begin / tilesOfHead; head * tilesOfHead < end; head++) {
        const u32 place = head / heads * length * heads + head % heads; // of its first query
        const int last = (int) min(end - head * tilesOfHead, tilesOfHead);
        int tile = max((int) (begin - head * tilesOfHead), 0) + warp / 4;
        const int row = warp % 4 * 16;
        if (tile < last) request<16>(queries, q, factors, place, place / heads, tile * ROWS + row, length, heads);
        __syncthreads(); // nobody reads the head before
        const u64 source = ((u64) (head / heads) * keys * heads + head % heads) * HEAD;
        load<128 * GROUPS>(memory, k + source, v + source, keys, all, (u64) heads * HEAD);
        if (threadIdx.x < HEAD) weights[threadIdx.x] = weight[head % heads * HEAD + threadIdx.x];
        __syncthreads();

        for (; tile < last; tile += GROUPS) {
            u32 a[1][8][4];
            awaitCopies();
            __syncwarp(); // all read the factors, and have read them
            normalise<16>(a, queries, weights);
            __syncwarp();
            if (tile + GROUPS < last)
                request<16>(queries, q, factors, place, place / heads, (tile + GROUPS) * ROWS + row, length, heads);
            Gathered gathered;
            gathered.most[0] = gathered.most[1] = MINUS_INFINITY;
#pragma unroll 1
            for (int first = 0; first < keys; first += KEYS) {
                float s[32];
                scores(s, a[0], memory, first, keys, all, lastScore);
                gathered.rise(s, scale);
                gathered.add(s, values + first * HEAD * 2, scale);
            }
            gathered.store(out, place, tile * ROWS + row, length, heads);
        }
    }
}
