#include "check.cuh"
#include "attention8/attention8.cu"

namespace {

__device__ double e4m3Double(unsigned char v) {
    float low, high;
    e4m3Values(v, low, high);
    return low;
}

/** [B, D] means and, in the last dimension's place, the largest magnitude left: one block a column. */
__global__ void wantMeans(const bf16* x, double* means, double* largest, int L, int D, bool centred) {
    const u64 base = (u64) (blockIdx.x / D) * L * D + blockIdx.x % D;
    double sum = 0;
    for (int t = threadIdx.x; t < L; t += 256) sum += asDouble(x[base + (u64) t * D]);
    const double mean = centred ? blockSum(sum) / L : 0;
    double most = 0;
    for (int t = threadIdx.x; t < L; t += 256) most = fmax(most, fabs(asDouble(x[base + (u64) t * D]) - mean));
    if (threadIdx.x == 0) means[blockIdx.x] = mean;
    atomicMax((unsigned long long*) largest, (unsigned long long) __double_as_longlong(most));
}
/** x as e4m3 should hold it: within half a step, and zeros behind the tokens. Counts what is not. */
__global__ void wrongBytes(const bf16* x, const unsigned char* x8, const double* means, const double* largest, int L, int P, int D, u64 n,
                           unsigned long long* wrong) {
    for (u64 i = blockIdx.x * 256ull + threadIdx.x; i < n; i += gridDim.x * 256ull) {
        const int column = i % D, token = i / D % P;
        const u64 batch = i / D / P;
        const double got = e4m3Double(x8[i]);
        double want = 0, step = 0;
        if (token < L) {
            want = (asDouble(x[(batch * L + token) * D + column]) - means[batch * D + column]) * 448 / *largest;
            step = fmax(exp2(floor(log2(fabs(want))) - 3), exp2(-9.));
        }
        // the mean is f32: beside the largest, 448, its last digit is some 1e-4
        if (!(fabs(got - want) <= 0.5 * step + 1e-4 * fabs(want) + 5e-4)) atomicAdd(wrong, 1ull);
    }
}
__global__ void wantAttended(const unsigned char* o8, const double* means, const double* largest, const float* logSums, double* out, int L,
                             int P, int D, int width, u64 n) {
    for (u64 i = blockIdx.x * 256ull + threadIdx.x; i < n; i += gridDim.x * 256ull) {
        const u64 batch = i / D / L, token = i / D % L, column = i % D;
        const double s = exp((double) logSums[(batch * (D / width) + column / width) * P + token]);
        const double factor = P == L ? 1 : s / (s - (P - L));
        out[i] = e4m3Double(o8[(batch * P + token) * D + column]) * 2 * *largest / 448 * factor + means[batch * D + column];
    }
}
__global__ void bytes(unsigned char* p, u64 n) {
    for (u64 i = blockIdx.x * 256ull + threadIdx.x; i < n; i += gridDim.x * 256ull) {
        p[i] = (unsigned char) (uniform(i, 77) * 256);
        if ((p[i] & 0x7f) == 0x7f) p[i] = 0;                              // NaN
    }
}

void attention8(int B, int L, int H, int width) {
    const std::string name = text("attention8 %d x %d x %d x %d", B, L, H, width);
    const int D = H * width, P = (L + 127) / 128 * 128, rows = std::max(64, (L + 63) / 64), chunks = (L + rows - 1) / rows;
    const int groups = (D + 255) / 256;
    const u64 n = (u64) B * L * D, n8 = (u64) B * P * D;
    Buffer<bf16> q(n, 1.f, 0.3f), k(n, 1.f, -2.f), v(n, 0.1f, 1.f), out(n);
    Buffer<float> parts(9ull * B * chunks * D), means(3ull * B * D), scalars(8), logSums((u64) B * H * P, 0.5f, 9.f);
    Buffer<u32> largest(3);
    Buffer<unsigned char> x8(3 * n8), o8(n8);
    bytes<<<1024, 256>>>(o8.p, n8);
    const auto blocks = [&](int tokens) { return (unsigned) (((u64) (tokens + 3) / 4 * (D / 16) + 255) / 256); };
    const auto column = [&] {
        wan4j_column_parts<<<dim3(groups * 3 * B, chunks), 256>>>(q.p, k.p, v.p, parts.p, largest.p, L, D, B, rows);
        wan4j_column_means<<<dim3(groups, 3 * B), 256>>>(parts.p, means.p, largest.p, L, D, B, chunks);
    };
    const auto quantise = [&] {
        wan4j_quantise_qkv<<<dim3(blocks(P), 3 * B), 256>>>(q.p, k.p, v.p, means.p, largest.p, x8.p, scalars.p, L, P, D, B);
    };
    const float* sums = P == L ? nullptr : logSums.p;
    const auto back = [&] {
        wan4j_attended<<<dim3(blocks(L), B), 256>>>(o8.p, means.p + 2ull * B * D, largest.p, sums, out.p, L, P, D, width);
    };
    column();
    quantise();
    back();
    launched(name);
    Buffer<double> wantedMeans(3ull * B * D), wantedLargest(3);
    CU(cudaMemset(wantedLargest.p, 0, 24));
    Buffer<unsigned long long> wrong(1);
    CU(cudaMemset(wrong.p, 0, 8));
    const bf16* inputs[] = {q.p, k.p, v.p};
    for (int i = 0; i < 3; i++) {
        double* mean = wantedMeans.p + (u64) i * B * D;
        wantMeans<<<B * D, 256>>>(inputs[i], mean, wantedLargest.p + i, L, D, i > 0);
        wrongBytes<<<1024, 256>>>(inputs[i], x8.p + i * n8, mean, wantedLargest.p + i, L, P, D, n8, wrong.p);
    }
    launched(name);
    compare(name + " means", means, wantedMeans, 3ull * B * D);
    u32 bits[3];
    double most[3];
    float factors[8];
    unsigned long long bad;
    CU(cudaMemcpy(bits, largest.p, sizeof bits, cudaMemcpyDeviceToHost));
    CU(cudaMemcpy(most, wantedLargest.p, sizeof most, cudaMemcpyDeviceToHost));
    CU(cudaMemcpy(factors, scalars.p, sizeof factors, cudaMemcpyDeviceToHost));
    CU(cudaMemcpy(&bad, wrong.p, 8, cudaMemcpyDeviceToHost));
    for (int i = 0; i < 3; i++) {
        float got;
        memcpy(&got, bits + i, 4);
        const double factor = most[i] == 0 ? 1 : most[i] / 448;
        if (!(std::fabs(got - most[i]) <= 1e-5 * most[i] + 1e-6) || !(std::fabs(factors[i] - factor) <= 1e-5 * factor + 1e-8))
            failures++, std::printf("FAIL %s: largest %d is %g, should be %g; factor %g\n", name.c_str(), i, got, most[i], factors[i]);
    }
    if (bad) failures++, std::printf("FAIL %s: %llu quantised values are wrong\n", name.c_str(), bad);
    Buffer<double> wanted(n);
    wantAttended<<<1024, 256>>>(o8.p, wantedMeans.p + 2ull * B * D, wantedLargest.p + 2, logSums.p, wanted.p, L, P, D, width, n);
    compare(name + " back", out, wanted, n);
    repeats(name + " quantised", x8, [&] { column(); quantise(); });
    if (L < 10000) return;
    timed(name + " sums of columns", 6. * n, column);
    timed(name + " quantise", 6. * n + 3. * n8, quantise);
    timed(name + " back", 3. * n, back);
}

}  // namespace

void checkAttention8() {
    attention8(1, 2, 1, 16);
    attention8(2, 133, 3, 112);
    attention8(1, 257, 2, 128);
    attention8(1, 384, 5, 64);
    if (quick) return;
    attention8(1, 32760, 40, 128);
    attention8(1, 75600, 40, 128);
    attention8(1, 27280, 24, 128);
}
