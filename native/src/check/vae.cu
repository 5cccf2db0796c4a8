#include "check.cuh"
#include "bias_add/bias_add.cu"
#include "upsample/upsample.cu"
#include "vae_norm/vae_norm.cu"

namespace {

template <class T, class Weight>
__global__ void want(const T* x, const T* offset, const Weight* gamma, const T* history, double* out, int C, u32 pixels, u32 frames, u32 front, u32 kept, bool silu) {
    for (u32 p = blockIdx.x * 256 + threadIdx.x; p < (front + frames) * pixels; p += gridDim.x * 256) {
        double* to = out + (u64) p * C;
        const u32 frame = p / pixels;
        if (frame < front) {
            for (int c = 0; c < C; c++)
                to[c] = frame + kept < front ? 0 : asDouble(history[((u64) (frame + kept - front) * pixels + p % pixels) * C + c]);
            continue;
        }
        const T* from = x + ((u64) (frame - front) * pixels + p % pixels) * C;
        double sum = 0;
        const auto at = [&](int c) { return asDouble(from[c]) + (offset ? asDouble(offset[c]) : 0); };
        for (int c = 0; c < C; c++) sum += at(c) * at(c);
        for (int c = 0; c < C; c++) {
            const double v = at(c) / fmax(sqrt(sum), 1e-12) * sqrt((double) C) * asDouble(gamma[c]);
            to[c] = silu ? v / (1 + exp(-v)) : v;
        }
    }
}

template <class T, class Weight, int C, int N, int LANES, bool SILU> void norm(u32 pixels, u32 frames, u32 front, u32 kept, bool shifted = false) {
    const std::string name = text("vae_norm<%s,%s,%d,%d,%d,%d> %u x %u front %u of %u%s", typeName<T>(), typeName<Weight>(), C, N, LANES, SILU, frames, pixels, front, kept, shifted ? " with a bias" : "");
    const u32 all = (front + frames) * pixels;
    Buffer<T> x((u64) frames * pixels * C, 2.f, 0.5f), history((u64) kept * pixels * C, 1.f), out((u64) all * C);
    Buffer<Weight> gamma(C, 0.3f, 1.f);
    Buffer<T> bias(C, 0.5f);
    const T* offset = shifted ? bias.p : nullptr;
    const auto run = [&] {
        wan4j_vae_norm<T, Weight, C, N, LANES, SILU><<<(all + 256 / LANES - 1) / (256 / LANES), 256>>>(x.p, offset, gamma.p, history.p, out.p, pixels, frames, front, kept);
    };
    repeats(name, out, run);
    launched(name);
    Buffer<double> ref(out.n);
    want<<<1024, 256>>>(x.p, offset, gamma.p, history.p, ref.p, C, pixels, frames, front, kept, SILU);
    compare(name, out, ref, out.n);
    if (all > 100000) timed(name, ((double) x.n + history.n + out.n) * sizeof(T), run);
}

template <class T, int C, int N, int LANES> void width() {
    norm<T, float, C, N, LANES, true>(1, 1, 0, 0);
    norm<T, float, C, N, LANES, true>(35, 3, 2, 0, true);
    norm<T, bf16, C, N, LANES, true>(35, 1, 2, 1);
    norm<T, float, C, N, LANES, true>(77, 2, 2, 2);
    norm<T, T, C, N, LANES, false>(129, 5, 0, 0);
}

__global__ void wantFolded(const bf16* w, double* out, u32 O, u32 I) {
    for (u32 n = blockIdx.x * 256 + threadIdx.x; n < O * I * 16; n += gridDim.x * 256) {
        const u32 i = n % I, q = n / I % 2, p = n / I / 2 % 2, o = n / I / 4 % O, b = n / I / 4 / O % 2, a = n / I / 4 / O / 2;
        double sum = 0;
        for (u32 y = 0; y < 3; y++)
            for (u32 x = 0; x < 3; x++) {
                // the large pixel (a, b) sees large rows a - 1 + y, small rows floor of half of that
                const int row = (int) (a + 1 + y) / 2 - 1, column = (int) (b + 1 + x) / 2 - 1;
                if (row == (int) (p + a) - 1 && column == (int) (q + b) - 1) sum += asDouble(w[((u64) o * I + i) * 9 + y * 3 + x]);
            }
        out[n] = sum;
    }
}
void fold(u32 O, u32 I) {
    const std::string name = text("upsample_fold<bf16> %u x %u", O, I);
    Buffer<bf16> w((u64) O * I * 9, 1.f), out((u64) O * I * 16);
    const auto run = [&] { wan4j_upsample_fold<bf16><<<(O * I + 255) / 256, 256>>>(w.p, out.p, I, O * I); };
    repeats(name, out, run);
    launched(name);
    Buffer<double> ref(out.n);
    wantFolded<<<256, 256>>>(w.p, ref.p, O, I);
    compare(name, out, ref, out.n);
}

__global__ void wantMerged(const bf16* y, const bf16* bias, const bf16* x, double* out, u64 T, u64 H, u64 W, u64 C, u64 in, u64 times, u64 first) {
    for (u64 n = blockIdx.x * 256ull + threadIdx.x; n < T * H * W * C * 4; n += gridDim.x * 256ull) {
        const u64 c = n % C, X = n / C % (2 * W), Y = n / C / (2 * W) % (2 * H), t = n / C / (4 * W * H), a = Y % 2, b = X % 2;
        const u64 from = ((t * (H + 1) + Y / 2 + a) * (W + 1) + X / 2 + b) * 4 * C + (2 * a + b) * C + c;
        const u64 when = t + first, flat = ((c * times + when % times) * 2 + a) * 2 + b;
        out[n] = asDouble(y[from]) + asDouble(bias[c]);
        if (x) out[n] += asDouble(x[((when / times * H + Y / 2) * W + X / 2) * in + flat / (C * times * 4 / in)]);
    }
}
template <int N> void merge(u32 T, u32 H, u32 W, u32 C, u32 in, u32 times, u32 first) {
    const std::string name = text("upsample_merge<%d> %u x %u x %u x %u shortcut %u of %u from %u", N, T, H, W, C, in, times, first);
    const u64 n = (u64) T * H * W * C * 4;
    Buffer<bf16> y((u64) T * (H + 1) * (W + 1) * 4 * C, 1.f), bias(C, 1.f), x(((u64) (T + first) / (times ? times : 1) + 1) * H * W * (in ? in : 1), 1.f), out(n);
    const bf16* shortcut = in ? x.p : nullptr;
    const auto run = [&] {
        wan4j_upsample_merge<bf16, N><<<(unsigned) ((n / N + 255) / 256), 256>>>(y.p, bias.p, out.p, H, W, C / N, shortcut, in, in ? C * times * 4 / in : 0, times, first, n / N);
    };
    repeats(name, out, run);
    launched(name);
    Buffer<double> ref(n);
    wantMerged<<<1024, 256>>>(y.p, bias.p, shortcut, ref.p, T, H, W, C, in, times, first);
    compare(name, out, ref, n);
    if (n > 1000000) timed(name, (y.n + out.n + (in ? (double) x.n : 0)) * 2., run);
}

__global__ void wantSum(const bf16* y, const bf16* bias, const bf16* addend, double* out, u64 n, u64 C) {
    for (u64 i = blockIdx.x * 256ull + threadIdx.x; i < n; i += gridDim.x * 256ull)
        out[i] = asDouble(y[i]) + asDouble(bias[i % C]) + (addend ? asDouble(addend[i]) : 0);
}
template <int N> void biasAdd(u64 pixels, u32 C, bool both) {
    const std::string name = text("bias_add<bf16,%d> %llu x %u%s", N, (unsigned long long) pixels, C, both ? " and an addend" : "");
    const u64 n = pixels * C;
    Buffer<bf16> y(n, 1.f), bias(C, 1.f), other(n, 1.f), out(n);
    const bf16* addend = both ? other.p : nullptr;
    const auto run = [&] {
        cudaMemcpyAsync(out.p, y.p, n * 2, cudaMemcpyDeviceToDevice);
        wan4j_bias_add<bf16, N><<<(unsigned) ((n / N + 255) / 256), 256>>>(out.p, bias.p, addend, C / N, n / N);
    };
    repeats(name, out, run);
    launched(name);
    Buffer<double> ref(n);
    wantSum<<<1024, 256>>>(y.p, bias.p, addend, ref.p, n, C);
    compare(name, out, ref, n);
    if (n > 1000000) timed(name + " and a copy", n * 2. * (both ? 5 : 4), run);
}

}  // namespace

