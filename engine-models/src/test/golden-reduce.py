#!/usr/bin/env python3
"""Cuts the end-to-end goldens down to what the repository keeps: the first noise, every fifth latent, the last one, six frames;
of the run that calibrations are held against, its ratios and time embeddings.

usage: golden-reduce.py FULL_DIR OUT_DIR
"""
import json
import struct
import sys
from pathlib import Path


def read(path):
    data = path.read_bytes()
    (size,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + size])
    header.pop("__metadata__", None)
    start = 8 + size
    return {name: (e["dtype"], e["shape"], data[start + e["data_offsets"][0] : start + e["data_offsets"][1]]) for name, e in header.items()}


def rows(tensor, indices):
    dtype, shape, data = tensor
    width = len(data) // shape[0]
    return dtype, [len(indices)] + shape[1:], b"".join(data[i * width : (i + 1) * width] for i in indices)


def write(path, tensors):
    header, at = {}, 0
    for name, (dtype, shape, data) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [at, at + len(data)]}
        at += len(data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(data for _, _, data in tensors.values()))


def indices(numbers):
    return "I64", [len(numbers)], struct.pack(f"<{len(numbers)}q", *numbers)


full, out = Path(sys.argv[1]), Path(sys.argv[2])
for case in ["t2v_unipc", "t2v_dpm", "t2v_cached", "ti2v_text", "ti2v_image", "i2v"]:
    tensors = read(full / f"e2e_{case}.safetensors")
    count, frames = tensors["latents"][1][0], tensors["video_u8"][1][0]
    steps = sorted({*range(0, count, 5), count - 1})
    shown = sorted({round(i * (frames - 1) / 5) for i in range(6)})
    tensors["latents"] = rows(tensors["latents"], steps)
    tensors["video_u8"] = rows(tensors["video_u8"], shown)
    tensors["latents_at"], tensors["frames_at"] = indices(steps), indices(shown)
    write(out / f"e2e_{case}.safetensors", tensors)
tensors = read(full / "e2e_t2v_cached_none.safetensors")
write(out / "e2e_t2v_cached_none.safetensors", {name: t for name, t in tensors.items() if name not in ("latents", "video_u8")})
