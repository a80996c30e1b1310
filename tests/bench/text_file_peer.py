#!/usr/bin/env python3
"""The peer of weft analyze --text-file: per head the mean entropy and the importance by its gate, line by line, in transformers.

    text_file_peer.py MODEL_FOLDER FILE      prints seconds without the start, and the mean entropy of all heads
"""
import sys
import time

import torch
from transformers import AutoModel, AutoTokenizer

folder, path = sys.argv[1:]
tokenizer = AutoTokenizer.from_pretrained(folder)
model = AutoModel.from_pretrained(folder, attn_implementation="eager", dtype=torch.float32).eval()
model.requires_grad_(False)
contexts = []
heads = model.config.num_attention_heads


def keep_context(module, inputs):
    """What goes into the output projection: the contexts of all heads side by side."""
    context = inputs[0].detach().requires_grad_(True) if not contexts else inputs[0]
    contexts.append(context)
    return (context, *inputs[1:])


for layer in model.encoder.layer:
    layer.attention.output.dense.register_forward_pre_hook(lambda module, inputs: keep_context(module, inputs))


def analyze(text):
    contexts.clear()
    output = model(**tokenizer(text, return_tensors="pt"), output_attentions=True)
    y = output.last_hidden_state[0].mean(0).norm()
    gradients = torch.autograd.grad(y, contexts)
    importance = torch.stack([(g * c).detach()[0].unflatten(-1, (heads, -1)).sum((0, 2)).abs() for g, c in zip(gradients, contexts)])
    attention = torch.stack(output.attentions)[:, 0].detach()
    entropy = torch.special.entr(attention).sum(-1).mean(-1)
    return entropy.double(), importance.double()


with open(path, encoding="utf-8") as file:
    lines = file.read().splitlines()
analyze(lines[0])
sums = [[0, 0], [0, 0]]
began = time.perf_counter()
for line in lines:
    for total, values in zip(sums, analyze(line)):
        total[0] = total[0] + values
        total[1] = total[1] + values ** 2
print(time.perf_counter() - began, float(sums[0][0].mean()) / len(lines))