void checkVae() {
    width<bf16, 8, 8, 1>();
    width<bf16, 16, 8, 2>();
    width<bf16, 20, 4, 1>();
    width<bf16, 96, 8, 4>();
    width<bf16, 160, 8, 4>();
    width<bf16, 1024, 8, 32>();
    width<float, 20, 4, 1>();
    width<float, 96, 4, 8>();
    width<float, 384, 4, 32>();
    fold(8, 8);
    fold(5, 7);
    fold(192, 96);
    merge<8>(1, 1, 1, 8, 0, 0, 0);
    merge<4>(3, 3, 5, 20, 0, 0, 0);
    merge<8>(3, 3, 5, 96, 96, 2, 1);
    merge<4>(4, 3, 5, 20, 20, 1, 0);
    merge<8>(3, 5, 2, 16, 32, 1, 0);
    merge<4>(5, 2, 2, 12, 12, 2, 3);
    biasAdd<8>(35, 8, false);
    biasAdd<4>(77, 12, true);
    biasAdd<8>(1, 96, true);
    if (quick) return;
    norm<bf16, float, 96, 8, 4, true>(480 * 832, 16, 2, 2);
    norm<bf16, bf16, 96, 8, 4, true>(480 * 832, 16, 2, 2);
    norm<bf16, float, 192, 8, 8, true>(240 * 416, 32, 2, 2);
    norm<bf16, float, 384, 8, 16, true>(120 * 208, 64, 2, 2);
    norm<bf16, float, 256, 8, 8, true>(352 * 640, 16, 2, 2);
    norm<bf16, float, 256, 8, 32, true>(352 * 640, 16, 2, 2);
    norm<bf16, float, 512, 8, 16, true>(352 * 640, 8, 2, 2);
    norm<bf16, float, 1024, 8, 32, true>(176 * 320, 16, 2, 2);
    norm<float, float, 96, 4, 8, true>(480 * 832, 8, 2, 2);
    norm<bf16, float, 96, 8, 4, true>(480 * 832, 16, 2, 2, true);
    norm<bf16, float, 256, 8, 32, true>(352 * 640, 16, 2, 2, true);
    merge<8>(8, 240, 416, 96, 0, 0, 0);
    merge<8>(16, 120, 208, 192, 0, 0, 0);
    merge<8>(8, 176, 320, 512, 1024, 1, 0);
    merge<8>(16, 88, 160, 1024, 1024, 2, 1);
    biasAdd<8>(16 * 480 * 832, 96, false);
    biasAdd<8>(16 * 480 * 832, 96, true);
    biasAdd<8>(16 * 352 * 640, 256, true);
}
