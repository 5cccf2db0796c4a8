// out = softmax(scale q k') v, heads of 128, on Hopper's tensor cores. q, out [B, L, H, 128], k, v [B, S, H, 128] bf16.
//
// A block takes 192 queries of a head at a time: three warpgroups of 64 rows, and a thread that has keys and values copied into a
// ring of tiles of 80. Two blocks are a cluster and fetch half a tile each, for both. While one warpgroup takes exponentials, the
// others multiply, and its own sums of values over the last keys are under way with the scores of the next. All blocks go through
// the queries of a head or two together, whose keys come from L2.
//
// A row's exponentials are taken relative to its largest score of the first tile, not of all: f32 and bf16 reach 2^127, and the
// sum is divided by in the end. So nothing has to be searched or rescaled on the way. Rows that come near that range, which takes
// scores 60 above those of the first tile, are noticed by their sum, and their queries are done again with the running maximum.
// The first tile is the last one of the keys, the only one that may be cut.
//
// Operations: 4 B H L S 128. Expected: the rate of cuBLAS's products at the power limit.
#include "common/warpgroup.cuh"

namespace wan4j {

constexpr int WIDTH = 128, KEYS = 80, GROUPS = 3, ROWS = 64 * GROUPS, SLOTS = 8;
constexpr int THREADS = (GROUPS + 1) * 128, TILE = KEYS * WIDTH * 2, SCORES = KEYS / 2;
constexpr int REPEATS = 512;      // a cluster's work items beyond them share their bits
constexpr int BLOCKS = 2;         // of a cluster
constexpr float LARGEST = 1e28f;  // of a sum of exponentials: with values up to 1e10 all stays finite

/** Addresses in shared memory. */
struct Shared {
    u32 queries, ring, full, empty, queriesFull, queriesEmpty, repeats;

    __device__ __forceinline__ explicit Shared(u32 start) {
        queries = (start + 1023) & ~1023u;
        ring = queries + ROWS * WIDTH * 2;
        full = ring + SLOTS * TILE;
        empty = full + 8 * SLOTS;
        queriesFull = empty + 8 * SLOTS;
        queriesEmpty = queriesFull + 8;
        repeats = queriesEmpty + 8;
    }
    __device__ __forceinline__ u32 word(int turn) const { return repeats + turn % REPEATS / 32 * 4; }
    __device__ __forceinline__ void repeat(int turn) const {
        asm volatile("red.shared.or.b32 [%0], %1;" ::"r"(word(turn)), "r"(1u << turn % 32) : "memory");
    }
    /** Of either block. */
    __device__ __forceinline__ bool repeated(int turn) const {
        u32 bits;
        asm volatile("ld.shared.u32 %0, [%1];" : "=r"(bits) : "r"(word(turn)) : "memory");
        u32 others;
        asm volatile("ld.shared::cluster.u32 %0, [%1];" : "=r"(others) : "r"(addressIn(clusterRank() ^ 1, word(turn))) : "memory");
        return (bits | others) >> turn % 32 & 1;
    }
};

/** The next tile of the ring, on either side. */
struct Ring {
    u32 slot = 0, parity = 0;

    __device__ __forceinline__ void next() {
        if (++slot == SLOTS) slot = 0, parity ^= 1;
    }
};

struct Shape {
    int queries, keys, heads, batches;

    __device__ __forceinline__ int blocks() const { return (queries + ROWS - 1) / ROWS; }
    /** Heads of all batches. */
    __device__ __forceinline__ int all() const { return heads * batches; }
    __device__ __forceinline__ int items() const { return (all() + 1) / 2 * blocks(); }
    __device__ __forceinline__ int tiles() const { return (keys + KEYS - 1) / KEYS; }
};

/**
 * 192 queries of a head for each block of a cluster. Heads come in twos: pairs of blocks of the first and of the second, then the
 * last block of each where their number is odd. Where there is no second head nothing is stored.
 */
struct Item {
    bool joint; // both blocks go through the keys of one head
    int row, head, batch;

