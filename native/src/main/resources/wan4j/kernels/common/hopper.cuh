// What Hopper alone has (sm_90a): memory copied by hardware into shared memory, barriers that count its bytes, and products of four
// warps with operands there.
#pragma once
#include "common/types.cuh"

__device__ __forceinline__ u32 sharedAddress(const void* p) { return (u32) __cvta_generic_to_shared(p); }

/** A barrier of eight bytes in shared memory, by its address. */
__device__ __forceinline__ void barrierInit(u32 barrier, u32 arrivals) {
    asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(barrier), "r"(arrivals) : "memory");
}
/** Makes barriers known to the hardware that copies; the block must still meet. */
__device__ __forceinline__ void barriersAreSet() { asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory"); }
__device__ __forceinline__ void barrierArrive(u32 barrier) {
    asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0];" ::"r"(barrier) : "memory");
}
/** Arrives, and makes the barrier wait for this many bytes more. */
__device__ __forceinline__ void barrierExpect(u32 barrier, u32 bytes) {
    asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(barrier), "r"(bytes) : "memory");
}
/** Until the phase of this parity is complete. */
__device__ __forceinline__ void barrierWait(u32 barrier, u32 parity) {
    asm volatile(
            "{\n"
            ".reg .pred done;\n"
            "again_%=:\n"
            "mbarrier.try_wait.parity.shared::cta.b64 done, [%0], %1;\n"
            "@!done bra again_%=;\n"
            "}" ::"r"(barrier), "r"(parity) : "memory");
}

/** Copies bytes as they are; the barrier must expect them. Sizes and addresses are multiples of 16. */
__device__ __forceinline__ void copyBytes(u32 to, const void* from, u32 bytes, u32 barrier) {
    asm volatile("cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1], %2, [%3];" ::"r"(to), "l"(from),
                 "r"(bytes), "r"(barrier)
                 : "memory");
}

/** Barriers of the block by number, for warps that take turns. */
__device__ __forceinline__ void turnWait(int number, int threads) {
    asm volatile("bar.sync %0, %1;" ::"r"(number), "r"(threads) : "memory");
}
__device__ __forceinline__ void turnGive(int number, int threads) {
    asm volatile("bar.arrive %0, %1;" ::"r"(number), "r"(threads) : "memory");
}

/** How many registers each thread of this warpgroup may use from now on. */
template <int REGISTERS> __device__ __forceinline__ void moreRegisters() {
    asm volatile("setmaxnreg.inc.sync.aligned.u32 %0;" ::"n"(REGISTERS));
}
template <int REGISTERS> __device__ __forceinline__ void fewerRegisters() {
    asm volatile("setmaxnreg.dec.sync.aligned.u32 %0;" ::"n"(REGISTERS));
}

/** Before the first product, and after registers of it were touched otherwise. */
__device__ __forceinline__ void productFence() { asm volatile("wgmma.fence.sync.aligned;" ::: "memory"); }
__device__ __forceinline__ void productCommit() { asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory"); }
/** Until at most this many groups are under way. */
template <int GROUPS> __device__ __forceinline__ void productWait() {
    asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(GROUPS) : "memory");
}
/** Keeps the compiler from moving uses of these registers across this line. */
template <int N> __device__ __forceinline__ void pinned(float (&r)[N]) {
#pragma unroll
    for (int i = 0; i < N; i++) asm volatile("" : "+f"(r[i])::"memory");
}
template <int N> __device__ __forceinline__ void pinned(u32 (&r)[N]) {
#pragma unroll
    for (int i = 0; i < N; i++) asm volatile("" : "+r"(r[i])::"memory");
}
