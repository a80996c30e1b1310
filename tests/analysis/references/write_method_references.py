#!/usr/bin/env python3
"""Writes method_references.json: what attention alone gives, of a small random attention, by numpy in float64.

Written from METHODS' formulas alone; rank correlation by scipy, maximum flow by networkx. Pinned: numpy==2.4.6. usage: write_method_references.py > method_references.json
"""
import json
import sys

import networkx
import numpy as np
import scipy.stats

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


def flow(weights, residual):
    graph = networkx.DiGraph()
    for index, layer in enumerate(weights.astype(np.float64)):
        step = residual * np.eye(SIZE) + (1 - residual) * layer.mean(0)
        for i in range(SIZE):
            for j in range(SIZE):
                graph.add_edge((index + 1, i), (index, j), capacity=step[i, j] / step[i].sum())
    return [[networkx.maximum_flow_value(graph, (LAYERS, i), (0, j)) for j in range(SIZE)] for i in range(SIZE)]


def entropy(weights, causal):
    weights = weights.astype(np.float64)
    plain = -np.sum(np.where(weights > 0, weights * np.log(np.where(weights > 0, weights, 1)), 0), -1)
    support = np.arange(1, SIZE + 1) if causal else np.full(SIZE, SIZE)
    return plain, np.where(support > 1, plain / np.log(np.maximum(support, 2)), 0)


# Tokens of the blocks: a pair of texts with equal tokens in it.
IDS = [101, 5, 7, 102, 5, 7, 102]
SEPARATORS = [3, 6]
SEGMENTS = [0, 0, 0, 0, 1, 1, 1]
# The same tokens as an image: a prefix and 2 x 3 patches of 16 x 14 pixels.
PATCHES, PATCH = (2, 3), {"width": 16, "height": 14}
PATTERNS = ["self", "previous", "next", "local", "first", "separator", "vertical", "block", "duplicate", "induction"]


def keys_of(pattern, i, causal):
    keys = {
        "self": [i],
        "previous": [i - 1],
        "next": [i + 1],
        "local": [j for j in range(SIZE) if abs(i - j) <= 2],
        "first": [0] if i > 0 else [],
        "separator": SEPARATORS,
        "block": [j for j in range(SIZE) if SEGMENTS[j] == SEGMENTS[i]],
        "duplicate": [j for j in range(i) if IDS[j] == IDS[i]],
        "induction": [j for j in range(1, i + 1) if IDS[j - 1] == IDS[i]],
    }[pattern]
    return [j for j in keys if 0 <= j < SIZE and (not causal or j <= i)]


def pattern_scores(head, causal):
    scores = []
    for pattern in PATTERNS:
        if pattern == "vertical":
            scores.append(head.mean(0).max())
            continue
        rows = [sum(head[i, j] for j in keys_of(pattern, i, causal)) for i in range(SIZE) if keys_of(pattern, i, causal)]
        scores.append(np.mean(rows) if rows else 0.0)
    return scores


def uniform(causal):
    seen = np.tril(np.ones((SIZE, SIZE))) if causal else np.ones((SIZE, SIZE))
    return seen / seen.sum(-1, keepdims=True)


def nats(row):
    return -sum(x * np.log(x) for x in row if x > 0)


def distances_of(weights):
    heads = weights.astype(np.float64).reshape(-1, SIZE, SIZE)
    return np.array([[np.mean([nats((p + q) / 2) - (nats(p) + nats(q)) / 2 for p, q in zip(a, b)]) for b in heads] for a in heads])


def places(distances):
    """Classical multidimensional scaling; the largest entry of each column is positive."""
    count = len(distances)
    centre = np.eye(count) - 1 / count
    values, vectors = np.linalg.eigh(-centre @ distances ** 2 @ centre / 2)
    columns = [np.sqrt(max(values[k], 0)) * vectors[:, k] for k in (-1, -2)]
    return np.stack([column * np.sign(column[np.argmax(np.abs(column))]) for column in columns], 1)


def mean_reach(weights):
    apart = np.abs(np.subtract.outer(np.arange(SIZE), np.arange(SIZE)))
    return (weights.astype(np.float64) * apart).sum(-1)


def mean_reach_in_image(weights):
    centres = np.array([[row * PATCH["height"], column * PATCH["width"]] for row in range(PATCHES[0]) for column in range(PATCHES[1])])
    apart = np.sqrt(((centres[:, None] - centres[None]) ** 2).sum(-1))
    kept = weights.astype(np.float64)[..., 1:, 1:]
    reach = np.zeros(weights.shape[:-1])
    reach[..., 1:] = (kept / kept.sum(-1, keepdims=True) * apart).sum(-1)
    return reach


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
                   "patterns": numbers([[pattern_scores(head, causal) for head in layer] for layer in weights.astype(np.float64)]),
                   "patterns.uniform": numbers(pattern_scores(uniform(causal), causal)),
                   "head_distance": numbers(distances_of(weights)), "head_distance.layout": numbers(places(distances_of(weights))),
                   "attention_distance": numbers(mean_reach(weights)), "attention_distance.image": numbers(mean_reach_in_image(weights)),
                   "flows": [{"residual": residual, "values": numbers(flow(weights, residual))} for residual in (0.5, 0.1, 0.0)],
                   "rollouts": [{"options": case, "values": numbers(rollout(weights, **case))} for case in CASES]})
ranked = []
for count in (2, 5, 12):
    pair = np.round(random.normal(0, 2, (2, count))).astype(np.float32)
    pair[0, 0] += 1  # never all equal
    ranked.append({"a": numbers(pair[0]), "b": numbers(pair[1]), "correlation": float(scipy.stats.spearmanr(*pair).statistic)})
ranked = [row for row in ranked if np.isfinite(row["correlation"])]
print(json.dumps({"layers": LAYERS, "heads": HEADS, "size": SIZE, "ids": IDS, "separators": SEPARATORS, "segments": SEGMENTS,
                  "patches": PATCHES, "patch": PATCH, "blocks": blocks, "ranked": ranked}))
