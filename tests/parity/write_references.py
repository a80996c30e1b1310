#!/usr/bin/env python3
"""Writes tests/parity/references/*.safetensors: what PyTorch and transformers compute for texts of ours.

    pip install torch==2.11.0 transformers==5.23.0 safetensors numpy
    python3 tests/parity/write_references.py MODEL_FOLDER

Each file: ids, token_types [N]; rows [R], the query rows that it holds (all, where that is small);
attention [L, H, R, N]; rollout [L, R, N] (numpy, float64, rounded); entropy and entropy.normalised [L, H, N];
hidden_rows [S] and hidden_states [L + 1, S, D]. Metadata: text, pair (if any), torch, transformers.
"""
import pathlib
import sys

import numpy as np
import torch
import transformers
from safetensors.numpy import save_file

PINNED = {"torch": "2.11.0", "transformers": "5.23.0"}
PROSE = (
    "A loom holds the warp threads tight while the shuttle carries the weft across them, over and under, row after "
    "row. What looks like a picture from afar is nothing but crossings: each thread meets each other thread once, "
    "and the pattern is only the choice of which one lies on top. In 1804 a machine read that choice from cards "
    "with holes. Nobody had to remember the pattern any more; the weaver's hands followed a list. People who came "
    "later said that this was the first program, and that the cloth was its output, folded, carried home and worn "
    "out by somebody who never saw a single hole, card, or needle."
)
TEXTS = {
    "word": ("weaving", None),
    "sentence": ("The shuttle crossed the loom because it was thrown by a patient hand.", None),
    "question": ("Why does the second head of layer three look at the comma, not at the verb; "
                 "and who taught it to do that, if nobody ever wrote it down?", None),
    "scripts": ("Café 織機 → 🧵🪡 naïve ткань", None),
    "pair": ("She unravelled the scarf.", "The wool was blue & soft."),
    "unknown": ("[MASK] xqzzyv ☃︎ 3.14159 don't #weft @loom", None),
    "prose": (PROSE, None),
}


def rollout(attention):
    """Abnar & Zuidema 2020, residual 0.5, mean over heads; attention [L, H, N, N] -> [L, N, N]."""
    result, joint = [], np.eye(attention.shape[-1])
    for layer in attention.astype(np.float64):
        step = 0.5 * np.eye(layer.shape[-1]) + 0.5 * layer.mean(0)
        joint = (step / step.sum(-1, keepdims=True)) @ joint
        result.append(joint)
    return np.stack(result)


def entropy(attention):
    a = attention.astype(np.float64)
    return -np.where(a > 0, a * np.log(np.where(a > 0, a, 1)), 0).sum(-1)


def main():
    for module in (torch, transformers):
        if module.__version__.split("+")[0] != PINNED[module.__name__]:
            sys.exit(f"needs {module.__name__}=={PINNED[module.__name__]}, this is {module.__version__}")
    folder = sys.argv[1]
    out = pathlib.Path(__file__).parent / "references"
    out.mkdir(exist_ok=True)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModel.from_pretrained(folder, attn_implementation="eager", dtype=torch.float32).eval()
    for name, (text, pair) in TEXTS.items():
        encoded = tokenizer(text, pair, return_tensors="pt")
        with torch.inference_mode():
            output = model(**encoded, output_attentions=True, output_hidden_states=True)
        attention = torch.cat(output.attentions).numpy()
        hidden = torch.cat(output.hidden_states).numpy()
        count = attention.shape[-1]
        rows = np.arange(count) if count <= 24 else np.unique(np.linspace(0, count - 1, 4).astype(np.int64))
        hidden_rows = np.unique(np.linspace(0, count - 1, 3).astype(np.int64))
        spread = entropy(attention)
        save_file(
            {
                "ids": encoded["input_ids"][0].numpy(),
                "token_types": encoded["token_type_ids"][0].numpy(),
                "rows": rows,
                "attention": np.ascontiguousarray(attention[:, :, rows]),
                "rollout": np.ascontiguousarray(rollout(attention)[:, rows].astype(np.float32)),
                "entropy": spread.astype(np.float32),
                "entropy.normalised": (spread / np.log(count)).astype(np.float32),
                "hidden_rows": hidden_rows,
                "hidden_states": np.ascontiguousarray(hidden[:, hidden_rows]),
            },
            out / f"{name}.safetensors",
            metadata={"text": text, **({"pair": pair} if pair else {}), **PINNED},
        )
        print(f"{name}: {count} tokens, {(out / (name + '.safetensors')).stat().st_size} bytes")


if __name__ == "__main__":
    main()
