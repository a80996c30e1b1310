#!/usr/bin/env python3
"""The peer of loading: transformers from a folder to the first attention, without the time that importing it takes.

    load_peer.py MODEL_FOLDER TEXT
"""
import sys
import time

import torch
from transformers import AutoModel, AutoTokenizer

# What the first use of anything costs is not the model's.
torch.nn.Linear(8, 8)(torch.zeros(1, 8))
start = time.perf_counter()
tokenizer = AutoTokenizer.from_pretrained(sys.argv[1])
model = AutoModel.from_pretrained(sys.argv[1], attn_implementation="eager", dtype=torch.float32).eval()
with torch.inference_mode():
    attentions = model(**tokenizer(sys.argv[2], return_tensors="pt"), output_attentions=True).attentions
print(f"{time.perf_counter() - start:.4f} {len(attentions)}", flush=True)
