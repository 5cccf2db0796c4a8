// Attention on e4m3, for Hopper: softmax(scale q k^T) v with heads of 128. Every row of q is quantised over its own scale when it
// is loaded; k and v were quantised before, see attend8_keys.cu, and lie in memory as shared memory is to hold them.
//   One warp group copies keys and values, two compute 64 rows each, in turn: while one exponentiates, the other multiplies, and
//   the product with v of a step runs beside the exponentials of the next.
//   The accumulator of q k^T gives each thread pairs of columns where the next product wants groups of four, so the tokens of v are
//   permuted in groups of 32 instead: the weights go from one product to the next without leaving their registers.
//   Weights are rounded relative to the largest of their row so far, or to a score of 0: as keys are centred, the scores of a row
//   are so on average, and the largest of all is above it. That lets integers be compared, three at a time.
//   Sums stay in the accumulator over all keys; moved to f32 every 3,072 of 32,760 they came out the same.
// Operations: 4 B H L S 128. Expected: half of what wgmma gives, at the power limit: registers feed both products and exponentials.
#include "common/fp8.cuh"
#include "common/product8.cuh"

constexpr int HEAD = 128, QUERIES = 128, GROUP = 128, BOTH = 2 * GROUP;

/** Where a matrix lies whose rows of 128 (32) bytes are swizzled, in groups of 8 rows. */
__device__ __forceinline__ u64 wideRows(u32 address) { return 1ull << 62 | 64ull << 32 | 1ull << 16 | address >> 4; }
__device__ __forceinline__ u64 narrowRows(u32 address) { return 3ull << 62 | 16ull << 32 | 1ull << 16 | address >> 4; }

__device__ __forceinline__ float power2(float x) {
    float r;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(r) : "f"(x));
    return r;
}

/** Of a that is not negative: the bits of such numbers are in their order, those of negative ones below them, NaN's above. */
__device__ __forceinline__ float largestBits(float a, float b, float c) {
    return __int_as_float(__vimax3_s32(__float_as_int(a), __float_as_int(b), __float_as_int(c)));
}

constexpr int KEYS = 192, STAGES = 4, TILE = KEYS * HEAD;   // a tile of keys; the ring

/** Where things lie in shared memory: a ring of tiles of k and of v, what nobody reads, and the ring's barriers. */
constexpr u32 VALUES = STAGES * TILE, DONE = 2 * VALUES, K_FULL = DONE + BOTH * 8, K_FREE = K_FULL + 8 * STAGES,
              V_FULL = K_FREE + 8 * STAGES, V_FREE = V_FULL + 8 * STAGES;

/** A place in the ring. */
struct Turn {
    int stage = 0;
    u32 parity = 0;
    __device__ __forceinline__ void next() {
        if (++stage == STAGES) stage = 0, parity ^= 1;
    }
};

/** The thread's part of rows `row` and row + 8 of q as operand; their factors are multiplied by their scales. */
__device__ __forceinline__ void loadQueries(u32 (&a)[16], float (&factor)[2], const bf16* q, u64 stride, int row, int rows) {
#pragma unroll
    for (int half = 0; half < 2; half++) {
        const bf16* from = q + (u64) min(row + 8 * half, rows - 1) * stride + threadIdx.x % 4 * 4;
        Pack<bf16, 4> some[8];
#pragma unroll
        for (int i = 0; i < 8; i++) some[i] = Pack<bf16, 4>::stream(from + 16 * i);
        float most = 0.f;
#pragma unroll
        for (int i = 0; i < 8; i++)
#pragma unroll
            for (int j = 0; j < 4; j++) most = larger(most, some[i][j]);
        most = larger(most, __shfl_xor_sync(0xffffffffu, most, 1));
        most = larger(most, __shfl_xor_sync(0xffffffffu, most, 2));
        const float scale = most == 0.f ? 1.f : most / 448.f, inverse = 1.f / scale;
        factor[half] *= scale;
#pragma unroll
        for (int i = 0; i < 8; i++)
            a[i / 2 * 4 + i % 2 * 2 + half] =
                    e4m3Quad(some[i][0] * inverse, some[i][1] * inverse, some[i][2] * inverse, some[i][3] * inverse);
    }
}

/** A thread's part of 64 rows of scores, then weights: of each 8 columns two neighbours of its row, and two of the row 8 below. */
struct Scores {
    static constexpr int N = KEYS / 2;
    float s[N];

