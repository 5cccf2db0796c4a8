#include <cuda.h>
#include "check.cuh"
#include "attention/attention.cu"

namespace {

using Encode = decltype(&cuTensorMapEncodeTiled);

/** The driver's function without its library. */
Encode encode() {
    void* found = nullptr;
    cudaDriverEntryPointQueryResult result;
    CU(cudaGetDriverEntryPointByVersion("cuTensorMapEncodeTiled", &found, 12000, cudaEnableDefault, &result));
    return (Encode) found;
}

/** x [B, L, H, 128] whose tokens are this many elements apart. */
TensorMap map(bf16* x, int B, int L, int H, u64 tokenStep, cuuint32_t tokens, cuuint32_t halves) {
    TensorMap made;
    const cuuint64_t dims[] = {64, (cuuint64_t) L, 2, (cuuint64_t) H, (cuuint64_t) B};
    const cuuint64_t steps[] = {2 * tokenStep, 128, 256, 2 * tokenStep * L};
    const cuuint32_t box[] = {64, tokens, halves, 1, 1}, all[] = {1, 1, 1, 1, 1};
    const CUresult rc = encode()((CUtensorMap*) &made, CU_TENSOR_MAP_DATA_TYPE_BFLOAT16, 5, x, dims, steps, box, all,
                                 CU_TENSOR_MAP_INTERLEAVE_NONE, CU_TENSOR_MAP_SWIZZLE_128B, CU_TENSOR_MAP_L2_PROMOTION_L2_256B,
                                 CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE);
    if (rc != CUDA_SUCCESS) std::printf("FAIL cuTensorMapEncodeTiled: %d\n", rc), std::exit(2);
    return made;
}

/** One block a row of the sample: every spread-th query of every head. */
__global__ void want(const bf16* q, const bf16* kv, double* weights, double* ref, int L, int S, int H, double scale, int spread) {
    const int rows = (L + spread - 1) / spread, row = blockIdx.x % rows * spread, head = blockIdx.x / rows % H;
    const u64 batch = blockIdx.x / rows / H, step = (u64) H * 128;
    const bf16* query = q + ((batch * L + row) * H + head) * 128;
    const bf16* keys = kv + batch * S * 2 * step + head * 128;
    double* weight = weights + (u64) blockIdx.x * S;
    double most = -1e300;
    for (int t = threadIdx.x; t < S; t += 256) {
        double dot = 0;
        for (int i = 0; i < 128; i++) dot += asDouble(query[i]) * asDouble(keys[t * 2 * step + i]);
        weight[t] = dot * scale;
        most = fmax(most, dot * scale);
    }
    __shared__ double largest[256];
    largest[threadIdx.x] = most;
    __syncthreads();
    for (int i = 0; i < 256; i++) most = fmax(most, largest[i]);
    double sum = 0;
    for (int t = threadIdx.x; t < S; t += 256) sum += weight[t] = exp(weight[t] - most);
    sum = blockSum(sum);
    __syncthreads();
    if (threadIdx.x < 128) {
        double mixed = 0;
        for (int t = 0; t < S; t++) mixed += weight[t] * asDouble(keys[t * 2 * step + step + threadIdx.x]);
        ref[(u64) blockIdx.x * 128 + threadIdx.x] = mixed / sum;
    }
}
__global__ void pick(const bf16* out, bf16* some, int L, int H, int spread) {
    const int rows = (L + spread - 1) / spread, row = blockIdx.x % rows * spread, head = blockIdx.x / rows % H;
    const u64 batch = blockIdx.x / rows / H;
    some[(u64) blockIdx.x * 128 + threadIdx.x] = out[((batch * L + row) * H + head) * 128 + threadIdx.x];
}
/** Makes a key score this much with every query of its head: adds a multiple of what they have in common, the mean of 1. */
__global__ void raise(bf16* kv, int S, int H, int key, float by) {
    put(kv + (u64) key * 2 * H * 128 + blockIdx.x * 128 + threadIdx.x, by);
}

void attention(int B, int L, int S, int H, int spread, float spreadOfScores = 1, int raised = -1, float by = 0) {
    const std::string name = text("attention %d x %d queries x %d keys x %d, scores %g, raised %g", B, L, S, H, spreadOfScores, by);
    const u64 n = (u64) B * L * H * 128, step = (u64) H * 128;
    const int sample = B * H * ((L + spread - 1) / spread);
    const float scale = 0.08838835f;
    Buffer<bf16> q(n, spreadOfScores, raised < 0 ? 0.f : 1.f), kv(2ull * B * S * step, 1.f), out(n), some(sample * 128ull);
    if (raised >= 0) raise<<<H, 128>>>(kv.p, S, H, raised, by);
    const int shared = 1024 + wan4j::ROWS * 256 + wan4j::SLOTS * wan4j::TILE + 256;
    CU(cudaFuncSetAttribute(wan4j_attention, cudaFuncAttributeMaxDynamicSharedMemorySize, shared));
    int blocks;
    CU(cudaDeviceGetAttribute(&blocks, cudaDevAttrMultiProcessorCount, 0));
    const TensorMap maps[] = {map(q.p, B, L, H, step, wan4j::ROWS, 2), map(kv.p, B, S, H, 2 * step, wan4j::KEYS, 1),
                              map(kv.p + step, B, S, H, 2 * step, wan4j::KEYS, 1)};
    const auto run = [&] {
        wan4j_attention<<<blocks / 2 * 2, wan4j::THREADS, shared>>>(maps[0], maps[1], maps[2], out.p, scale * 1.44269504f, L, S, H, B);
    };
    run();
    launched(name);
    Buffer<double> weights((u64) sample * S), wanted(sample * 128ull);
    want<<<sample, 256>>>(q.p, kv.p, weights.p, wanted.p, L, S, H, scale, spread);
    pick<<<sample, 128>>>(out.p, some.p, L, H, spread);
    launched(name + " in double");
    compare(name, some, wanted, sample * 128ull);
    repeats(name, out, run);
    if (L < 10000 || quick) return;
    cudaEvent_t from, to;
    CU(cudaEventCreate(&from));
    CU(cudaEventCreate(&to));
    const int times = 1 + (int) (4e14 / (512. * B * H * L * S));   // some 0.6 s, so that the power limit acts
    CU(cudaEventRecord(from));
    for (int i = 0; i < times; i++) run();
    CU(cudaEventRecord(to));
    CU(cudaEventSynchronize(to));
    float ms;
    CU(cudaEventElapsedTime(&ms, from, to));
    std::printf("time %-58s %8.4f ms %6.0f TFLOP/s\n", name.c_str(), ms / times, 512e-9 * B * H * L * S / ms * times);
}

}  // namespace

void checkAttention() {
    int major;
    CU(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, 0));
    if (major != 9) return;
    attention(1, 1, 1, 1, 1);
    attention(2, 130, 127, 3, 7);
    attention(1, 65, 129, 2, 1);
    attention(2, 257, 1025, 3, 3, 4);
    attention(1, 300, 900, 2, 1, 1, 400, 20);                        // far above the first tile: done again
    attention(1, 300, 900, 2, 1, 1, 899, 20);                        // in the first tile
    if (quick) return;
    attention(2, 20000, 1000, 12, 97, 1, 100, 20);
    attention(1, 32760, 32760, 40, 511);
    attention(1, 27280, 27280, 24, 511);
    attention(1, 75600, 75600, 40, 4001);
}
