#include "check.cuh"
#include "cross_attention/cross_attention.cu"

namespace {

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
template <int WARPS> void attention(int B, int L, int H, int S, int times, float spread) {
    const std::string name = text("cross_attention<%d> %d x %d x %d, %d keys, last %d times, scores %g", WARPS, B, L, H, S, times, spread);
    const u64 rows = (u64) B * L * H;
    Buffer<bf16> q(rows * 128, spread), k((u64) B * S * H * 128, 1.f), v((u64) B * S * H * 128, 1.f, 0.2f), out(rows * 128);
    const float scale = 1 / std::sqrt(128.f);
    const u32 tiles = B * H * ((L + 31) / 32);
    const int shared = WARPS * 8192 + (S + 15) / 16 * 16 * 528;
    int processors = 0;
    CU(cudaDeviceGetAttribute(&processors, cudaDevAttrMultiProcessorCount, 0));
    CU(cudaFuncSetAttribute(wan4j_cross_attention<WARPS>, cudaFuncAttributeMaxDynamicSharedMemorySize, shared));
    const u32 blocks = std::min<u32>(processors, (tiles + WARPS - 1) / WARPS);
    const auto run = [&] {
        wan4j_cross_attention<WARPS><<<(unsigned) blocks, 32 * WARPS, shared>>>(
                q.p, k.p, v.p, out.p, L, H, S, tiles, scale * 1.44269504f, std::log((float) times) / scale);
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

}  // namespace

void checkCrossAttention() {
    for (int keys : {1, 2, 17, 32, 33, 64, 65, 127, 128}) {
        attention<8>(1, 1, 1, keys, 513 - keys, 1);
        attention<4>(2, 77, 3, keys, 513 - keys, 1);
        attention<8>(1, 300, 2, keys, 1, 8);
    }
    attention<8>(1, 130, 5, 304, 209, 1);
    attention<4>(1, 130, 5, 368, 145, 1);
    if (quick) return;
    attention<8>(1, 27280, 24, 128, 385, 1);
    for (int keys : {16, 32, 64, 96, 128, 192, 256, 304}) attention<8>(1, 32760, 40, keys, 513 - keys, 1);
    for (int keys : {16, 64, 128, 192, 320, 368}) attention<4>(1, 32760, 40, keys, 513 - keys, 1);
    attention<8>(1, 75600, 40, 128, 385, 1);
}
