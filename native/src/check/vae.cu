#include "check.cuh"
#include "upsample/upsample.cu"
#include "vae_norm/vae_norm.cu"

namespace {

template <class T, class Weight>
__global__ void want(const T* x, const Weight* gamma, const T* history, double* out, int C, u32 pixels, u32 frames, u32 front, u32 kept, bool silu) {
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
        for (int c = 0; c < C; c++) sum += asDouble(from[c]) * asDouble(from[c]);
        for (int c = 0; c < C; c++) {
            const double v = asDouble(from[c]) / fmax(sqrt(sum), 1e-12) * sqrt((double) C) * asDouble(gamma[c]);
            to[c] = silu ? v / (1 + exp(-v)) : v;
        }
    }
}

template <class T, class Weight, int C, int N, int LANES, bool SILU> void norm(u32 pixels, u32 frames, u32 front, u32 kept) {
    const std::string name = text("vae_norm<%s,%s,%d,%d,%d,%d> %u x %u front %u of %u", typeName<T>(), typeName<Weight>(), C, N, LANES, SILU, frames, pixels, front, kept);
    const u32 all = (front + frames) * pixels;
    Buffer<T> x((u64) frames * pixels * C, 2.f, 0.5f), history((u64) kept * pixels * C, 1.f), out((u64) all * C);
    Buffer<Weight> gamma(C, 0.3f, 1.f);
    const auto run = [&] {
        wan4j_vae_norm<T, Weight, C, N, LANES, SILU><<<(all + 256 / LANES - 1) / (256 / LANES), 256>>>(x.p, gamma.p, history.p, out.p, pixels, frames, front, kept);
    };
    repeats(name, out, run);
    launched(name);
    Buffer<double> ref(out.n);
    want<<<1024, 256>>>(x.p, gamma.p, history.p, ref.p, C, pixels, frames, front, kept, SILU);
    compare(name, out, ref, out.n);
    if (all > 100000) timed(name, ((double) x.n + history.n + out.n) * sizeof(T), run);
}

template <class T, int C, int N, int LANES> void width() {
    norm<T, float, C, N, LANES, true>(1, 1, 0, 0);
    norm<T, float, C, N, LANES, true>(35, 3, 2, 0);
    norm<T, bf16, C, N, LANES, true>(35, 1, 2, 1);
    norm<T, float, C, N, LANES, true>(77, 2, 2, 2);
    norm<T, T, C, N, LANES, false>(129, 5, 0, 0);
}

__global__ void wantUpsampled(const bf16* x, double* out, u64 frames, u64 h, u64 w, u64 C, u64 halves) {
    const u64 n = frames * h * w * C * halves * 4;
    for (u64 i = blockIdx.x * 256ull + threadIdx.x; i < n; i += gridDim.x * 256ull) {
        const u64 c = i % C, column = i / C % (2 * w), row = i / C / (2 * w) % (2 * h), frame = i / C / (4 * w * h);
        out[i] = asDouble(x[(((frame / halves) * h + row / 2) * w + column / 2) * halves * C + frame % halves * C + c]);
    }
}
template <int WORDS> void upsample(u32 frames, u32 h, u32 w, u32 C, u32 halves) {
    const std::string name = text("upsample<%d> %u x %u x %u x %u halves %u", WORDS, frames, h, w, C, halves);
    const u64 n = (u64) frames * h * w * C * halves, count = n / (2 * WORDS);
    Buffer<bf16> x(n, 1.f), out(4 * n);
    const auto run = [&] { wan4j_upsample<WORDS><<<(unsigned) ((count + 255) / 256), 256>>>((u32*) x.p, (u32*) out.p, h, w, C / (2 * WORDS), halves, count); };
    repeats(name, out, run);
    launched(name);
    Buffer<double> ref(4 * n);
    wantUpsampled<<<1024, 256>>>(x.p, ref.p, frames, h, w, C, halves);
    compare(name, out, ref, 4 * n);
    timed(name, n * 2. * 5, run);
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
    upsample<4>(1, 1, 1, 8, 1);
    upsample<2>(2, 3, 5, 20, 1);
    upsample<4>(3, 5, 7, 96, 2);
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
    upsample<4>(8, 240, 416, 192, 1);
    upsample<4>(16, 120, 208, 384, 2);
}
