#include "check.cuh"
#include "gated_add/gated_add.cu"
#include "norm_modulate/norm_modulate.cu"
#include "quantise/quantise.cu"
#include "want_norm.cuh"

namespace {

/** The value of a byte; NaN for 0x7f and 0xff. */
__device__ double ofE4m3(e4m3 v) {
    const int exponent = v.bits >> 3 & 15, mantissa = v.bits & 7;
    if ((v.bits & 127) == 127) return NAN;
    const double magnitude = exponent ? ldexp(1 + mantissa / 8., exponent - 7) : ldexp(mantissa / 8., -6);
    return v.bits & 128 ? -magnitude : magnitude;
}
/** want in place to the numbers that its rows stand for in e4m3, and the scales. Ties to even, as the hardware. */
__global__ void quantised(double* want, double* scales, int D) {
    __shared__ double part[256];
    double most = 1e-12;
    for (int i = threadIdx.x; i < D; i += 256) most = fmax(most, fabs(want[blockIdx.x * (u64) D + i]));
    part[threadIdx.x] = most;
    __syncthreads();
    for (int k = 128; k; k >>= 1) {
        if (threadIdx.x < k) part[threadIdx.x] = fmax(part[threadIdx.x], part[threadIdx.x + k]);
        __syncthreads();
    }
    const double scale = part[0] / 448;
    if (threadIdx.x == 0) scales[blockIdx.x] = scale;
    for (int i = threadIdx.x; i < D; i += 256) {
        double& v = want[blockIdx.x * (u64) D + i];
        int exponent;
        frexp(v / scale, &exponent);                           // v / scale = f * 2^exponent, 0.5 <= |f| < 1
        const double step = ldexp(1., max(exponent - 1, -6) - 3);
        v = rint(v / scale / step) * step * scale;
    }
}
__global__ void dequantised(const e4m3* x, const float* scales, float* out, int D) {
    for (int i = threadIdx.x; i < D; i += 256) {
        const u64 at = blockIdx.x * (u64) D + i;
        out[at] = (float) (ofE4m3(x[at]) * scales[blockIdx.x]);
    }
}
template <class In> __global__ void wantGelu(const In* x, double* out, int D, int stride, bool gelu) {
    for (int i = threadIdx.x; i < D; i += 256) {
        const double v = asDouble(x[blockIdx.x * (u64) stride + i]);
        out[blockIdx.x * (u64) D + i] = gelu ? 0.5 * v * (1 + tanh(0.7978845608028654 * (v + 0.044715 * v * v * v))) : v;
    }
}

/**
 * A value on the border between two of e4m3 may fall to either side, and where the input has few bits (`coarse`) many lie there:
 * one in sixteen where the scale is a power of two. Truncation instead of rounding would give 4e-2.
 */
void check(const std::string& name, Buffer<e4m3>& out, Buffer<float>& scales, Buffer<double>& want, int D, bool coarse = false) {
    const u64 rows = scales.n;
    Buffer<double> wantScales(rows);
    quantised<<<rows, 256>>>(want.p, wantScales.p, D);
    Buffer<float> values(rows * D);
    dequantised<<<rows, 256>>>(out.p, scales.p, values.p, D);
    compare(name + " scales", scales, wantScales, rows);
    Buffer<Sums> sums(1);
    CU(cudaMemset(sums.p, 0, sizeof(Sums)));
    compareKernel<<<1024, 256>>>(values.p, want.p, rows * D, sums.p);
    Sums s;
    CU(cudaMemcpy(&s, sums.p, sizeof s, cudaMemcpyDeviceToHost));
    const double error = std::sqrt(s.error / s.norm);
    const bool ok = s.bad == 0 && s.norm > 0 && error <= (coarse ? 1.2e-2 : 2e-3);
    if (!ok) failures++;
    std::printf("%-4s %-58s error %.2e, not finite %llu\n", ok ? "ok" : "FAIL", name.c_str(), error, s.bad);
}

template <class In, int D, int N, int WARPS, bool GELU> void quantise(int rows) {
    const std::string name = text("quantise<%s,%d,%d,%d,%d> %d", typeName<In>(), D, N, WARPS, GELU, rows);
    const int stride = rows > 10000 ? D : 3 * D;
    Buffer<In> x((u64) rows * stride, 2.f, 0.3f);
    Buffer<e4m3> out((u64) rows * D);
    Buffer<float> scales(rows);
    const auto run = [&] { wan4j_quantise<In, D, N, WARPS, GELU><<<rows, 32 * WARPS>>>(x.p, out.p, scales.p, stride); };
    repeats(name, out, run);
    launched(name);
    Buffer<double> ref((u64) rows * D);
    wantGelu<<<rows, 256>>>(x.p, ref.p, D, stride, GELU);
    check(name, out, scales, ref, D, sizeof(In) == 2 && !GELU);
    if (rows > 10000) timed(name, (double) rows * D * (sizeof(In) + 1), run);
}

template <class In, int D, int N, int WARPS> void norm(int batch, int length, int split, float base) {
    const std::string name = text("norm_modulate<%s,e4m3,%d,%d,%d> %d x %d split %d", typeName<In>(), D, N, WARPS, batch, length, split);
    const u64 rows = (u64) batch * length, n = rows * D;
    const int stride = 6 * D;
    Buffer<In> x(n, 2.f, 0.7f);
    Buffer<float> scale(2 * stride, 0.5f), shift(2 * stride, 0.5f), scales(rows);
    Buffer<e4m3> out(n);
    const auto run = [&] {
        wan4j_norm_modulate<In, e4m3, D, N, WARPS><<<rows, 32 * WARPS>>>(x.p, scale.p, shift.p, out.p, length, split, stride, base, 1e-6f, scales.p);
    };
    repeats(name, out, run);
    launched(name);
    Buffer<double> ref(n);
    wantNorm<<<rows, 256>>>(x.p, scale.p, shift.p, ref.p, D, Rows{length, split, stride}, base);
    check(name, out, scales, ref, D);
    if (rows > 10000) timed(name, (double) n * (sizeof(In) + 1), run);
}

template <class X, class Y, int D, int N, int WARPS, bool GATED> void gatedNorm(int batch, int length, int split) {
    const std::string name = text("gated_add_norm<%s,%s,e4m3,%d,%d,%d,%d> %d x %d split %d", typeName<X>(), typeName<Y>(), D, N, WARPS, GATED, batch, length, split);
    const u64 rows = (u64) batch * length, n = rows * D;
    Buffer<X> x(n, 2.f);
    Buffer<Y> y(n, 1.f, 0.3f);
    Buffer<float> gate(12 * D, 1.f), scale(12 * D, 0.5f), shift(12 * D, 0.5f), out(n), scales(rows);
    Buffer<e4m3> h(n);
    const auto run = [&] {
        wan4j_gated_add_norm<X, Y, e4m3, D, N, WARPS, GATED><<<rows, 32 * WARPS>>>(x.p, y.p, gate.p, scale.p, shift.p, out.p, h.p,
                length, split, 6 * D, split, 6 * D, 1.f, 1e-6f, scales.p);
    };
    repeats(name, h, run);
    launched(name);
    Buffer<double> ref(n);
    wantNorm<<<rows, 256>>>(out.p, scale.p, shift.p, ref.p, D, Rows{length, split, 6 * D}, 1.0);
    check(name, h, scales, ref, D);
    if (rows > 10000) timed(name, (double) n * (sizeof(X) + sizeof(Y) + 4 + 1), run);
}

template <int D, int N8, int WARPS> void width() {
    for (int length : {1, 3, 129}) {
        norm<float, D, 4, WARPS>(2, length, length, 1);
        norm<bf16, D, 4, WARPS>(1, length, length / 3, 0);
        gatedNorm<float, bf16, D, 4, WARPS, true>(2, length, length / 2);
        gatedNorm<bf16, bf16, D, 4, WARPS, false>(1, length, length);
        quantise<bf16, D, N8, WARPS, false>(length);
        quantise<float, D, 4, WARPS, false>(length);
        quantise<bf16, D, N8, WARPS, true>(length);
    }
}

}  // namespace