    __device__ __forceinline__ Item(int number, const Shape& shape) {
        const int blocks = shape.blocks(), pairs = blocks / 2, within = number % blocks, rank = (int) clusterRank();
        joint = within < 2 * pairs;
        const int wanted = number / blocks * 2 + (joint ? within / pairs : rank), known = min(wanted, shape.all() - 1);
        row = wanted == known ? ROWS * (joint ? within % pairs * 2 + rank : blocks - 1) : shape.queries;
        head = known % shape.heads;
        batch = known / shape.heads;
    }
};

/** The thread that has tiles copied: keys one tile ahead of values. */
struct Supplier {
    const Shared& at;
    const Shape& shape;
    const TensorMap *q, *k, *v;
    Ring ring;
    u32 parity = 0;

    __device__ __forceinline__ void tile(const TensorMap* map, int number, const Item& item) {
        const int first = (number == 0 ? shape.tiles() - 1 : number - 1) * KEYS;
        const u32 full = at.full + 8 * ring.slot;
        barrierWait(at.empty + 8 * ring.slot, ring.parity ^ 1);
        barrierExpect(full, TILE);
        const u32 to = at.ring + ring.slot * TILE, rank = clusterRank();
        if (item.joint) {
            copyBoxToBoth(to + rank * (TILE / 2), map, full, 0, first, rank, item.head, item.batch);
        } else {
            copyBox(to, map, full, 0, first, 0, item.head, item.batch);
            copyBox(to + TILE / 2, map, full, 0, first, 1, item.head, item.batch);
        }
        ring.next();
    }
    __device__ __forceinline__ void supply(const Item& item) {
        tile(k, 0, item);
        barrierWait(at.queriesEmpty, parity ^ 1);
        barrierExpect(at.queriesFull, ROWS * WIDTH * 2);
        copyBox(at.queries, q, at.queriesFull, 0, item.row, 0, item.head, item.batch);
        parity ^= 1;
        for (int i = 1; i < shape.tiles(); i++) tile(k, i, item), tile(v, i - 1, item);
        tile(v, shape.tiles() - 1, item);
    }
};

/** A thread of a warpgroup, with its part of two rows: row 16 warp + lane / 4 of the group and the one 8 below. */
struct Attender {
    const Shared& at;
    const Shape& shape;
    bf16* out;
    const float factor;  // scale times log2 e
    const int group, warp, lane;
    Ring ring;
    u32 parity = 0;

    float s[SCORES], o[WIDTH / 2];  // scores or exponentials [64, 80], sums of values [64, 128]
    u32 p[SCORES / 2];              // exponentials as an operand
    float level0, level1, sum0, sum1;

    /** Waits for the next tile; its slot. */
    __device__ __forceinline__ u32 tile() {
        const u32 slot = ring.slot;
        barrierWait(at.full + 8 * slot, ring.parity);
        ring.next();
        return slot;
    }
    __device__ __forceinline__ void release(u32 slot) const {
        if (lane < BLOCKS) barrierArriveAt(addressIn(lane, at.empty + 8 * slot));
    }

    __device__ __forceinline__ void releaseQueries() const {
        if (lane == 0) barrierArrive(at.queriesEmpty);
    }

    /** s = q k', started. */
    __device__ __forceinline__ void score(u32 slot) {
        const u64 queries = operandRows(at.queries + group * 64 * 128, 1024, 16), keys = operandRows(at.ring + slot * TILE, 1024, 16);
#pragma unroll
        for (int i = 0; i < 8; i++)
            productOfRows(s, queries + i / 4 * (ROWS * 128 >> 4) + i % 4 * 2, keys + i / 4 * (KEYS * 128 >> 4) + i % 4 * 2, i > 0);
        productCommit();
    }
    /** o += p v, started. */
    __device__ __forceinline__ void mix(u32 slot) {
        const u64 values = operandRows(at.ring + slot * TILE, 1024, KEYS * 128);
#pragma unroll
        for (int i = 0; i < KEYS / 16; i++) productTransposed(o, p + 4 * i, values + i * (16 * 128 >> 4));
        productCommit();
    }

