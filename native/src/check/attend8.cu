#include "check.cuh"
#include "attend8/attend8.cu"
namespace keys {
#include "attend8/attend8_keys.cu"
}

namespace {

__device__ double e4m3Number(unsigned char v) {
    float low, high;
    e4m3Values(v, low, high);
    return low;
}
/** x rounded to e4m3 and back. */
__device__ double e4m3Rounded(float x) { return e4m3Number((unsigned char) e4m3Quad(x, 0.f, 0.f, 0.f)); }

/** The mean of each column [B, D] and the largest magnitude left: one block a column. */
__global__ void wantMeans(const bf16* x, double* means, double* largest, int keys, int length, int stride, int D) {
    const u64 base = (u64) (blockIdx.x / D) * length * stride + blockIdx.x % D;
    double sum = 0;
    for (int t = threadIdx.x; t < keys; t += 256) sum += asDouble(x[base + (u64) t * stride]);
    const double mean = blockSum(sum) / keys;
    double most = 0;
    for (int t = threadIdx.x; t < keys; t += 256) most = fmax(most, fabs(asDouble(x[base + (u64) t * stride]) - mean));
    if (threadIdx.x == 0) means[blockIdx.x] = mean;
    atomicMax((unsigned long long*) largest, (unsigned long long) __double_as_longlong(most));
}

/** k and v as the images should hold them: within half a step, zeros behind the tokens. Counts what is not. */
__global__ void wrongKeys(const bf16* x, const unsigned char* x8, const double* means, const double* largest, int keys, int length, int stride,
                          int padded, int H, bool turned, u64 n, unsigned long long* wrong) {
    for (u64 i = blockIdx.x * 256ull + threadIdx.x; i < n; i += gridDim.x * 256ull) {
        const int column = i % HEAD, token = i / HEAD % padded;
        const u64 which = i / HEAD / padded, batch = which / H, head = which % H;
        int slot = 0;
        for (int s = 0; s < 32; s++) if (keys::slotToken(s) == token % 32) slot = s;
        const u64 inside = turned ? (u64) token / 32 * 4096 + column * 32 + ((slot / 16 ^ (column >> 2 & 1)) * 16 + slot % 16)
                                  : (u64) token * 128 + ((column / 16 ^ (token & 7)) * 16 + column % 16);
        const double got = e4m3Number(x8[which * padded * HEAD + inside]);
        double want = 0, step = 0;
        if (token < keys) {
            want = (asDouble(x[(batch * length + token) * stride + head * HEAD + column]) - means[(batch * H + head) * HEAD + column]) * (*largest == 0 ? 1 : 448 / *largest);
            step = fmax(exp2(floor(log2(fabs(want))) - 3), exp2(-9.));
        }
        if (!(fabs(got - want) <= 0.5 * step + 1e-4 * fabs(want) + 5e-4)) atomicAdd(wrong, 1ull);
    }
}

/** Row `row` of a head, one block each, from what was quantised; but for the rounding of weights. */
__global__ void wantRow(const bf16* q, const unsigned char* k8, const unsigned char* v8, const double* means, const double* largest, double* out,
                        double scale, int queries, int keys, int padded, int H, const int* rows, int count) {
    const int row = rows[blockIdx.x % count], head = blockIdx.x / count % H, batch = blockIdx.x / count / H;
    __shared__ double q8[HEAD], part[256];
    __shared__ float most;
    const bf16* from = q + ((u64) batch * queries + row) * H * HEAD + head * HEAD;
    if (threadIdx.x == 0) {
        most = 0;
        for (int i = 0; i < HEAD; i++) most = fmaxf(most, fabsf(valueOf(from[i])));
    }
    __syncthreads();
    const float inverse = 1.f / (most / 448.f);
    if (threadIdx.x < HEAD) q8[threadIdx.x] = e4m3Rounded(valueOf(from[threadIdx.x]) * inverse) * most / 448 * largest[0] / 448 * scale;
    __syncthreads();
    const u64 image = ((u64) batch * H + head) * padded * HEAD;
    const auto score = [&](int t) {
        double s = 0;
        for (int i = 0; i < HEAD; i++) s += q8[i] * e4m3Number(k8[image + (u64) t * 128 + ((i / 16 ^ (t & 7)) * 16 + i % 16)]);
        return s;
    };
    double high = -1e300;
    for (int t = threadIdx.x; t < keys; t += 256) high = fmax(high, score(t));
    part[threadIdx.x] = high;
    __syncthreads();
    for (int i = 0; i < 256; i++) high = fmax(high, part[i]);
    double o[HEAD], sum = 0;
    for (int i = 0; i < HEAD; i++) o[i] = 0;
    for (int t = threadIdx.x; t < keys; t += 256) {
        const double w = exp(score(t) - high);
        int slot = 0;
        for (int s = 0; s < 32; s++) if (keys::slotToken(s) == t % 32) slot = s;
        sum += w;
        for (int i = 0; i < HEAD; i++)
            o[i] += w * e4m3Number(v8[image + (u64) t / 32 * 4096 + i * 32 + ((slot / 16 ^ (i >> 2 & 1)) * 16 + slot % 16)]);
    }
    sum = blockSum(sum);
    for (int i = 0; i < HEAD; i++) {
        const double all = blockSum(o[i]);
        if (threadIdx.x == 0) out[(u64) blockIdx.x * HEAD + i] = all / sum * largest[1] / 448 + means[((u64) batch * H + head) * HEAD + i];
    }
}
/** Error and size of what is not the mean. */
__global__ void rowErrors(const bf16* got, const double* want, const double* means, int queries, int H, const int* rows, int count, int n, Sums* sums) {
    for (int i = blockIdx.x * 256 + threadIdx.x; i < n; i += gridDim.x * 256) {
        const int column = i % HEAD, row = rows[i / HEAD % count], head = i / HEAD / count % H, batch = i / HEAD / count / H;
        const double g = asDouble(got[((u64) batch * queries + row) * H * HEAD + head * HEAD + column]), m = means[((u64) batch * H + head) * HEAD + column];
        if (!(fabs(g) < 1e30)) atomicAdd(&sums->bad, 1ull);
        atomicAdd(&sums->error, (g - want[i]) * (g - want[i]));
        atomicAdd(&sums->norm, (want[i] - m) * (want[i] - m));
    }
}

void attend8(int B, int L, int S, int length, int H, bool check = true, float sharpness = 1.f) {
    const std::string name = text("attend8 %d x %d x %d x %d", B, L, S, H);
    const int D = H * HEAD, P = (S + KEYS - 1) / KEYS * KEYS, rows = std::max(64, (S + 63) / 64), chunks = (S + rows - 1) / rows;
    const int groups = (D + 255) / 256;
    const float scale = 0.08838835f;
    Buffer<bf16> q((u64) B * L * D, sharpness, 0.3f), kv((u64) B * length * 2 * D, sharpness, L < 10000 ? -0.5f : 0.f), out((u64) B * L * D);
    Buffer<float> parts(6ull * B * chunks * D), means(2ull * B * D);
    Buffer<u32> largest(2);
    Buffer<unsigned char> k8((u64) B * P * D), v8((u64) B * P * D);
    const bf16 *k = kv.p, *v = kv.p + D;
    const auto column = [&] {
        keys::wan4j_key_parts<<<dim3(groups * 2 * B, chunks), 256>>>(k, v, parts.p, largest.p, 2 * D, 2 * D, S, length, D, B, rows);
        keys::wan4j_key_means<<<dim3(groups, 2 * B), 256>>>(parts.p, means.p, largest.p, S, D, B, chunks);
    };
    const auto quantise = [&] {
        keys::wan4j_quantise_keys<<<dim3(H * ((P + 127) / 128), B), 256>>>(k, v, means.p, (float*) largest.p, k8.p, v8.p, 2 * D, 2 * D, S, length, P, H);
    };
    int device, multiprocessors;
    CU(cudaGetDevice(&device));
    CU(cudaDeviceGetAttribute(&multiprocessors, cudaDevAttrMultiProcessorCount, device));
    const int bytes = V_FREE + 8 * STAGES + 1024;
    CU(cudaFuncSetAttribute(wan4j_attend8, cudaFuncAttributeMaxDynamicSharedMemorySize, bytes));
    const int works = (L + QUERIES - 1) / QUERIES * H * B;
    const auto attend = [&] {
        wan4j_attend8<<<std::min(works, multiprocessors), 384, bytes>>>(
                q.p, k8.p, v8.p, means.p + (u64) B * D, (float*) largest.p, out.p, scale, D, L, S, H, B);
    };
    column();
    quantise();
    attend();
    launched(name);
    if (check) {
        Buffer<double> wantedMeans(2ull * B * D), wantedLargest(2);
        CU(cudaMemset(wantedLargest.p, 0, 16));
        Buffer<unsigned long long> wrong(1);
        CU(cudaMemset(wrong.p, 0, 8));
        for (int i = 0; i < 2; i++) {
            double* mean = wantedMeans.p + (u64) i * B * D;
            wantMeans<<<B * D, 256>>>(i ? v : k, mean, wantedLargest.p + i, S, length, 2 * D, D);
            wrongKeys<<<1024, 256>>>(i ? v : k, i ? v8.p : k8.p, mean, wantedLargest.p + i, S, length, 2 * D, P, H, i, (u64) B * P * D, wrong.p);
        }
        compare(name + " means", means, wantedMeans, 2ull * B * D);
        unsigned long long bad;
        CU(cudaMemcpy(&bad, wrong.p, 8, cudaMemcpyDeviceToHost));
        if (bad) failures++, std::printf("FAIL %s: %llu quantised values are wrong\n", name.c_str(), bad);
        std::vector<int> some;
        for (int i = 0; i < 7 && L < 10000; i++) some.push_back((int) ((long long) i * (L - 1) / 6));
        some.push_back(std::min(L - 1, 64)), some.push_back(std::min(L - 1, 137));
        const int count = (int) some.size(), n = B * H * count * HEAD;
        Buffer<int> chosen(count);
        CU(cudaMemcpy(chosen.p, some.data(), count * sizeof(int), cudaMemcpyHostToDevice));
        Buffer<double> want(n);
        wantRow<<<B * H * count, 256>>>(q.p, k8.p, v8.p, wantedMeans.p + (u64) B * D, wantedLargest.p, want.p, scale, L, S, P, H, chosen.p, count);
        Buffer<Sums> sums(1);
        CU(cudaMemset(sums.p, 0, sizeof(Sums)));
        rowErrors<<<64, 256>>>(out.p, want.p, wantedMeans.p + (u64) B * D, L, H, chosen.p, count, n, sums.p);
        launched(name);
        Sums s;
        CU(cudaMemcpy(&s, sums.p, sizeof s, cudaMemcpyDeviceToHost));
        const double error = std::sqrt(s.error / s.norm);
        const bool ok = s.bad == 0 && (S == 1 || error < 0.045);
        failures += !ok;
        std::printf("%-4s %-58s error %.2e of what is not the mean, not finite %llu\n", ok ? "ok" : "FAIL", name.c_str(), error, s.bad);
        repeats(name, out, attend);
    }
    if (L < 10000) return;
    timed(name + " sums of columns", 4. * B * S * D, column);
    timed(name + " quantise", 4. * B * S * D + 2. * B * P * D, quantise);
    const double flop = 4. * B * H * L * (double) S * HEAD;
    const int runs = (int) std::max(4., 1.6e15 / flop);
    cudaEvent_t a, b;
    CU(cudaEventCreate(&a));
    CU(cudaEventCreate(&b));
    for (int half = 0; half < 2; half++) {
        CU(cudaEventRecord(a));
        for (int i = 0; i < runs / 2; i++) attend();
        CU(cudaEventRecord(b));
        CU(cudaEventSynchronize(b));
        float ms;
        CU(cudaEventElapsedTime(&ms, a, b));
        ms /= runs / 2;
        std::printf("time %-58s %8.4f ms %.0f TFLOP/s%s\n", name.c_str(), ms, flop / ms * 1e-9, half ? ", then" : "");
    }
}

}  // namespace

void checkAttend8() {
    attend8(1, 1, 1, 1, 1);
    attend8(1, 5, 133, 140, 3);
    attend8(2, 257, 577, 577, 2);
    attend8(1, 1111, 4111, 4112, 2, true, 2.f);
    if (quick) return;
    attend8(1, 32760, 32760, 32768, 40);
    attend8(1, 27280, 27280, 27280, 24, false);
    attend8(1, 75600, 75600, 75648, 40, false);
}
