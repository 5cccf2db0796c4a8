#include "check.cuh"
#include "leave_out/leave_out.cu"

namespace {

/** In double: sums of exponentials with and without the copies. */
template <int D>
__global__ void want(const bf16* out, const bf16* q, const bf16* last, const float* l, double* ref, int H, int L, double scale,
        double copies, u64 rows) {
    for (u64 row = blockIdx.x * 256ull + threadIdx.x; row < rows; row += gridDim.x * 256ull) {
        const u64 batch = row / H / L, head = batch * H + row % H;
        double dot = 0;
        for (int i = 0; i < D; i++) dot += asDouble(q[row * D + i]) * asDouble(last[head * D + i]);
        const double all = exp((double) l[head * L + row / H % L]), left = all - copies * exp(scale * dot);
        for (int i = 0; i < D; i++) ref[row * D + i] = asDouble(out[row * D + i]) * all / left;
    }
}

/** Sums that hold the last key and its copies, and something more. */
template <int D>
__global__ void sums(const bf16* q, const bf16* last, float* l, int H, int L, float scale, float copies, u64 rows) {
    for (u64 row = blockIdx.x * 256ull + threadIdx.x; row < rows; row += gridDim.x * 256ull) {
        const u64 batch = row / H / L, head = batch * H + row % H;
        double dot = 0;
        for (int i = 0; i < D; i++) dot += asDouble(q[row * D + i]) * asDouble(last[head * D + i]);
        l[head * L + row / H % L] = (float) log((copies + 1) * exp(scale * dot) + (row % 5) * 0.7);
    }
}

template <int D> void leaveOut(int B, int L, int H, float copies) {
    const std::string name = text("leave_out<%d> %d x %d x %d, %g copies", D, B, L, H, copies);
    const u64 rows = (u64) B * L * H, n = rows * D;
    const float scale = 0.05f;
    Buffer<bf16> a(n, 1.f), q(n, 1.f, 0.3f), last((u64) B * H * D, 1.f), out(n);
    Buffer<float> l(rows);
    sums<D><<<1024, 256>>>(q.p, last.p, l.p, H, L, scale, copies, rows);
    const auto run = [&] {
        wan4j_leave_out<D><<<(unsigned) ((rows + 2048 / D - 1) / (2048 / D)), 256>>>(out.p, q.p, last.p, l.p, scale, copies, H, L, rows);
    };
    CU(cudaMemcpy(out.p, a.p, n * sizeof(bf16), cudaMemcpyDeviceToDevice));
    run();
    launched(name);
    Buffer<double> ref(n);
    want<D><<<1024, 256>>>(a.p, q.p, last.p, l.p, ref.p, H, L, scale, copies, rows);
    compare(name, out, ref, n);
    if (L > 10000) timed(name, 6. * n, run);
}

}  // namespace

void checkLeaveOut() {
    leaveOut<128>(1, 1, 1, 1);
    leaveOut<128>(2, 33, 3, 127);
    leaveOut<64>(1, 130, 5, 8);
    if (quick) return;
    leaveOut<128>(1, 75600, 40, 48);
    leaveOut<128>(1, 27280, 24, 112);
}