    /** Columns from `left` on are no keys. */
    __device__ __forceinline__ void leaveOut(int left) {
#pragma unroll
        for (int i = 0; i < N; i++)
            if (i / 4 * 8 + threadIdx.x % 4 * 2 + i % 2 >= left) s[i] = __int_as_float(0xff800000);
    }
    /** Scores to weights; most: the largest score so far, sum: of the weights so far, back: by what earlier weights shrink. */
    __device__ __forceinline__ void exponentials(const float (&factor)[2], float (&most)[2], float (&sum)[2], float (&back)[2]) {
#pragma unroll
        for (int half = 0; half < 2; half++) {
            float high = most[half];
#pragma unroll
            for (int i = 2 * half; i < N; i += 4) high = largestBits(high, s[i], s[i + 1]);
            high = largestBits(high, __shfl_xor_sync(0xffffffffu, high, 1), 0.f);
            high = largestBits(high, __shfl_xor_sync(0xffffffffu, high, 2), 0.f);
            back[half] = power2((most[half] - high) * factor[half]);
            most[half] = high;
            const float shift = 8.807355f - high * factor[half];   // log2(448)
            float all = 0.f;
#pragma unroll
            for (int i = 2 * half; i < N; i += 4)
#pragma unroll
                for (int j = 0; j < 2; j++) {
                    s[i + j] = power2(s[i + j] * factor[half] + shift);
                    all += s[i + j];
                }
            sum[half] = sum[half] * back[half] + all;
        }
    }
    __device__ __forceinline__ void toOperand(u32 (&p)[N / 4]) const {
#pragma unroll
        for (int i = 0; i < N; i += 8) {
            p[i / 4] = e4m3Quad(s[i], s[i + 1], s[i + 4], s[i + 5]);
            p[i / 4 + 1] = e4m3Quad(s[i + 2], s[i + 3], s[i + 6], s[i + 7]);
        }
    }
};

/**
 * grid: one block a multiprocessor, 384 threads. q [B, queries, H, 128] bf16, k8 and v8 [B, H, tiles, KEYS * 128], means of v
 * [B, H * 128], largest [2] magnitudes of k and v; out [B, queries, H, 128] bf16.
 */
