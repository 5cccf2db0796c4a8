#!/usr/bin/env bash
# Builds the checks for the GPU at hand and runs them.
#   run.sh [--quick] [norm|rms|latents|umt5|vae|leave_out|fp8|attention8|attend8|cross_attention|attention ...]    SANITIZER=memcheck|racecheck|initcheck|synccheck runs the quick ones under it
#   run.sh --compile                                    only compiles, for every architecture, and fails on a spill
set -euo pipefail
cd "$(dirname "$0")"
kernels=../main/resources/wan4j/kernels
build=${BUILD:-../../target/check}
mkdir -p "$build"
options=(-std=c++17 -O3 -lineinfo -I "$kernels")

if [ "${1:-}" = --compile ]; then
    for arch in ${ARCHITECTURES:-80 89 90a 120}; do
        files=(norm rms latents umt5 vae leave_out cross_attention)
        [ "$arch" = 80 ] || files+=(fp8 attention8 attend8) # products on e4m3 begin with 89
        [ "$arch" != 90a ] || files+=(attention)
        for file in "${files[@]}"; do
            nvcc "${options[@]}" -gencode "arch=compute_$arch,code=sm_$arch" -Xptxas -v -cubin -o "$build/$file.$arch.cubin" $file.cu 2> "$build/$file.$arch.log"
        done
        kernelCount=$(cat "$build"/*."$arch".log | grep -c 'Compiling entry function .*wan4j')
        spilled=$(cat "$build"/*."$arch".log | grep -A1 'Function properties for .*wan4j' | grep -c 'bytes stack frame' || true)
        bad=$(cat "$build"/*."$arch".log | grep -A1 'Function properties for .*wan4j' | grep 'bytes stack frame' | grep -vc '0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads' || true)
        echo "sm_$arch: $kernelCount kernels, $bad with a stack frame or spills"
        if [ "$bad" != 0 ] || [ "$kernelCount" = 0 ] || [ "$kernelCount" != "$spilled" ]; then exit 1; fi
    done
    exit
fi

arch=${ARCH:-native}
# what Hopper alone has is in sm_90a, which is not what "native" means there
[ "$arch" != native ] || [ "$(nvidia-smi --query-gpu=compute_cap --format=csv,noheader | head -n 1)" != 9.0 ] || arch=sm_90a
hopper=(-gencode "arch=compute_90a,code=sm_90a") # its products are for no other
jobs=()
for file in main norm rms latents umt5 vae leave_out fp8 attention8 attend8 cross_attention; do
    nvcc "${options[@]}" -arch="$arch" -c -o "$build/$file.o" $file.cu & jobs+=($!)
done
nvcc "${options[@]}" "${hopper[@]}" -c -o "$build/attention.o" attention.cu & jobs+=($!)
for job in "${jobs[@]}"; do wait "$job"; done
nvcc -arch="$arch" -o "$build/check" "$build"/*.o
if [ -n "${SANITIZER:-}" ]; then exec compute-sanitizer --tool "$SANITIZER" --error-exitcode 3 "$build/check" --quick "$@"; fi
exec "$build/check" "$@"
