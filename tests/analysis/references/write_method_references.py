#!/usr/bin/env python3
"""Writes method_references.json: rollout and entropy of a small random attention, by numpy in float64.

Written from METHODS' formulas alone. Pinned: numpy==2.4.6. usage: write_method_references.py > method_references.json
"""
import json
import sys

import numpy as np

if np.__version__ != "2.4.6":
    sys.exit(f"numpy {np.__version__} is not the pinned 2.4.6")

LAYERS, HEADS, SIZE = 3, 4, 7
random = np.random.default_rng(7)


def attention(causal):
    logits = random.normal(0, 2, (LAYERS, HEADS, SIZE, SIZE))
    if causal:
        logits = np.where(np.tril(np.ones((SIZE, SIZE), bool)), logits, -np.inf)
    weights = np.exp(logits - logits.max(-1, keepdims=True))
    return (weights / weights.sum(-1, keepdims=True)).astype(np.float32)


def fuse(layer, how):
    if isinstance(how, int):
        return layer[how]
    if isinstance(how, list):
        return np.einsum("h,hij->ij", how, layer)
    return {"mean": np.mean, "max": np.max, "min": np.min}[how](layer, axis=0)


def discard(matrix, ratio, scope):
    flat = matrix.copy().reshape(1, -1) if scope == "layer" else matrix.copy()
    count = int(np.floor(ratio * flat.shape[1]))
    for row in flat:
        row[np.argsort(row, kind="stable")[:count]] = 0
    return flat.reshape(matrix.shape)


def rollout(weights, residual=0.5, how="mean", ratio=0.0, scope="row", first=0):
    result, before = [], np.eye(SIZE)
    for index, layer in enumerate(weights.astype(np.float64)):
        if index >= first:
            step = residual * np.eye(SIZE) + (1 - residual) * discard(fuse(layer, how), ratio, scope)
            sums = step.sum(-1, keepdims=True)
            before = np.where(sums > 0, step / np.where(sums > 0, sums, 1), np.eye(SIZE)) @ before
        result.append(before)
    return np.array(result)


def entropy(weights, causal):
    weights = weights.astype(np.float64)
    plain = -np.sum(np.where(weights > 0, weights * np.log(np.where(weights > 0, weights, 1)), 0), -1)
    support = np.arange(1, SIZE + 1) if causal else np.full(SIZE, SIZE)
    return plain, np.where(support > 1, plain / np.log(np.maximum(support, 2)), 0)


CASES = [{}, {"residual": 0.0}, {"residual": 1.0}, {"how": "max"}, {"how": "min"}, {"how": 2}, {"how": [0.1, 0.0, 2.0, 0.4]},
         {"ratio": 0.5}, {"ratio": 0.9, "residual": 0.2}, {"ratio": 1.0, "residual": 0.0}, {"ratio": 0.33, "scope": "layer"},
         {"first": 1}, {"first": 2, "how": "max", "ratio": 0.4, "scope": "layer", "residual": 0.3}]


def numbers(array):
    return [float(np.float32(value)) for value in np.asarray(array).ravel()]


blocks = []
for causal in (False, True):
    weights = attention(causal)
    plain, normalised = entropy(weights, causal)
    blocks.append({"causal": causal, "attention": numbers(weights), "entropy": numbers(plain),
                   "entropy.normalised": numbers(normalised),
                   "rollouts": [{"options": case, "values": numbers(rollout(weights, **case))} for case in CASES]})
print(json.dumps({"layers": LAYERS, "heads": HEADS, "size": SIZE, "blocks": blocks}))
