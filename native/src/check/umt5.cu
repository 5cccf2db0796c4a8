#include "check.cuh"
#include "umt5/umt5.cu"

namespace {

/** The stepwise roundings are the definition, so the reference takes the same steps in double and rounds each. */
__global__ void wantGelu(const bf16* gate, const bf16* up, double* out, int width, int stride, u64 n) {
    for (u64 i = blockIdx.x * 256ull + threadIdx.x; i < n; i += gridDim.x * 256ull) {
        const u64 row = i / width, column = i % width;
        const double g = asDouble(gate[row * stride + column]);
        const auto r = [](double v) { return roundedTo<bf16>(v); };
        const double inner = r(g + r(0.044715 * r(r(g * g) * g)));
        const double t = r(tanh(r(0.7978845608028654 * inner)));
        out[i] = asDouble(up[row * stride + column]) * r(r(0.5 * g) * r(1 + t));
    }
}
__global__ void wantSoftmax(const bf16* scores, const bf16* bias, double* out, int keys, u32 queries, u32 heads) {
    const u32 query = blockIdx.x % queries, head = blockIdx.x / queries % heads;
    const u64 at = (u64) blockIdx.x * keys, shared = (u64) head * (queries + keys - 1) + queries - 1 - query;
    double sum = 0, greatest = -1e300;
    const auto v = [&](int i) { return roundedTo<bf16>(asDouble(scores[at + i]) + asDouble(bias[shared + i])); };
    for (int i = 0; i < keys; i++) greatest = fmax(greatest, v(i));
    for (int i = threadIdx.x; i < keys; i += 256) sum += exp(v(i) - greatest);
    sum = blockSum(sum);
    for (int i = threadIdx.x; i < keys; i += 256) out[at + i] = exp(v(i) - greatest) / sum;
}

void gelu(int rows, int width) {
    const std::string name = text("gated_gelu %d x %d", rows, width);
    Buffer<bf16> both((u64) rows * 2 * width, 2.f), out((u64) rows * width);
    const u64 packs = out.n / 8;
    const auto run = [&] { wan4j_gated_gelu<<<(unsigned) ((packs + 255) / 256), 256>>>(both.p, both.p + width, out.p, width, 2 * width, 2 * width, packs); };
    repeats(name, out, run);
    launched(name);
    Buffer<double> ref(out.n);
    wantGelu<<<1024, 256>>>(both.p, both.p + width, ref.p, width, 2 * width, out.n);
    compare(name, out, ref, out.n);
    timed(name, out.n * 6., run);
}

template <int PER> void softmax(int batch, int heads, int queries, int keys) {
    const std::string name = text("bias_softmax<%d> %d x %d x %d x %d", PER, batch, heads, queries, keys);
    const u32 rows = batch * heads * queries;
    Buffer<bf16> scores((u64) rows * keys, 3.f), bias((u64) heads * (queries + keys - 1), 3.f), out((u64) rows * keys);
    const auto run = [&] { wan4j_bias_softmax<PER><<<(rows + 3) / 4, 128>>>(scores.p, bias.p, out.p, keys, queries, heads, rows); };
    repeats(name, out, run);
    launched(name);
    Buffer<double> ref(out.n);
    wantSoftmax<<<rows, 256>>>(scores.p, bias.p, ref.p, keys, queries, heads);
    compare(name, out, ref, out.n);
    timed(name, out.n * 4., run);
}

}  // namespace

void checkUmt5() {
    gelu(1, 8);
    gelu(13, 256);
    gelu(28, 10240);
    softmax<1>(1, 2, 1, 1);
    softmax<1>(2, 2, 5, 28);
    softmax<4>(1, 2, 126, 126);
    softmax<16>(2, 3, 33, 511);
    if (quick) return;
    gelu(512, 10240);
    softmax<16>(1, 64, 512, 512);
    softmax<4>(1, 64, 126, 126);
}
