// Tensors copied box by box into shared memory, clusters of two blocks, and products of a warpgroup in bf16 (sm_90a). Rows there are
// swizzled: 128 bytes, whose eight pieces of 16 are exchanged by the number of the row.
#pragma once
#include "common/hopper.cuh"

/** A CUtensorMap, as the driver encodes it. */
struct alignas(64) TensorMap {
    u64 words[16];
};

/** The box at these coordinates, the innermost first; outside of the tensor it is zero. */
__device__ __forceinline__ void copyBox(u32 to, const TensorMap* map, u32 barrier, int x0, int x1, int x2, int x3, int x4) {
    asm volatile(
            "cp.async.bulk.tensor.5d.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1, {%3, %4, %5, %6, %7}], [%2];" ::"r"(to),
            "l"(map), "r"(barrier), "r"(x0), "r"(x1), "r"(x2), "r"(x3), "r"(x4)
            : "memory");
}

/** The same into this block and the other one of its cluster, at the same address, each time on its own barrier. */
__device__ __forceinline__ void copyBoxToBoth(u32 to, const TensorMap* map, u32 barrier, int x0, int x1, int x2, int x3, int x4) {
    asm volatile(
            "cp.async.bulk.tensor.5d.shared::cluster.global.mbarrier::complete_tx::bytes.multicast::cluster "
            "[%0], [%1, {%3, %4, %5, %6, %7}], [%2], %8;" ::"r"(to),
            "l"(map), "r"(barrier), "r"(x0), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "h"((u16) 3)
            : "memory");
}

/** This block's number within its cluster. */
__device__ __forceinline__ u32 clusterRank() {
    u32 r;
    asm("mov.u32 %0, %%cluster_ctarank;" : "=r"(r));
    return r;
}
/** The same place in another block of the cluster. */
__device__ __forceinline__ u32 addressIn(u32 block, u32 address) {
    u32 r;
    asm("mapa.shared::cluster.u32 %0, %1, %2;" : "=r"(r) : "r"(address), "r"(block));
    return r;
}
/** At an address of any block of the cluster. */
__device__ __forceinline__ void barrierArriveAt(u32 address) {
    asm volatile("mbarrier.arrive.shared::cluster.b64 _, [%0];" ::"r"(address) : "memory");
}
/** Until all threads of the cluster that have not ended are here. */
__device__ __forceinline__ void clusterSync() {
    asm volatile("barrier.cluster.arrive.release;\nbarrier.cluster.wait.acquire;" ::: "memory");
}

/** Of 128-byte rows: where they begin, what lies between groups of 8 rows, and between pieces of 64 of a transposed operand. */
__device__ __forceinline__ u64 operandRows(u32 address, u32 groupBytes, u32 pieceBytes) {
    return 1ull << 62 | (u64) (groupBytes >> 4) << 32 | (u64) (pieceBytes >> 4) << 16 | (address & 0x3ffff) >> 4;
}

/** d [64, 80] = a b, or += where add is true; a is stored [64, 16], b [80, 16]. */
__device__ __forceinline__ void productOfRows(float (&d)[40], u64 a, u64 b, bool add) {
    asm volatile(
            "{\n.reg .pred p;\nsetp.ne.b32 p, %42, 0;\n"
            "wgmma.mma_async.sync.aligned.m64n80k16.f32.bf16.bf16 "
            "{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "
            "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, "
            "%32, %33, %34, %35, %36, %37, %38, %39}, "
            "%40, %41, p, 1, 1, 0, 0;\n}"
            : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3]), "+f"(d[4]), "+f"(d[5]), "+f"(d[6]), "+f"(d[7]),
              "+f"(d[8]), "+f"(d[9]), "+f"(d[10]), "+f"(d[11]), "+f"(d[12]), "+f"(d[13]), "+f"(d[14]), "+f"(d[15]),
              "+f"(d[16]), "+f"(d[17]), "+f"(d[18]), "+f"(d[19]), "+f"(d[20]), "+f"(d[21]), "+f"(d[22]), "+f"(d[23]),
              "+f"(d[24]), "+f"(d[25]), "+f"(d[26]), "+f"(d[27]), "+f"(d[28]), "+f"(d[29]), "+f"(d[30]), "+f"(d[31]),
              "+f"(d[32]), "+f"(d[33]), "+f"(d[34]), "+f"(d[35]), "+f"(d[36]), "+f"(d[37]), "+f"(d[38]), "+f"(d[39])
            : "l"(a), "l"(b), "r"((int) add));
}
/**
 * d [64, 128] += a b, b stored [16, 128]. A thread of the warpgroup holds of d, for each 8 columns, two neighbours of row
 * 16 warp + lane / 4 and two of the row 8 below; of a [64, 16] the same of columns 0 to 7 in words 0 and 1, of 8 to 15 in 2 and 3.
 */
__device__ __forceinline__ void productTransposed(float (&d)[64], const u32* a, u64 b) {
    asm volatile(
            "wgmma.mma_async.sync.aligned.m64n128k16.f32.bf16.bf16 "
            "{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "
            "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, "
            "%32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, "
            "%48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63}, "
            "{%64, %65, %66, %67}, %68, 1, 1, 1, 1;"
            : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3]), "+f"(d[4]), "+f"(d[5]), "+f"(d[6]), "+f"(d[7]),
              "+f"(d[8]), "+f"(d[9]), "+f"(d[10]), "+f"(d[11]), "+f"(d[12]), "+f"(d[13]), "+f"(d[14]), "+f"(d[15]),
              "+f"(d[16]), "+f"(d[17]), "+f"(d[18]), "+f"(d[19]), "+f"(d[20]), "+f"(d[21]), "+f"(d[22]), "+f"(d[23]),
              "+f"(d[24]), "+f"(d[25]), "+f"(d[26]), "+f"(d[27]), "+f"(d[28]), "+f"(d[29]), "+f"(d[30]), "+f"(d[31]),
              "+f"(d[32]), "+f"(d[33]), "+f"(d[34]), "+f"(d[35]), "+f"(d[36]), "+f"(d[37]), "+f"(d[38]), "+f"(d[39]),
              "+f"(d[40]), "+f"(d[41]), "+f"(d[42]), "+f"(d[43]), "+f"(d[44]), "+f"(d[45]), "+f"(d[46]), "+f"(d[47]),
              "+f"(d[48]), "+f"(d[49]), "+f"(d[50]), "+f"(d[51]), "+f"(d[52]), "+f"(d[53]), "+f"(d[54]), "+f"(d[55]),
              "+f"(d[56]), "+f"(d[57]), "+f"(d[58]), "+f"(d[59]), "+f"(d[60]), "+f"(d[61]), "+f"(d[62]), "+f"(d[63])
            : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b));
}
