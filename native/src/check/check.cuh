// What the checks share: buffers, random values, error against a double reference, timing. Own code, no torch.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>
#include <cuda_runtime.h>
#include "common/pack.cuh"

#define CU(call)                                                                                              \
    do {                                                                                                      \
        const cudaError_t rc_ = (call);                                                                       \
        if (rc_ != cudaSuccess) {                                                                             \
            std::printf("%s:%d: %s: %s\n", __FILE__, __LINE__, #call, cudaGetErrorString(rc_));               \
            std::exit(2);                                                                                     \
        }                                                                                                     \
    } while (0)

inline bool quick = false;          // small shapes only: what runs under compute-sanitizer
inline double copyRate = 0;         // GB/s of a large device-to-device copy, bytes read plus bytes written
inline int failures = 0;
inline unsigned nextSeed = 1;

__device__ inline float uniform(u64 i, unsigned seed) {
    u64 z = i * 0x9e3779b97f4a7c15ull + seed * 0xbf58476d1ce4e5b9ull + 1;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ z >> 27) * 0x94d049bb133111ebull;
    return (float) ((z ^ z >> 31) >> 40) * 0x1p-24f;
}
/** About normal (sum of four uniforms), mean `offset`. */
template <class T> __global__ void fillKernel(T* p, u64 n, unsigned seed, float scale, float offset) {
    for (u64 i = blockIdx.x * 256ull + threadIdx.x; i < n; i += gridDim.x * 256ull) {
        float v = -2.f;
        for (int k = 0; k < 4; k++) v += uniform(4 * i + k, seed);
        v = v * 1.732f * scale + offset;
        if constexpr (sizeof(T) == 8) p[i] = v;
        else put(p + i, v);
    }
}

template <class T> struct Buffer {
    T* p = nullptr;
    u64 n;
    explicit Buffer(u64 n) : n(n) {
        CU(cudaMalloc(&p, std::max<u64>(n, 1) * sizeof(T)));
        poison();
    }
    Buffer(u64 n, float scale, float offset = 0) : Buffer(n) {
        fillKernel<<<2048, 256>>>(p, n, nextSeed++, scale, offset);
        CU(cudaGetLastError());
    }
    Buffer(const Buffer&) = delete;
    ~Buffer() { cudaFree(p); }
    void poison() { CU(cudaMemset(p, 0xff, n * sizeof(T))); }      // NaN in every format
    operator T*() { return p; }
};

__device__ inline double asDouble(float v) { return v; }
__device__ inline double asDouble(bf16 v) { return valueOf(v); }

struct Sums { double error, ideal, norm, worst; unsigned long long bad; };

template <class T> __global__ void compareKernel(const T* out, const double* want, u64 n, Sums* sums) {
    double error = 0, ideal = 0, norm = 0;
    unsigned long long bad = 0;
    for (u64 i = blockIdx.x * 256ull + threadIdx.x; i < n; i += gridDim.x * 256ull) {
        const double e = asDouble(out[i]) - want[i], r = (double) rounded<T>((float) want[i]) - want[i];
        if (!(fabs(e) < 1e30)) bad++;
        error += e * e, ideal += r * r, norm += want[i] * want[i];
    }
    atomicAdd(&sums->error, error), atomicAdd(&sums->ideal, ideal), atomicAdd(&sums->norm, norm);
    if (bad) atomicAdd(&sums->bad, bad);
}
static __global__ void differKernel(const u32* a, const u32* b, u64 words, unsigned long long* differing) {
    for (u64 i = blockIdx.x * 256ull + threadIdx.x; i < words; i += gridDim.x * 256ull)
        if (a[i] != b[i]) atomicAdd(differing, 1ull);
}

/**
 * Whether out is as near to the double reference as rounding allows: twice the error of the reference rounded once. Where a
 * value is rounded to bf16 on the way (`inner`), one that lies on the border may fall to the other side.
 */
