#include "check.cuh"
#include "cross_attention/cross_attention.cu"
#include "cross_attention/hopper.cu"
#include "rms_rope/rms_rope.cu"

namespace {

/** The kernel whose warps work by themselves. */
struct Warps {
    static constexpr int MANY = 8, FEW = 4, KEYS = 16, QUERIES = 32, OWN = 8320, COMMON = 528, THREADS = 32;
    static constexpr const char* NAME = "cross_attention";
    template <int WORKERS> static constexpr auto kernel = wan4j_cross_attention<WORKERS>;
};
/** The one whose warps work in groups of four. */
struct Groups {
    static constexpr int MANY = 3, FEW = 2, KEYS = 64, QUERIES = 64, OWN = 16640, COMMON = 1536, THREADS = 128;
    static constexpr const char* NAME = "cross_attention_hopper";
    template <int WORKERS> static constexpr auto kernel = wan4j_cross_attention_hopper<WORKERS>;
};

/** An RMS norm with its rounding points, one block a token; D = heads * 128. */
__global__ void norm(const bf16* x, const float* weight, bf16* out, float* factors, int D) {
    const u64 row = blockIdx.x * (u64) D;
    double sum = 0;
    for (int i = threadIdx.x; i < D; i += 256) sum += asDouble(x[row + i]) * asDouble(x[row + i]);
    const float factor = (float) (1 / sqrt(blockSum(sum) / D + 1e-6));
    if (threadIdx.x == 0) factors[blockIdx.x] = factor;
    for (int i = threadIdx.x; i < D; i += 256) put(out + row + i, rounded<bf16>(valueOf(x[row + i]) * factor) * weight[i]);
}

/** In double, one block a query: every copy of the last key by itself would be `times` equal terms. */
__global__ void want(const bf16* q, const bf16* k, const bf16* v, double* out, int length, int heads, int keys, double scale, double times) {
    __shared__ double scores[512], factor;
    const u64 row = blockIdx.x, head = row % heads, batch = row / heads / length;
    const bf16* query = q + row * 128;
    for (int key = threadIdx.x; key < keys; key += 128) {
        double s = 0;
        for (int i = 0; i < 128; i++) s += asDouble(query[i]) * asDouble(k[((batch * keys + key) * heads + head) * 128 + i]);
        scores[key] = s * scale;
    }
    __syncthreads();
    if (threadIdx.x == 0) {
        double most = scores[0], sum = 0;
        for (int key = 1; key < keys; key++) most = fmax(most, scores[key]);
        for (int key = 0; key < keys; key++) sum += scores[key] = exp(scores[key] - most) * (key == keys - 1 ? times : 1);
        factor = 1 / sum;
    }
    __syncthreads();
    double sum = 0;
    for (int key = 0; key < keys; key++) sum += scores[key] * asDouble(v[((batch * keys + key) * heads + head) * 128 + threadIdx.x]);
    out[row * 128 + threadIdx.x] = sum * factor;
}

/** `spread` is the deviation of the scores; rounding the shares to bf16 is part of the formula, hence the wider bound. */
template <class Way, int WORKERS> void attention(int B, int L, int H, int S, int times, float spread) {
    const std::string name = text("%s<%d> %d x %d x %d, %d keys, last %d times, scores %g", Way::NAME, WORKERS, B, L, H, S, times, spread);
    const u64 rows = (u64) B * L * H;
    Buffer<bf16> x(rows * 128, 3.f), q(rows * 128), k((u64) B * S * H * 128, 1.f), v((u64) B * S * H * 128, 1.f, 0.2f), out(rows * 128);
    Buffer<float> weight(H * 128, 0.2f, spread), factors((u64) B * L);
    norm<<<B * L, 256>>>(x.p, weight.p, q.p, factors.p, H * 128);
    const auto kernel = Way::template kernel<WORKERS>;
    const float scale = 1 / std::sqrt(128.f);
    const u32 tiles = B * H * ((L + Way::QUERIES - 1) / Way::QUERIES);
    const int shared = WORKERS * Way::OWN + Way::COMMON + (S + Way::KEYS - 1) / Way::KEYS * Way::KEYS * 512;
    int processors = 0;
    CU(cudaDeviceGetAttribute(&processors, cudaDevAttrMultiProcessorCount, 0));
    CU(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, shared));
    const u32 blocks = std::min<u32>(processors, (tiles + WORKERS - 1) / WORKERS);
    const auto run = [&] {
        kernel<<<blocks, Way::THREADS * WORKERS, shared>>>(
                x.p, factors.p, weight.p, k.p, v.p, out.p, L, H, S, tiles, scale * 1.44269504f, std::log((float) times) / scale);
    };
    run();
    launched(name);
    Buffer<double> ref(rows * 128);
    if (rows < 4000000) {
        want<<<(unsigned) rows, 128>>>(q.p, k.p, v.p, ref.p, L, H, S, scale, times);
        compare(name, out, ref, rows * 128, true);
    }
    repeats(name, out, run);
    if (L > 10000) timed(name, 4. * rows * 128, run);
}

template <class Way> void all() {
    for (int keys : {1, 2, 17, 32, 33, 64, 65, 127, 128}) {
        attention<Way, Way::MANY>(1, 1, 1, keys, 513 - keys, 1);
        attention<Way, Way::FEW>(2, 77, 3, keys, 513 - keys, 1);
        attention<Way, Way::MANY>(1, 300, 2, keys, 1, 8);
    }
    attention<Way, Way::MANY>(1, 130, 5, 320, 193, 1);
    attention<Way, Way::FEW>(1, 130, 5, 384, 129, 1);
    if (quick) return;
    for (int keys : {16, 64, 128, 192, 256, 320}) attention<Way, Way::MANY>(1, 32760, 40, keys, 513 - keys, 1);
    attention<Way, Way::FEW>(1, 32760, 40, 384, 129, 1);
    attention<Way, Way::MANY>(1, 75600, 40, 128, 385, 1);
    attention<Way, Way::MANY>(1, 27280, 24, 128, 385, 1);
}

}  // namespace

void checkCrossAttention() {
    cudaDeviceProp device;
    CU(cudaGetDeviceProperties(&device, 0));
    all<Warps>();
    if (device.major == 9) all<Groups>();
}
