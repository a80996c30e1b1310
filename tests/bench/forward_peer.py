#!/usr/bin/env python3
"""The peer of forward_bench: transformers eager, text in memory to the attention of all layers in memory.

    forward_peer.py MODEL_FOLDER

Reads requests "TOKENS REPEAT" line by line and answers each with one JSON line, as forward_bench does.
"""
import json
import sys
import time

import torch
from transformers import AutoModel, AutoTokenizer

from texts import text_of

folder = sys.argv[1]
tokenizer = AutoTokenizer.from_pretrained(folder)
model = AutoModel.from_pretrained(folder, attn_implementation="eager", dtype=torch.float32).eval()
print(json.dumps({"ready": f"transformers eager, torch {torch.__version__}", "threads": torch.get_num_threads()}), flush=True)
for line in sys.stdin:
    tokens, repeat = (int(word) for word in line.split())
    text, taken_ms = text_of(tokens), []
    with torch.inference_mode():
        for _ in range(repeat + 2):
            start = time.perf_counter()
            output = model(**tokenizer(text, return_tensors="pt"), output_attentions=True)
            taken_ms.append((time.perf_counter() - start) * 1e3)
    print(json.dumps({"tokens": output.attentions[0].shape[-1], "text_to_attention_ms": taken_ms[2:]}), flush=True)