    __device__ __forceinline__ void hideKeysFrom(int known) {
#pragma unroll
        for (int i = 0; i < SCORES; i++)
            if (i / 4 * 8 + lane % 4 * 2 + i % 2 >= known) s[i] = -__int_as_float(0x7f800000);
    }
    /** The largest of each row, times the factor. */
    __device__ __forceinline__ void largest(float& row0, float& row1) const {
        row0 = row1 = -__int_as_float(0x7f800000);
#pragma unroll
        for (int i = 0; i < SCORES; i += 4) row0 = fmaxf(row0, fmaxf(s[i], s[i + 1])), row1 = fmaxf(row1, fmaxf(s[i + 2], s[i + 3]));
#pragma unroll
        for (int other = 1; other < 4; other *= 2) {
            row0 = fmaxf(row0, __shfl_xor_sync(~0u, row0, other));
            row1 = fmaxf(row1, __shfl_xor_sync(~0u, row1, other));
        }
        row0 *= factor, row1 *= factor;
    }
    __device__ __forceinline__ float exponential(float score, float level) const {
        float r;
        asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(r) : "f"(score * factor - level));
        return r;
    }
    __device__ __forceinline__ void exponentials() {
#pragma unroll
        for (int i = 0; i < SCORES; i += 4) {
            s[i] = exponential(s[i], level0), s[i + 1] = exponential(s[i + 1], level0);
            s[i + 2] = exponential(s[i + 2], level1), s[i + 3] = exponential(s[i + 3], level1);
            sum0 += s[i], sum1 += s[i + 2], sum0 += s[i + 1], sum1 += s[i + 3];
        }
    }
    __device__ __forceinline__ void makeOperand() {
#pragma unroll
        for (int i = 0; i < SCORES / 2; i++) p[i] = bf16Pair(s[2 * i], s[2 * i + 1]);
    }

    /** Follows maxima that have risen. The last mix must not be under way when o is touched; all warps wait for it at one place. */
    __device__ __forceinline__ void raiseLevels() {
        float row0, row1;
        __syncwarp();
        largest(row0, row1);
        productWait<0>();
        pinned(o);
        if (!__any_sync(~0u, row0 > level0 || row1 > level1)) return;
        row0 = fmaxf(row0, level0), row1 = fmaxf(row1, level1);
        const float scale0 = exp2f(level0 - row0), scale1 = exp2f(level1 - row1);
        level0 = row0, level1 = row1;
        sum0 *= scale0, sum1 *= scale1;
#pragma unroll
        for (int i = 0; i < WIDTH / 2; i += 4) o[i] *= scale0, o[i + 1] *= scale0, o[i + 2] *= scale1, o[i + 3] *= scale1;
    }

    /** False: some sum went out of range and nothing that was written holds. */
    template <bool RUNNING> __device__ __forceinline__ bool attend(const Item& item) {
        const int tiles = shape.tiles();
        barrierWait(at.queriesFull, parity);
        parity ^= 1;
#pragma unroll
        for (int i = 0; i < WIDTH / 2; i++) o[i] = 0.f;
        sum0 = sum1 = 0.f;
        u32 keys = tile();
        pinned(s);
        productFence();
        score(keys);
        productWait<0>();
        pinned(s);
        release(keys);
        if (tiles == 1) releaseQueries();
        hideKeysFrom(shape.keys - (tiles - 1) * KEYS);
        largest(level0, level1);
        exponentials();
        makeOperand();
        for (int i = 1; i < tiles; i++) {
            keys = tile();
            pinned(s), pinned(o), pinned(p);
            productFence();
            score(keys);
            const u32 values = tile();
            mix(values);
            productWait<1>();
            pinned(s);
            release(keys);
            if (i == tiles - 1) releaseQueries();
            if constexpr (RUNNING) raiseLevels();
            exponentials();
            productWait<0>();
            pinned(o), pinned(p);
            release(values);
            makeOperand();
        }
        const u32 values = tile();
        pinned(o), pinned(p);
        productFence();
        mix(values);
        productWait<0>();
        pinned(o);
        release(values);
#pragma unroll
        for (int other = 1; other < 4; other *= 2) {
            sum0 += __shfl_xor_sync(~0u, sum0, other);
            sum1 += __shfl_xor_sync(~0u, sum1, other);
        }
        store(item);
        return sum0 < LARGEST && sum1 < LARGEST;
    }

