#include "check.cuh"
#include "combine/combine.cu"
#include "patchify/patchify.cu"

namespace {

__global__ void wantPatches(const float* x, double* out, int C, int T, int h, int w) {
    const u64 n = (u64) C * T * h * w;
    for (u64 i = blockIdx.x * 256ull + threadIdx.x; i < n; i += gridDim.x * 256ull) {
        const u64 px = i % w, py = i / w % h, t = i / w / h % T, c = i / w / h / T;
        const u64 token = (t * (h / 2) + py / 2) * (w / 2) + px / 2;
        out[token * C * 4 + c * 4 + py % 2 * 2 + px % 2] = x[i];
    }
}
template <class In> __global__ void wantLatents(const In* x, double* out, int C, int T, int h, int w) {
    const u64 n = (u64) C * T * h * w;
    for (u64 i = blockIdx.x * 256ull + threadIdx.x; i < n; i += gridDim.x * 256ull) {
        const u64 px = i % w, py = i / w % h, t = i / w / h % T, c = i / w / h / T;
        const u64 token = (t * (h / 2) + py / 2) * (w / 2) + px / 2;
        out[i] = roundedTo<bf16>(asDouble(x[token * C * 4 + (py % 2 * 2 + px % 2) * C + c]));
    }
}
__global__ void wantGuided(const float* c, const float* u, double* out, double g, u64 n) {
    for (u64 i = blockIdx.x * 256ull + threadIdx.x; i < n; i += gridDim.x * 256ull) out[i] = u[i] + g * ((double) c[i] - u[i]);
}
__global__ void wantSum(const Terms t, double* out, int terms, u64 n) {
    for (u64 i = blockIdx.x * 256ull + threadIdx.x; i < n; i += gridDim.x * 256ull) {
        double sum = 0;
        for (int k = 0; k < terms; k++) sum += t.weight[k] * t.x[k][i];
        out[i] = sum;
    }
}

template <class T> void patches(int C, int frames, int h, int w) {
    const std::string name = text("patchify<%s> %d x %d x %d x %d", typeName<T>(), C, frames, h, w);
    const u64 n = (u64) C * frames * h * w;
    const dim3 grid((unsigned) (n / C / 4 + 255) / 256, C);
    Buffer<float> latents(n, 1.f), back(n);
    Buffer<T> rows(n);
    Buffer<double> ref(n);
    const auto there = [&] { wan4j_patchify<T><<<grid, 256>>>(latents.p, rows.p, C, frames, h, w); };
    repeats(name, rows, there);
    launched(name);
    wantPatches<<<1024, 256>>>(latents.p, ref.p, C, frames, h, w);
    compare(name, rows, ref, n);
    const auto here = [&] { wan4j_unpatchify<T><<<grid, 256>>>(rows.p, back.p, C, frames, h, w); };
    repeats("un" + name, back, here);
    launched("un" + name);
    wantLatents<<<1024, 256>>>(rows.p, ref.p, C, frames, h, w);
    compare("un" + name, back, ref, n);
    timed(name, n * (4. + sizeof(T)), there);
    timed("un" + name, n * (4. + sizeof(T)), here);
}

template <int COUNT> void combine(u64 n) {
    const std::string name = text("combine<%d> %llu", COUNT, (unsigned long long) n);
    Buffer<float> x(n * COUNT + 4 * COUNT, 1.f), out(n);
    Terms terms{};
    for (int i = 0; i < COUNT; i++) terms.x[i] = x.p + i * ((n + 3) / 4 * 4), terms.weight[i] = 1.0 / (i + 1) - 0.4 * i;
    const auto run = [&] { wan4j_combine<COUNT><<<(unsigned) ((n + 1023) / 1024), 256>>>(terms, out.p, n); };
    repeats(name, out, run);
    launched(name);
    Buffer<double> ref(n);
    wantSum<<<1024, 256>>>(terms, ref.p, COUNT, n);
    compare(name, out, ref, n);
    timed(name, n * 4. * (COUNT + 1), run);
}

void guidance(u64 n) {
    const std::string name = text("guidance %llu", (unsigned long long) n);
    Buffer<float> c(n, 1.f), u(n, 1.f), out(n);
    const auto run = [&] { wan4j_guidance<<<(unsigned) ((n + 1023) / 1024), 256>>>(c.p, u.p, out.p, 3.5f, n); };
    repeats(name, out, run);
    launched(name);
    Buffer<double> ref(n);
    wantGuided<<<1024, 256>>>(c.p, u.p, ref.p, 3.5, n);
    compare(name, out, ref, n);
    timed(name, n * 12., run);
}

}  // namespace

void checkLatents() {
    patches<bf16>(16, 1, 2, 2);
    patches<float>(3, 2, 6, 10);
    patches<bf16>(36, 3, 34, 50);
    for (u64 n : {1, 5, 1023, 1025}) guidance(n), combine<1>(n), combine<2>(n), combine<3>(n), combine<8>(n);
    if (quick) return;
    patches<bf16>(16, 21, 90, 160);
    patches<bf16>(48, 31, 44, 80);
    guidance(16 * 21 * 90 * 160);
    combine<4>(16 * 21 * 90 * 160);
}
