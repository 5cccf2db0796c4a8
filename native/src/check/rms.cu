#include "check.cuh"
#include "rms_rope/rms_rope.cu"

namespace {

template <class In, class Weight, class Out>
__global__ void want(const In* x, const Weight* weight, double* out, int D, int stride) {
    const u64 row = blockIdx.x * (u64) stride;
    double sum = 0;
    for (int i = threadIdx.x; i < D; i += 256) sum += asDouble(x[row + i]) * asDouble(x[row + i]);
    const double r = 1 / sqrt(blockSum(sum) / D + 1e-6);
    for (int i = threadIdx.x; i < D; i += 256)
        out[blockIdx.x * (u64) D + i] = roundedTo<In>(asDouble(x[row + i]) * r) * asDouble(weight[i]);
}
/** Rotates the rows of `want` in place. */
template <class Angle>
__global__ void rotate(double* x, const Angle* cosines, const Angle* sines, int D, int head, int length) {
    const u64 row = blockIdx.x * (u64) D, token = blockIdx.x % length;
    for (int i = threadIdx.x; i < D / 2; i += 256) {
        const double c = (float) cosines[token * (head / 2) + i % (head / 2)], s = (float) sines[token * (head / 2) + i % (head / 2)];
        const double a = x[row + 2 * i], b = x[row + 2 * i + 1];
        x[row + 2 * i] = a * c - b * s;
        x[row + 2 * i + 1] = a * s + b * c;
    }
}
template <class Angle> __global__ void angles(Angle* c, Angle* s, u64 n) {
    const u64 i = blockIdx.x * 256ull + threadIdx.x;
    if (i < n) c[i] = cos(0.37 * i), s[i] = sin(0.37 * i);
}

template <class In, class Weight, class Out, int D, int N, int WARPS> void rms(int rows) {
    const std::string name = text("rms<%s,%s,%s,%d,%d,%d> %d", typeName<In>(), typeName<Weight>(), typeName<Out>(), D, N, WARPS, rows);
    const int stride = 3 * D;
    Buffer<In> x((u64) rows * stride, 2.f, 0.2f);
    Buffer<Weight> weight(D, 0.3f, 1.f);
    Buffer<Out> out((u64) rows * D);
    const auto run = [&] { wan4j_rms<In, Weight, Out, D, N, WARPS><<<rows, 32 * WARPS>>>(x.p, weight.p, out.p, stride, 1e-6f); };
    repeats(name, out, run);
    launched(name);
    Buffer<double> ref((u64) rows * D);
    want<In, Weight, Out><<<rows, 256>>>(x.p, weight.p, ref.p, D, stride);
    compare(name, out, ref, ref.n, sizeof(In) == 2);
    if (rows > 10000) timed(name, (double) rows * D * (sizeof(In) + sizeof(Out)), run);
}

template <class In> __global__ void wantFactors(const In* x, double* out, int D, int stride) {
    double sum = 0;
    for (int i = threadIdx.x; i < D; i += 256) sum += asDouble(x[blockIdx.x * (u64) stride + i]) * asDouble(x[blockIdx.x * (u64) stride + i]);
    const double all = blockSum(sum);
    if (threadIdx.x == 0) out[blockIdx.x] = 1 / sqrt(all / D + 1e-6);
}

template <class In, int D, int N, int WARPS> void factors(int rows) {
    const std::string name = text("rms_factors<%s,%d,%d,%d> %d", typeName<In>(), D, N, WARPS, rows);
    const int stride = 2 * D;
    Buffer<In> x((u64) rows * stride, 2.f, 0.2f);
    Buffer<float> out(rows);
    const auto run = [&] { wan4j_rms_factors<In, D, N, WARPS><<<rows, 32 * WARPS>>>(x.p, out.p, stride, 1e-6f); };
    repeats(name, out, run);
    launched(name);
    Buffer<double> ref(rows);
    wantFactors<In><<<rows, 256>>>(x.p, ref.p, D, stride);
    compare(name, out, ref, rows);
    if (rows > 10000) timed(name, (double) rows * D * sizeof(In), run);
}

template <class T, class Angle, int D, int HEAD, int N, int WARPS> void rope(int batch, int length) {
    const std::string name = text("rms_rope<%s,%s,%d,%d,%d,%d> %d x %d", typeName<T>(), sizeof(Angle) == 8 ? "f64" : "f32", D, HEAD, N, WARPS, batch, length);
    const int rows = batch * length, stride = 3 * D;
    Buffer<T> qkv((u64) rows * stride, 2.f, 0.2f), out((u64) rows * D);
    Buffer<float> weight(D, 0.3f, 1.f);
    Buffer<Angle> cosines((u64) length * HEAD / 2), sines((u64) length * HEAD / 2);
    angles<<<(unsigned) ((cosines.n + 255) / 256), 256>>>(cosines.p, sines.p, cosines.n);
    const auto run = [&] {
        wan4j_rms_rope<T, float, Angle, D, HEAD, N, WARPS><<<rows, 32 * WARPS>>>(
                qkv.p + D, weight.p, cosines.p, sines.p, out.p, length, stride, 1e-6f);
    };
    repeats(name, out, run);
    launched(name);
    Buffer<double> ref((u64) rows * D);
    want<T, float, T><<<rows, 256>>>(qkv.p + D, weight.p, ref.p, D, stride);
    rotate<<<rows, 256>>>(ref.p, cosines.p, sines.p, D, HEAD, length);
    compare(name, out, ref, out.n);
    if (rows > 10000) timed(name, (double) rows * D * sizeof(T) * 2, run);
}

template <int D, int HEAD, int N, int WARPS> void width() {
    for (int length : {1, 5, 130}) {
        rope<bf16, float, D, HEAD, N, WARPS>(1, length);
        rope<bf16, double, D, HEAD, N, WARPS>(2, length);
        rope<float, float, D, HEAD, 4, WARPS>(1, length);
        rms<bf16, float, bf16, D, N, WARPS>(length);
        rms<bf16, float, float, D, 4, WARPS>(length);
        rms<float, float, float, D, 4, WARPS>(length);
        rms<bf16, bf16, bf16, D, N, WARPS>(length);
        factors<bf16, D, N, WARPS>(length);
    }
}

}  // namespace

