// Checks and times every kernel against a double reference, without torch.
//   build and run: native/src/check/run.sh      quick (what compute-sanitizer runs): native/src/check/run.sh --quick
#include <cstring>
#include "check.cuh"

int main(int count, char** arguments) {
    std::vector<std::string> wanted;
    for (int i = 1; i < count; i++)
        if (!std::strcmp(arguments[i], "--quick")) quick = true;
        else wanted.push_back(arguments[i]);
    if (!quick) {
        const u64 bytes = 4ull << 30;
        Buffer<float> a(bytes / 4, 1.f), b(bytes / 4);
        timed("copy of 4 GiB", 2. * bytes, [&] { CU(cudaMemcpyAsync(b.p, a.p, bytes, cudaMemcpyDeviceToDevice)); });
    }
    const struct { const char* name; void (*run)(); } checks[] = {
            {"norm", checkNorm}, {"rms", checkRms}, {"latents", checkLatents}, {"umt5", checkUmt5}, {"vae", checkVae}, {"leave_out", checkLeaveOut}, {"fp8", checkFp8}, {"attention8", checkAttention8}, {"attend8", checkAttend8}, {"cross_attention", checkCrossAttention}, {"attention", checkAttention}};
    for (const auto& check : checks)
        if (wanted.empty() || std::find(wanted.begin(), wanted.end(), check.name) != wanted.end()) check.run();
    std::printf("%d failures\n", failures);
    return failures ? 1 : 0;
}
