#!/usr/bin/env python3
"""The peer of method_bench: integrated gradients by Captum, head importance by autograd through transformers eager.

    gradients_peer.py MODEL_FOLDER

Reads requests "TOKENS REPEAT METHOD [STEPS]" line by line and answers each with one JSON line, as method_bench does. The
target is the norm of the mean-pooled last hidden state, the baseline 0; special tokens stay in both.
"""
import json
import resource
import sys
import time

import torch
from captum.attr import IntegratedGradients
from transformers import AutoModel, AutoTokenizer

from texts import text_of

folder = sys.argv[1]
tokenizer = AutoTokenizer.from_pretrained(folder)
model = AutoModel.from_pretrained(folder, attn_implementation="eager", dtype=torch.float32).eval()
for parameter in model.parameters():
    parameter.requires_grad_(False)


def target(states):
    return states.mean(1).norm(dim=-1)


def peak_kib():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def integrated_gradients(ids, steps):
    words = model.embeddings.word_embeddings(ids)
    baseline = torch.zeros_like(words)
    baseline[:, [0, -1]] = words[:, [0, -1]]

    def forward(embeds):
        return target(model(inputs_embeds=embeds).last_hidden_state)

    attributions, delta = IntegratedGradients(forward).attribute(words, baseline, n_steps=steps, method="gausslegendre",
                                                                 return_convergence_delta=True)
    return attributions.sum().item(), delta.item()


def head_importance(ids, _):
    kept = []

    def keep(_, inputs):
        kept.append(inputs[0])

    hooks = [layer.attention.output.dense.register_forward_pre_hook(keep) for layer in model.encoder.layer]
    embeds = model.embeddings.word_embeddings(ids).requires_grad_()
    y = target(model(inputs_embeds=embeds).last_hidden_state)
    for hook in hooks:
        hook.remove()
    gradients = torch.autograd.grad(y.sum(), kept)
    heads = model.config.num_attention_heads
    products = torch.stack([(context * gradient)[0] for context, gradient in zip(kept, gradients)])
    importance = products.unflatten(-1, (heads, -1)).sum((1, 3)).abs()
    return importance.sum().item(), 0.0


METHODS = {"integrated_gradients": integrated_gradients, "head_importance": head_importance}
print(json.dumps({"ready": f"captum and transformers eager, torch {torch.__version__}", "threads": torch.get_num_threads()}),
      flush=True)
for line in sys.stdin:
    words = line.split()
    tokens, repeat, method, steps = int(words[0]), int(words[1]), words[2], int(words[3]) if len(words) > 3 else 50
    before, taken_ms = peak_kib(), []
    for i in range(repeat + 1):
        text = text_of(tokens, "house" if i % 2 else "the")
        start = time.perf_counter()
        ids = tokenizer(text, return_tensors="pt")["input_ids"]
        total, delta = METHODS[method](ids, steps)
        taken_ms.append((time.perf_counter() - start) * 1e3)
    print(json.dumps({"tokens": ids.shape[1], "taken_ms": taken_ms[1:] if repeat else taken_ms, "delta": delta, "sum": total,
                      "peak_kib": peak_kib(), "before_kib": before}), flush=True)