void checkRms() {
    width<128, 64, 4, 1>();
    width<256, 128, 8, 1>();
    width<3072, 128, 8, 4>();
    width<4096, 128, 8, 4>();
    width<5120, 128, 8, 4>();
    if (quick) return;
    rope<bf16, float, 5120, 128, 8, 2>(1, 75600);
    rope<bf16, float, 5120, 128, 8, 4>(1, 75600);
    rope<bf16, float, 5120, 128, 8, 5>(1, 75600);
    rope<bf16, float, 5120, 128, 8, 10>(1, 75600);
    rope<bf16, float, 5120, 128, 4, 10>(1, 75600);
    rope<bf16, double, 5120, 128, 8, 5>(1, 75600);
    rope<bf16, float, 3072, 128, 8, 2>(1, 27280);
    rope<bf16, float, 3072, 128, 8, 3>(1, 27280);
    rope<bf16, float, 3072, 128, 8, 4>(1, 27280);
    rope<bf16, float, 3072, 128, 8, 6>(1, 27280);
    rms<bf16, float, bf16, 5120, 8, 2>(75600);
    rms<bf16, float, bf16, 5120, 8, 4>(75600);
    rms<bf16, float, bf16, 5120, 8, 5>(75600);
    factors<bf16, 5120, 8, 5>(75600);
    factors<bf16, 3072, 8, 4>(27280);
    rms<bf16, float, bf16, 3072, 8, 3>(27280);
    rms<bf16, bf16, bf16, 4096, 8, 4>(32768);
}
