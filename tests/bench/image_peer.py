#!/usr/bin/env python3
"""The peer of image_bench: transformers eager, pixel values in memory to the attention of all layers in memory.

    image_peer.py FOLDER                      answers each line "TOKENS REPEAT" with one JSON line
    image_peer.py --make FOLDER EDGE...       writes FOLDER/EDGE/: a random ViT of MiniLM's size, and image.png
"""
import json
import pathlib
import struct
import sys
import time
import zlib

import torch
from transformers import ViTConfig, ViTModel


def png(rows):
    """Rows of red, green, blue as a file."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    height, width = rows.shape[0], rows.shape[1] // 3
    data = zlib.compress(b"".join(b"\0" + bytes(row.tolist()) for row in rows))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) +
            chunk(b"IDAT", data) + chunk(b"IEND", b""))


def make(folder, edge):
    torch.manual_seed(1)
    folder.mkdir(parents=True)
    ViTModel(ViTConfig(hidden_size=384, num_hidden_layers=6, num_attention_heads=12, intermediate_size=1536,
                       image_size=edge)).save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text(json.dumps(
        {"image_processor_type": "ViTImageProcessor", "size": {"height": edge, "width": edge}}))
    (folder / "image.png").write_bytes(png(torch.randint(0, 256, (edge, edge * 3), dtype=torch.uint8)))


def serve(folder):
    model = ViTModel.from_pretrained(folder, attn_implementation="eager", dtype=torch.float32).eval()
    pixels = torch.randn(1, 3, model.config.image_size, model.config.image_size)
    print(json.dumps({"ready": f"transformers eager, torch {torch.__version__}", "threads": torch.get_num_threads()}), flush=True)
    for line in sys.stdin:
        taken_ms = []
        with torch.inference_mode():
            for _ in range(int(line.split()[1]) + 2):
                start = time.perf_counter()
                output = model(pixel_values=pixels, output_attentions=True)
                taken_ms.append((time.perf_counter() - start) * 1e3)
        print(json.dumps({"tokens": output.attentions[0].shape[-1], "pixels_to_attention_ms": taken_ms[2:]}), flush=True)


if sys.argv[1] == "--make":
    for edge in sys.argv[3:]:
        make(pathlib.Path(sys.argv[2]) / edge, int(edge))
else:
    serve(sys.argv[1])
