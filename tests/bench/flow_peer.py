#!/usr/bin/env python3
"""The peer of flow_bench: maximum flow by networkx on the same trace, by its fastest algorithm on this graph.

    flow_peer.py TRACE           answers requests "[ROW]" (none: all rows) with one JSON line each
    flow_peer.py --write LAYERS HEADS TOKENS TRACE      a random attention
"""
import json
import sys
import time

import networkx
import numpy as np
from networkx.algorithms import flow
from safetensors.numpy import load_file, save_file

ALGORITHMS = (flow.shortest_augmenting_path, flow.preflow_push, flow.dinitz, flow.boykov_kolmogorov)


def write(layers, heads, tokens, path):
    exps = np.exp(np.random.default_rng(1).normal(0, 2, (layers, heads, tokens, tokens)))
    weights = (exps / exps.sum(-1, keepdims=True)).astype(np.float32)
    names = json.dumps([str(token) for token in range(tokens)])
    save_file({"attention": weights}, path, {"weft.trace": "1", "tokens": names})


def graph_of(weights):
    """Residual 0.5, mean over heads, as rollout."""
    layers, _, tokens, _ = weights.shape
    graph = networkx.DiGraph()
    for layer in range(layers):
        step = 0.5 * np.eye(tokens) + 0.5 * weights[layer].astype(np.float64).mean(0)
        step /= step.sum(-1, keepdims=True)
        for i in range(tokens):
            for j in range(tokens):
                graph.add_edge((layer + 1, i), (layer, j), capacity=float(step[i, j]))
    return graph


class Peer:
    def __init__(self, path):
        weights = load_file(path)["attention"]
        self.layers, self.tokens = weights.shape[0], weights.shape[-1]
        self.graph = graph_of(weights)
        # Built once and used again, as networkx advises for many flows on one graph.
        self.residual = flow.build_residual_network(self.graph, "capacity")
        self.algorithm = min(ALGORITHMS, key=self.seconds_of)

    def seconds_of(self, algorithm):
        taken = []
        for key in (0, self.tokens // 2):
            began = time.perf_counter()
            self.flow(algorithm, self.tokens - 1, key)
            taken.append(time.perf_counter() - began)
        return sum(taken)

    def flow(self, algorithm, row, key):
        return algorithm(self.graph, (self.layers, row), (0, key), residual=self.residual,
                         value_only=True).graph["flow_value"]

    def answer(self, rows):
        began = time.perf_counter()
        total = sum(self.flow(self.algorithm, row, key) for row in rows for key in range(self.tokens))
        return {"taken_ms": [(time.perf_counter() - began) * 1e3], "sum": total}


if __name__ == "__main__":
    if sys.argv[1] == "--write":
        write(*(int(word) for word in sys.argv[2:5]), sys.argv[5])
        sys.exit(0)
    peer = Peer(sys.argv[1])
    print(json.dumps({"ready": f"networkx {networkx.__version__}, {peer.algorithm.__name__}"}), flush=True)
    for line in sys.stdin:
        rows = [int(word) for word in line.split()] or range(peer.tokens)
        print(json.dumps(peer.answer(rows)), flush=True)
