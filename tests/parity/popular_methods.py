#!/usr/bin/env python3
"""Prints what popular implementations give on the input on which METHODS' formulas give something else, and how much.

    python3 tests/parity/popular_methods.py MODEL_FOLDER      (torch, transformers, captum; a sentence embedder of BERT's kind)

Each line: what is done, the largest difference of its result from ours as a part of our largest entry, and the rank
correlation over tokens.
"""
import sys

import numpy as np
import torch
import transformers
from captum.attr import LayerIntegratedGradients
from captum.attr._utils.approximation_methods import approximation_parameters
from scipy.stats import spearmanr

TEXT = "The shuttle crossed the loom because it was thrown by a patient hand."


def compare(what, ours, theirs):
    ours, theirs = np.asarray(ours, float), np.asarray(theirs, float)
    rank = spearmanr(ours[0] if ours.ndim == 2 else ours, theirs[0] if ours.ndim == 2 else theirs)[0]
    print(f"{what:76s} {np.abs(ours - theirs).max() / np.abs(ours).max():9.1e} {rank:6.2f}", flush=True)


def relevance(layers):
    result = torch.eye(layers[0].shape[-1])
    for layer in layers:
        result = result + layer @ result
    return result - torch.eye(len(result))  # what is more than every token's own


def rollout(layers, fuse, norm):
    result = torch.eye(layers[0].shape[-1])
    for layer in layers:
        step = 0.5 * fuse(layer) + 0.5 * torch.eye(layer.shape[-1])
        result = norm(step) @ result
    return result


def main():
    folder = sys.argv[1]
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModel.from_pretrained(folder, attn_implementation="eager", dtype=torch.float32).eval()
    inputs = tokenizer(TEXT, return_tensors="pt")
    y_of = lambda out: out.last_hidden_state[0].mean(0).norm()

    out = model(**inputs, output_attentions=True)
    attention = [a for a in out.attentions]
    gradients = torch.autograd.grad(y_of(out), attention)
    A, G = [a[0].detach() for a in attention], [g[0] for g in gradients]
    L = len(A)
    own = relevance([(a * g).clamp(min=0).mean(0) for a, g in zip(A, G)])
    compare("relevance, gradients of layer L-1-l with the attention of layer l",
            own, relevance([(A[l] * G[L - 1 - l]).clamp(min=0).mean(0) for l in range(L)]))
    compare("relevance, layers multiplied in the other order",
            own, relevance([(a * g).clamp(min=0).mean(0) for a, g in list(zip(A, G))[::-1]]))

    by_row = lambda m: m / m.sum(-1, keepdim=True)
    by_column = lambda m: m / m.sum(-1)  # without keepdim, as a popular script has it: column j by the sum of row j
    maximum = lambda a: a.max(0).values
    compare("rollout, max over heads, columns divided by the rows' sums",
            rollout(A, maximum, by_row), rollout(A, maximum, by_column))

    embedding = model.embeddings.word_embeddings
    x = embedding(inputs["input_ids"])[0].detach()
    special = torch.tensor(tokenizer(TEXT, return_special_tokens_mask=True)["special_tokens_mask"]).bool()

    def integrate(baseline, nodes, weights):
        total = torch.zeros_like(x)
        for node, weight in zip(nodes, weights):
            point = (baseline + node * (x - baseline)).requires_grad_(True)
            handle = embedding.register_forward_hook(lambda m, i, o: point[None])
            y = y_of(model(**inputs))
            handle.remove()
            total += weight * torch.autograd.grad(y, point)[0]
        return ((x - baseline) * total).sum(-1).numpy()

    def captum(baseline, method):
        forward = lambda ids: torch.stack([o.mean(0).norm() for o in model(ids, inputs["attention_mask"].expand(
            len(ids), -1)).last_hidden_state])
        explainer = LayerIntegratedGradients(forward, embedding)
        result, delta = explainer.attribute(inputs["input_ids"], baselines=baseline, n_steps=50, method=method,
                                            return_convergence_delta=True)
        return result[0].sum(-1).detach().numpy(), float(delta)

    nodes, weights = np.polynomial.legendre.leggauss(50)
    ours = integrate(torch.where(special[:, None], x, torch.zeros_like(x)), 0.5 * (1 + nodes), 0.5 * weights)
    pad = torch.full_like(inputs["input_ids"], tokenizer.pad_token_id)
    kept = torch.where(special, inputs["input_ids"][0], pad[0])[None]
    with_pad = integrate(torch.where(special[:, None], x, embedding(pad)[0].detach()), 0.5 * (1 + nodes), 0.5 * weights)
    compare("integrated gradients, Captum, gausslegendre, pad, special tokens kept", with_pad, captum(kept, "gausslegendre")[0])
    compare("integrated gradients, Captum, gausslegendre, pad for special tokens too", with_pad, captum(pad, "gausslegendre")[0])
    compare("integrated gradients, pad instead of zero", ours, with_pad)
    trapezoid = np.full(50, 1 / 49)
    trapezoid[[0, -1]] /= 2
    exact = integrate(torch.where(special[:, None], x, embedding(pad)[0].detach()), np.arange(50) / 49, trapezoid)
    compare("integrated gradients, Captum, riemann_trapezoid, special tokens kept", exact, captum(kept, "riemann_trapezoid")[0])
    steps, alphas = approximation_parameters("riemann_trapezoid")
    print("weights of Captum's riemann_trapezoid with 50 nodes sum to", sum(steps(50)))
    for method in ("gausslegendre", "riemann_trapezoid", "riemann_right"):
        print(f"delta of Captum's {method}, 50 steps: {captum(kept, method)[1]:.5f}")


if __name__ == "__main__":
    main()
