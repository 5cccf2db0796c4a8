// N consecutive elements as one thread moves them, in accesses of 16 bytes (8 or 4 where N elements are no more).
#pragma once
#include "common/types.cuh"

template <int WORDS> __device__ __forceinline__ void streamIn(u32 (&w)[WORDS], const void* p) {
    static_assert(WORDS == 1 || WORDS == 2 || WORDS % 4 == 0, "a pack is 4, 8 or a multiple of 16 bytes");
    if constexpr (WORDS % 4 == 0) {
#pragma unroll
        for (int i = 0; i < WORDS; i += 4)
            asm volatile("ld.global.L1::no_allocate.v4.u32 {%0,%1,%2,%3}, [%4];"
                         : "=r"(w[i]), "=r"(w[i + 1]), "=r"(w[i + 2]), "=r"(w[i + 3])
                         : "l"((const u32*) p + i));
    } else if constexpr (WORDS == 2) {
        asm volatile("ld.global.L1::no_allocate.v2.u32 {%0,%1}, [%2];" : "=r"(w[0]), "=r"(w[1]) : "l"(p));
    } else {
        asm volatile("ld.global.L1::no_allocate.u32 %0, [%1];" : "=r"(w[0]) : "l"(p));
    }
}

template <int WORDS> __device__ __forceinline__ void cachedIn(u32 (&w)[WORDS], const void* p) {
    if constexpr (WORDS % 4 == 0) {
#pragma unroll
        for (int i = 0; i < WORDS; i += 4)
            asm("ld.global.nc.v4.u32 {%0,%1,%2,%3}, [%4];"
                : "=r"(w[i]), "=r"(w[i + 1]), "=r"(w[i + 2]), "=r"(w[i + 3])
                : "l"((const u32*) p + i));
    } else if constexpr (WORDS == 2) {
        asm("ld.global.nc.v2.u32 {%0,%1}, [%2];" : "=r"(w[0]), "=r"(w[1]) : "l"(p));
    } else {
        asm("ld.global.nc.u32 %0, [%1];" : "=r"(w[0]) : "l"(p));
    }
}

template <int WORDS> __device__ __forceinline__ void streamOut(void* p, const u32 (&w)[WORDS]) {
    if constexpr (WORDS % 4 == 0) {
#pragma unroll
        for (int i = 0; i < WORDS; i += 4)
            asm volatile("st.global.v4.u32 [%0], {%1,%2,%3,%4};" ::"l"((u32*) p + i), "r"(w[i]), "r"(w[i + 1]),
                         "r"(w[i + 2]), "r"(w[i + 3])
                         : "memory");
    } else if constexpr (WORDS == 2) {
        asm volatile("st.global.v2.u32 [%0], {%1,%2};" ::"l"(p), "r"(w[0]), "r"(w[1]) : "memory");
    } else {
        asm volatile("st.global.u32 [%0], %1;" ::"l"(p), "r"(w[0]) : "memory");
    }
}

/** Kept as the words that came, so that a pack of bf16 costs half the registers of its values. */
template <class T, int N> struct Pack {
    static_assert(sizeof(T) == 4 || N % 2 == 0, "bf16 comes in pairs");
    static constexpr int WORDS = N * sizeof(T) / 4;
    u32 word[WORDS];

    /** Read once: kept out of L1, where the tables live. */
    static __device__ __forceinline__ Pack stream(const T* p) {
        Pack r;
        streamIn(r.word, p);
        return r;
    }
    /** Read by many blocks and written by none. */
    static __device__ __forceinline__ Pack cached(const T* p) {
        Pack r;
        cachedIn(r.word, p);
        return r;
    }
    static __device__ __forceinline__ Pack of(const float (&v)[N]) {
        Pack r;
#pragma unroll
        for (int i = 0; i < WORDS; i++)
            if constexpr (sizeof(T) == 4) r.word[i] = __float_as_uint(v[i]);
            else r.word[i] = bf16Pair(v[2 * i], v[2 * i + 1]);
        return r;
    }
    __device__ __forceinline__ float operator[](int i) const {
        if constexpr (sizeof(T) == 4) return __uint_as_float(word[i]);
        else return i & 1 ? bf16High(word[i / 2]) : bf16Low(word[i / 2]);
    }
    __device__ __forceinline__ void store(T* p) const { streamOut(p, word); }
};