    __device__ __forceinline__ void store(const Item& item) const {
        const int row = item.row + group * 64 + warp * 16 + lane / 4;
        const u64 step = (u64) shape.heads * WIDTH / 2;
        u32* to = (u32*) out + ((u64) item.batch * shape.queries + row) * step + item.head * (WIDTH / 2) + lane % 4;
        const float over0 = 1.f / sum0, over1 = 1.f / sum1;
        if (row < shape.queries) {
#pragma unroll
            for (int i = 0; i < 16; i++) to[4 * i] = bf16Pair(o[4 * i] * over0, o[4 * i + 1] * over0);
        }
        to += 8 * step;
        if (row + 8 < shape.queries) {
#pragma unroll
            for (int i = 0; i < 16; i++) to[4 * i] = bf16Pair(o[4 * i + 2] * over1, o[4 * i + 3] * over1);
        }
    }
};

}  // namespace wan4j

/**
 * The maps: 64 columns, tokens, 2 halves of a head, heads, batches, in boxes of 64 x 192 x 2 x 1 x 1 and 64 x 80 x 1 x 1 x 1. As many
 * clusters as run at a time.
 */
__global__ void __cluster_dims__(wan4j::BLOCKS, 1, 1) __launch_bounds__(wan4j::THREADS, 1) wan4j_attention(
        const __grid_constant__ TensorMap q, const __grid_constant__ TensorMap k, const __grid_constant__ TensorMap v,
        bf16* __restrict__ out, float factor, int queries, int keys, int heads, int batches) {
    using namespace wan4j;
    extern __shared__ unsigned char memory[];
    const Shared at(sharedAddress(memory));
    const Shape shape{queries, keys, heads, batches};
    const int group = __shfl_sync(~0u, threadIdx.x / 128, 0), items = shape.items();
    const int first = blockIdx.x / BLOCKS, step = gridDim.x / BLOCKS;
    if (threadIdx.x < REPEATS / 32) asm volatile("st.shared.u32 [%0], 0;" ::"r"(at.repeats + 4 * threadIdx.x) : "memory");
    if (threadIdx.x == 0) {
        for (int i = 0; i < SLOTS; i++) barrierInit(at.full + 8 * i, 1), barrierInit(at.empty + 8 * i, 4 * GROUPS * BLOCKS);
        barrierInit(at.queriesFull, 1);
        barrierInit(at.queriesEmpty, 4 * GROUPS);
        barriersAreSet();
    }
    clusterSync();
    if (group == 0) {
        fewerRegisters<32>();
        if (threadIdx.x >= 32) return;
        Supplier supplier{at, shape, &q, &k, &v};
        if (threadIdx.x == 0)
            for (int i = first; i < items; i += step) supplier.supply(Item(i, shape));
        __syncwarp();
        clusterSync();
        if (threadIdx.x == 0)
            for (int i = first, turn = 0; i < items; i += step, turn++)
                if (at.repeated(turn)) supplier.supply(Item(i, shape));
        __syncwarp();
        clusterSync();
    } else {
        moreRegisters<160>();
        Attender attender{at, shape, out, factor, group - 1, (int) threadIdx.x / 32 % 4, (int) threadIdx.x % 32};
        for (int i = first, turn = 0; i < items; i += step, turn++) {
            const bool lost = __any_sync(~0u, !attender.attend<false>(Item(i, shape)));
            if (lost && attender.lane == 0) at.repeat(turn);
            __syncwarp();
        }
        clusterSync();
        for (int i = first, turn = 0; i < items; i += step, turn++)
            if (__any_sync(~0u, at.repeated(turn))) attender.attend<true>(Item(i, shape));
        clusterSync();
    }
}
