#!/usr/bin/env python3
"""The peer of a picture: a Python process with transformers up to its first attention.

    startup_peer.py MODEL_FOLDER TEXT
"""
import sys

import torch
from transformers import AutoModel, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained(sys.argv[1])
model = AutoModel.from_pretrained(sys.argv[1], attn_implementation="eager", dtype=torch.float32).eval()
with torch.inference_mode():
    attentions = model(**tokenizer(sys.argv[2], return_tensors="pt"), output_attentions=True).attentions
print(tuple(torch.stack(attentions).shape), flush=True)
