// Products of tiles by tensor cores and what feeds them (sm_80 and later).
#pragma once
#include "common/types.cuh"

/** c += a b: a [16, 16] and b [16, 8] bf16, c [16, 8] f32, dealt out to a warp as mma.sync has it. */
__device__ __forceinline__ void multiplyAdd(float (&c)[4], const u32 (&a)[4], u32 b0, u32 b1) {
    asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
        : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

/** Four tiles of 8 × 8, transposed; lane i gives the address of row i % 8 of tile i / 8. */
__device__ __forceinline__ void loadTransposed(u32 (&tile)[4], const void* row) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(tile[0]), "=r"(tile[1]), "=r"(tile[2]), "=r"(tile[3])
                 : "r"((u32) __cvta_generic_to_shared(row))
                 : "memory");
}

/** 16 bytes from global to shared memory, there after {@code awaitCopies}. */
__device__ __forceinline__ void copyAsync16(void* to, const void* from) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"((u32) __cvta_generic_to_shared(to)), "l"(from) : "memory");
}
__device__ __forceinline__ void copyAsync4(void* to, const void* from) {
    asm volatile("cp.async.ca.shared.global [%0], [%1], 4;" ::"r"((u32) __cvta_generic_to_shared(to)), "l"(from) : "memory");
}
__device__ __forceinline__ void awaitCopies() { asm volatile("cp.async.wait_all;" ::: "memory"); }

__device__ __forceinline__ float powerOf2(float x) {
    float r;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(r) : "f"(x));
    return r;
}