void checkFp8() {
    width<128, 4, 1>();
    width<256, 8, 1>();
    width<3072, 8, 4>();
    width<5120, 8, 5>();
    quantise<bf16, 640, 4, 5, true>(7);
    quantise<bf16, 13824, 4, 12, true>(7);
    quantise<bf16, 14336, 8, 7, true>(7);
    quantise<float, 13824, 4, 12, false>(7);
    quantise<bf16, 13824, 8, 6, false>(7);
    if (quick) return;
    norm<float, 5120, 4, 4>(1, 75600, 75600, 1);
    norm<float, 5120, 4, 5>(1, 75600, 75600, 1);
    norm<float, 5120, 4, 10>(1, 75600, 75600, 1);
    norm<float, 3072, 4, 3>(1, 27280, 27280, 1);
    norm<float, 3072, 4, 4>(1, 27280, 27280, 1);
    norm<float, 3072, 4, 6>(1, 27280, 27280, 1);
    gatedNorm<float, bf16, 5120, 4, 4, true>(1, 75600, 75600);
    gatedNorm<float, bf16, 5120, 4, 5, true>(1, 75600, 75600);
    gatedNorm<float, bf16, 5120, 4, 10, true>(1, 75600, 75600);
    gatedNorm<float, bf16, 3072, 4, 4, true>(1, 27280, 27280);
    quantise<bf16, 5120, 8, 2, false>(75600);
    quantise<bf16, 5120, 8, 4, false>(75600);
    quantise<bf16, 5120, 8, 5, false>(75600);
    quantise<bf16, 5120, 8, 10, false>(75600);
    quantise<bf16, 3072, 8, 2, false>(27280);
    quantise<bf16, 3072, 8, 3, false>(27280);
    quantise<bf16, 3072, 8, 4, false>(27280);
    quantise<bf16, 13824, 8, 6, true>(32760);
    quantise<bf16, 13824, 8, 9, true>(32760);
    quantise<bf16, 13824, 4, 9, true>(32760);
    quantise<bf16, 13824, 4, 12, true>(32760);
    quantise<bf16, 14336, 8, 7, true>(27280);
    quantise<bf16, 14336, 8, 8, true>(27280);
    quantise<bf16, 14336, 8, 14, true>(27280);
}
