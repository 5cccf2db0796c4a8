#include "check.cuh"
#include "merge/merge.cu"

namespace {

template <int D>
__global__ void want(const bf16* a, const bf16* b, const float* la, const float* lb, double* out, int H, int L, u64 n) {
    for (u64 i = blockIdx.x * 256ull + threadIdx.x; i < n; i += gridDim.x * 256ull) {
        const u64 row = i / D, at = (row / H / L * H + row % H) * L + row / H % L;
        const double wa = exp((double) la[at]), wb = exp((double) lb[at]);
        out[i] = (asDouble(a[i]) * wa + asDouble(b[i]) * wb) / (wa + wb);
    }
}

template <int D> void merge(int B, int L, int H) {
    const std::string name = text("merge<%d> %d x %d x %d", D, B, L, H);
    const u64 n = (u64) B * L * H * D, packs = n / 8;
    Buffer<bf16> a(n, 1.f), b(n, 1.f, 0.3f), out(n);
    Buffer<float> la((u64) B * H * L, 2.f, 1.f), lb((u64) B * H * L, 2.f);
    const auto run = [&] { wan4j_merge<D><<<(unsigned) ((packs + 255) / 256), 256>>>(out.p, b.p, la.p, lb.p, H, L, packs); };
    CU(cudaMemcpy(out.p, a.p, n * sizeof(bf16), cudaMemcpyDeviceToDevice));
    run();
    launched(name);
    Buffer<double> ref(n);
    want<D><<<1024, 256>>>(a.p, b.p, la.p, lb.p, ref.p, H, L, n);
    compare(name, out, ref, n);
    if (L > 10000) timed(name, 6. * n, run);
}

}  // namespace

void checkMerge() {
    merge<128>(1, 1, 1);
    merge<128>(2, 33, 3);
    merge<64>(1, 130, 5);
    if (quick) return;
    merge<128>(1, 75600, 40);
    merge<128>(1, 27280, 24);
}