__global__ void __launch_bounds__(3 * GROUP, 1) wan4j_attend8(
        const bf16* __restrict__ q, const unsigned char* __restrict__ k8, const unsigned char* __restrict__ v8,
        const float* __restrict__ means, const float* __restrict__ largest, bf16* __restrict__ out, float scale, int stride,
        int queries, int keys, int heads, int batches) {
#if defined(__CUDA_ARCH_FEAT_SM90_ALL)
    extern __shared__ __align__(1024) unsigned char shared[];
    const u32 start = (sharedAddress(shared) + 1023) & ~1023u, kTiles = start, vTiles = start + VALUES,
              kFull = start + K_FULL, kFree = start + K_FREE, vFull = start + V_FULL, vFree = start + V_FREE;
    const int group = threadIdx.x / GROUP, count = (keys + KEYS - 1) / KEYS, rows = (queries + QUERIES - 1) / QUERIES;
    const int works = rows * heads * batches;
    if (threadIdx.x == 0) {
        for (int i = 0; i < STAGES; i++)
            barrierInit(kFull + 8 * i, 1), barrierInit(vFull + 8 * i, 1), barrierInit(kFree + 8 * i, 2), barrierInit(vFree + 8 * i, 2);
        barriersAreSet();
    }
    __syncthreads();
    if (group == 0) {
        fewerRegisters<24>();
        if (threadIdx.x == 0) {
            Turn turn;
            for (int work = blockIdx.x; work < works; work += gridDim.x) {
                for (int tile = count - 1; tile >= 0; tile--, turn.next()) {
                    const u64 from = ((u64) (work / rows) * count + tile) * TILE;
                    const u32 stage = turn.stage * 8, to = turn.stage * TILE;
                    barrierWait(kFree + stage, turn.parity ^ 1);
                    barrierExpect(kFull + stage, TILE);
                    copyBytes(kTiles + to, k8 + from, TILE, kFull + stage);
                    barrierWait(vFree + stage, turn.parity ^ 1);
                    barrierExpect(vFull + stage, TILE);
                    copyBytes(vTiles + to, v8 + from, TILE, vFull + stage);
                }
            }
        }
        return;
    }
    moreRegisters<240>();
    const int own = group - 1, lane = threadIdx.x % 32;
    const bool leader = threadIdx.x % GROUP == 0;
    const int ownRow = own * 64 + threadIdx.x % GROUP / 32 * 16 + lane / 4;
    const float ofK = largest[0] == 0.f ? 1.f : largest[0] / 448.f, ofV = largest[1] == 0.f ? 1.f : largest[1] / 448.f;
    Turn kTurn, vTurn;
    if (own == 1) turnGive(1, BOTH);
    for (int work = blockIdx.x; work < works; work += gridDim.x) {
        const int head = work / rows % heads, batch = work / rows / heads, first = work % rows * QUERIES + ownRow;
        float factor[2] = {scale * 1.44269504f * ofK, scale * 1.44269504f * ofK};
        u32 a[16], p[KEYS / 8];
        loadQueries(a, factor, q + (u64) batch * queries * stride + head * HEAD, stride, first, queries);
        float most[2] = {0.f, 0.f}, sum[2] = {0.f, 0.f}, back[2] = {1.f, 1.f};
        Scores scores;
        float o[64];
        const u32 done = start + DONE + (threadIdx.x - GROUP) * 8;
        const auto multiplyKeys = [&] {
            const u32 base = kTiles + kTurn.stage * TILE;
#pragma unroll
            for (int i = 0; i < 4; i++) Product8<KEYS>::add(scores.s, a + 4 * i, wideRows(base + 32 * i), i);
            productCommit();
        };
        const auto shrink = [&] {
            if (__any_sync(0xffffffffu, back[0] != 1.f || back[1] != 1.f))
#pragma unroll
                for (int i = 0; i < 64; i++) o[i] *= back[i / 2 % 2];
        };
        const auto multiplyValues = [&] {
            const u32 base = vTiles + vTurn.stage * TILE;
#pragma unroll
            for (int i = 0; i < KEYS / 32; i++)
                Product8<HEAD>::add(o, p + 4 * i, narrowRows(base + 32 * HEAD * i), 1);
            productCommit();
        };
        const auto release = [&](u32 free, Turn& turn) {
            if (leader) barrierArrive(free + 8 * turn.stage);
            turn.next();
        };
        barrierWait(kFull + 8 * kTurn.stage, kTurn.parity);
        turnWait(1 + own, BOTH);
        productFence();
        multiplyKeys();
        productWait<0>();
        turnGive(2 - own, BOTH);
        pinned(scores.s);
        release(kFree, kTurn);
        scores.leaveOut(keys - (count - 1) * KEYS);
        scores.exponentials(factor, most, sum, back);
        scores.toOperand(p);
#pragma unroll
        for (int i = 0; i < 64; i++) o[i] = 0.f;
        for (int tile = count - 2; tile >= 0; tile--) {
            barrierWait(kFull + 8 * kTurn.stage, kTurn.parity);
            turnWait(1 + own, BOTH);
            pinned(scores.s), pinned(p);
            productFence();
            multiplyKeys();
            shrink();
            pinned(o);
            barrierWait(vFull + 8 * vTurn.stage, vTurn.parity);
            productFence();
            multiplyValues();
            turnGive(2 - own, BOTH);
            productWait<1>();
            pinned(scores.s);
            release(kFree, kTurn);
            scores.exponentials(factor, most, sum, back);
            // nobody reads it: without something that needs the exponentials the assembler moves them behind the wait
            asm volatile("st.shared.v2.f32 [%0], {%1, %2};" ::"r"(done), "f"(sum[0]), "f"(sum[1]) : "memory");
            productWait<0>();
            pinned(o), pinned(p);
            release(vFree, vTurn);
            scores.toOperand(p);
        }
        barrierWait(vFull + 8 * vTurn.stage, vTurn.parity);
        shrink();
        pinned(o), pinned(p);
        productFence();
        multiplyValues();
        productWait<0>();
        pinned(o);
        release(vFree, vTurn);
        const float* mean = means + (batch * heads + head) * HEAD + lane % 4 * 2;
        u32* to = (u32*) (out + ((u64) batch * queries + first) * heads * HEAD + head * HEAD + lane % 4 * 2);
        const float low = ofV / sumOverLanes<4>(sum[0]), high = ofV / sumOverLanes<4>(sum[1]);
#pragma unroll
        for (int i = 0; i < 16; i++) {
            const float m0 = mean[8 * i], m1 = mean[8 * i + 1];
            if (first < queries) to[4 * i] = bf16Pair(o[4 * i] * low + m0, o[4 * i + 1] * low + m1);
            if (first + 8 < queries) to[4 * i + 4 * heads * HEAD] = bf16Pair(o[4 * i + 2] * high + m0, o[4 * i + 3] * high + m1);
        }
    }
    if (own == 0) turnWait(1, BOTH);
#endif
}
