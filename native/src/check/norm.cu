#include "check.cuh"
#include "gated_add/gated_add.cu"
#include "norm_modulate/norm_modulate.cu"
#include "want_norm.cuh"

namespace {

template <class X, class Y>
__global__ void wantSum(const X* x, const Y* y, const float* gate, double* out, int D, Rows rows, bool gated) {
    const u64 row = blockIdx.x * (u64) D, m = rows.offset(blockIdx.x);
    for (int i = threadIdx.x; i < D; i += 256)
        out[row + i] = asDouble(x[row + i]) + asDouble(y[row + i]) * (gated ? (double) gate[m + i] : 1.0);
}

template <class In, class Out, int D, int N, int WARPS> void norm(int batch, int length, int split, float base) {
    const std::string name = text("norm_modulate<%s,%s,%d,%d,%d> %d x %d split %d base %g", typeName<In>(), typeName<Out>(), D, N, WARPS, batch, length, split, base);
    const u64 rows = (u64) batch * length, n = rows * D;
    const int stride = 6 * D;                                  // rows of a [2, 6, D] modulation
    Buffer<In> x(n, 2.f, 0.7f);
    Buffer<float> scale(2 * stride, 0.5f), shift(2 * stride, 0.5f);
    Buffer<Out> out(n);
    const auto run = [&] { wan4j_norm_modulate<In, Out, D, N, WARPS><<<rows, 32 * WARPS>>>(x.p, scale.p, shift.p, out.p, length, split, stride, base, 1e-6f, nullptr); };
    repeats(name, out, run);
    launched(name);
    Buffer<double> ref(n);
    wantNorm<<<rows, 256>>>(x.p, scale.p, shift.p, ref.p, D, Rows{length, split, stride}, base);
    compare(name, out, ref, n, sizeof(In) == 2);
    if (rows > 10000) timed(name, (double) n * (sizeof(In) + sizeof(Out)), run);
}

template <class X, class Y, int D, int N, int WARPS, bool GATED> void gated(int batch, int length, int split) {
    const std::string name = text("gated_add<%s,%s,%d,%d,%d,%d> %d x %d split %d", typeName<X>(), typeName<Y>(), D, N, WARPS, GATED, batch, length, split);
    const u64 rows = (u64) batch * length, n = rows * D;
    Buffer<X> x(n, 2.f);
    Buffer<Y> y(n, 1.f);
    Buffer<float> gate(12 * D, 1.f), out(n);
    const Rows by{length, split, 6 * D};
    const auto run = [&] { wan4j_gated_add<X, Y, D, N, WARPS, GATED><<<rows, 32 * WARPS>>>(x.p, y.p, gate.p, out.p, length, split, 6 * D); };
    repeats(name, out, run);
    launched(name);
    Buffer<double> ref(n);
    wantSum<<<rows, 256>>>(x.p, y.p, gate.p, ref.p, D, by, GATED);
    compare(name, out, ref, n);
    if (rows > 10000) timed(name, (double) n * (sizeof(X) + sizeof(Y) + 4), run);
}

template <class X, class Y, class Out, int D, int N, int WARPS, bool GATED> void gatedNorm(int batch, int length, int split) {
    const std::string name = text("gated_add_norm<%s,%s,%s,%d,%d,%d,%d> %d x %d split %d", typeName<X>(), typeName<Y>(), typeName<Out>(), D, N, WARPS, GATED, batch, length, split);
    const u64 rows = (u64) batch * length, n = rows * D;
    Buffer<X> x(n, 2.f);
    Buffer<Y> y(n, 1.f, 0.3f);
    Buffer<float> gate(12 * D, 1.f), scale(12 * D, 0.5f), shift(12 * D, 0.5f), out(n);
    Buffer<Out> h(n);
    const Rows by{length, split, 6 * D};
    const auto run = [&] {
        wan4j_gated_add_norm<X, Y, Out, D, N, WARPS, GATED><<<rows, 32 * WARPS>>>(x.p, y.p, gate.p, scale.p, shift.p, out.p, h.p,
                length, split, 6 * D, split, 6 * D, 1.f, 1e-6f, nullptr);
    };
    repeats(name, h, run);
    out.poison();
    run();
    launched(name);
    Buffer<double> ref(n);
    wantSum<<<rows, 256>>>(x.p, y.p, gate.p, ref.p, D, by, GATED);
    compare(name + " x", out, ref, n);
    wantNorm<<<rows, 256>>>(out.p, scale.p, shift.p, ref.p, D, by, 1.0);
    compare(name + " h", h, ref, n);
    if (rows > 10000) timed(name, (double) n * (sizeof(X) + sizeof(Y) + 4 + sizeof(Out)), run);
}

template <int D, int N8, int WARPS> void width() {
    for (int length : {1, 3, 129}) {
        norm<float, bf16, D, 4, WARPS>(2, length, length, 1);
        norm<float, float, D, 4, WARPS>(1, length, length / 2, 0);
        norm<bf16, bf16, D, N8, WARPS>(2, length, length / 3, 1);
        norm<bf16, float, D, 4, WARPS>(1, length, length, 1);
        gated<float, bf16, D, 4, WARPS, true>(2, length, length / 2);
        gated<bf16, bf16, D, 4, WARPS, true>(1, length, length);
        gated<float, float, D, 4, WARPS, false>(1, length, length);
        gatedNorm<float, bf16, bf16, D, 4, WARPS, true>(2, length, length / 2);
        gatedNorm<bf16, bf16, bf16, D, 4, WARPS, true>(1, length, length);
        gatedNorm<float, float, float, D, 4, WARPS, false>(1, length, length);
    }
}

template <int D, int WARPS> void large(int length) {
    norm<float, bf16, D, 4, WARPS>(1, length, length, 1);
    gated<float, bf16, D, 4, WARPS, true>(1, length, length);
    gatedNorm<float, bf16, bf16, D, 4, WARPS, true>(1, length, length);
}

}  // namespace

void checkNorm() {
    width<128, 4, 1>();
    width<256, 8, 1>();
    width<3072, 8, 4>();
    width<5120, 8, 4>();
    if (quick) return;
    large<5120, 2>(75600);
    large<5120, 4>(75600);
    large<5120, 5>(75600);
    large<5120, 8>(75600);
    large<5120, 10>(75600);
    large<3072, 2>(27280);
    large<3072, 3>(27280);
    large<3072, 4>(27280);
    large<3072, 6>(27280);
    norm<bf16, bf16, 5120, 8, 4>(1, 75600, 75600, 1);
    norm<bf16, bf16, 5120, 8, 5>(1, 75600, 75600, 1);
    norm<bf16, bf16, 5120, 4, 5>(1, 75600, 75600, 1);
    gated<float, bf16, 5120, 4, 5, false>(1, 75600, 75600);
}