template <class T> void compare(const std::string& name, Buffer<T>& out, Buffer<double>& want, u64 n, bool inner = false) {
    Buffer<Sums> sums(1);
    CU(cudaMemset(sums.p, 0, sizeof(Sums)));
    compareKernel<<<1024, 256>>>(out.p, want.p, n, sums.p);
    Sums s;
    CU(cudaMemcpy(&s, sums.p, sizeof s, cudaMemcpyDeviceToHost));
    const double error = std::sqrt(s.error / s.norm), ideal = std::sqrt(s.ideal / s.norm);
    // a value on the border is off by up to 2^-7 of itself; one in 10,000, and one in any case, of up to four deviations
    const double border = 4 / 128. * std::sqrt((1 + 1e-4 * n) / n);
    const bool ok = s.bad == 0 && s.norm > 0 && error <= 2 * ideal + (inner ? border : sizeof(T) == 4 ? 1e-6 : 1e-5);
    if (!ok) failures++;
    if (!ok || quick)
        std::printf("%-4s %-58s error %.2e, of one rounding %.2e, not finite %llu\n", ok ? "ok" : "FAIL", name.c_str(), error, ideal, s.bad);
    else std::printf("ok   %-58s error %.2e (%.2f)\n", name.c_str(), error, error / (ideal > 0 ? ideal : 1e-7));
}

/** Runs twice on poisoned output and compares the bits. */
template <class T, class F> void repeats(const std::string& name, Buffer<T>& out, F run) {
    Buffer<T> first(out.n);
    out.poison();
    run();
    CU(cudaMemcpy(first.p, out.p, out.n * sizeof(T), cudaMemcpyDeviceToDevice));
    out.poison();
    run();
    Buffer<unsigned long long> differing(1);
    CU(cudaMemset(differing.p, 0, 8));
    differKernel<<<1024, 256>>>((u32*) first.p, (u32*) out.p, out.n * sizeof(T) / 4, differing.p);
    unsigned long long n;
    CU(cudaMemcpy(&n, differing.p, 8, cudaMemcpyDeviceToHost));
    if (n) failures++, std::printf("FAIL %s: %llu words differ between two runs\n", name.c_str(), n);
}

/** Median of five batches; prints ms, GB/s and the share of the copy rate. */
template <class F> void timed(const std::string& name, double bytes, F run) {
    if (quick) return;
    cudaEvent_t a, b;
    CU(cudaEventCreate(&a));
    CU(cudaEventCreate(&b));
    for (int i = 0; i < 3; i++) run();
    std::vector<float> ms(5);
    const int batch = bytes > 1e8 ? 10 : 100;
    for (float& m : ms) {
        CU(cudaEventRecord(a));
        for (int i = 0; i < batch; i++) run();
        CU(cudaEventRecord(b));
        CU(cudaEventSynchronize(b));
        CU(cudaEventElapsedTime(&m, a, b));
        m /= batch;
    }
    std::sort(ms.begin(), ms.end());
    const double rate = bytes / ms[2] * 1e-6;
    if (copyRate == 0) copyRate = rate;
    std::printf("time %-58s %8.4f ms %6.0f GB/s %5.1f %% of copy\n", name.c_str(), ms[2], rate, 100 * rate / copyRate);
    CU(cudaEventDestroy(a));
    CU(cudaEventDestroy(b));
}

inline void launched(const std::string& name) {
    const cudaError_t rc = cudaDeviceSynchronize();
    const cudaError_t last = cudaGetLastError();
    if (rc != cudaSuccess || last != cudaSuccess) {
        std::printf("FAIL %s: %s\n", name.c_str(), cudaGetErrorString(rc != cudaSuccess ? rc : last));
        std::exit(2);
    }
}

inline std::string text(const char* format, ...) {
    char line[200];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    return line;
}
template <class T> const char* typeName() { return sizeof(T) == 4 ? "f32" : "bf16"; }

/** The sum over the block's row, in double, for the references. */
__device__ inline double blockSum(double v) {
    __shared__ double part[256];
    __syncthreads();
    part[threadIdx.x] = v;
    __syncthreads();
    for (int k = 128; k; k >>= 1) {
        if (threadIdx.x < k) part[threadIdx.x] += part[threadIdx.x + k];
        __syncthreads();
    }
    return part[0];
}
/** A rounding point in the double reference. */
template <class T> __device__ double roundedTo(double v) { return rounded<T>((float) v); }

void checkNorm();
void checkRms();
void checkLatents();
void checkUmt5();
void checkVae();
void checkLeaveOut();
void checkFp8();
void checkAttention8();
void checkCrossAttention();
void checkAttend8();
void checkAttention();
