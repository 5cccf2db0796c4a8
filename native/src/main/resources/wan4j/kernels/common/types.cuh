// Types and conversions. The run-time compiler brings no headers, so bf16 is made of bits and PTX (sm_80 and later).
#pragma once

using u16 = unsigned short;
using u32 = unsigned int;
using u64 = unsigned long long;

#define MINUS_INFINITY __int_as_float(0xff800000) // the run-time compiler has no math.h either

struct bf16 {
    u16 bits;
};

__device__ __forceinline__ float bf16Low(u32 pair) { return __uint_as_float(pair << 16); }
__device__ __forceinline__ float bf16High(u32 pair) { return __uint_as_float(pair & 0xffff0000u); }

/** Two values rounded to nearest even; the first goes to the lower half. */
__device__ __forceinline__ u32 bf16Pair(float low, float high) {
    u32 r;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(r) : "f"(high), "f"(low));
    return r;
}

__device__ __forceinline__ u16 bf16Bits(float v) {
    u16 r;
    asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(r) : "f"(v));
    return r;
}

__device__ __forceinline__ float valueOf(float v) { return v; }
__device__ __forceinline__ float valueOf(double v) { return (float) v; }
__device__ __forceinline__ float valueOf(bf16 v) { return __uint_as_float((u32) v.bits << 16); }

/** v as a tensor of T would hold it: a rounding point of the reference. */
template <class T> __device__ __forceinline__ float rounded(float v);
template <> __device__ __forceinline__ float rounded<float>(float v) { return v; }
template <> __device__ __forceinline__ float rounded<bf16>(float v) { return __uint_as_float((u32) bf16Bits(v) << 16); }

__device__ __forceinline__ void put(float* p, float v) { *p = v; }
__device__ __forceinline__ void put(bf16* p, float v) { p->bits = bf16Bits(v); }
