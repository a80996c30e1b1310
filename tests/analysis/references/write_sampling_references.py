#!/usr/bin/env python3
"""Writes sampling_references.json: what transformers' logits processors leave of random logits, and with which probabilities.

    python3 tests/analysis/references/write_sampling_references.py

needs torch==2.11.0 transformers==5.23.0.
"""
import json
import pathlib

import torch
from transformers import GenerationConfig, GPT2Config, GPT2LMHeadModel

SETTINGS = [(1.0, 0, 1.0), (0.7, 0, 1.0), (1.0, 5, 1.0), (1.0, 0, 0.9), (1.6, 7, 0.8), (0.4, 12, 0.95), (2.5, 3, 0.5),
            (1.0, 40, 0.3), (0.9, 1, 0.9)]

model = GPT2LMHeadModel(GPT2Config(vocab_size=24, n_embd=4, n_layer=1, n_head=1, bos_token_id=0, eos_token_id=0))
generator = torch.Generator().manual_seed(3)
cases = []
for temperature, top_k, top_p in SETTINGS:
    logits = torch.randn(1, 24, generator=generator) * 2
    logits[0, 5] = logits[0, 9]  # equal ones
    config = GenerationConfig(do_sample=True, temperature=temperature, top_k=top_k, top_p=top_p)
    processors = model._get_logits_processor(generation_config=config, input_ids_seq_length=1)
    left = processors(torch.zeros(1, 1, dtype=torch.long), logits.clone())[0]
    probabilities = torch.softmax(left, -1)
    ids = [i for i, value in enumerate(left.tolist()) if value != float("-inf")]
    cases.append({"temperature": temperature, "top_k": top_k, "top_p": top_p, "logits": logits[0].tolist(), "ids": ids,
                  "probabilities": [probabilities[i].item() for i in ids]})
path = pathlib.Path(__file__).parent / "sampling_references.json"
path.write_text(json.dumps(cases) + "\n")
