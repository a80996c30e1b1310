#!/usr/bin/env python3
"""Writes tests/parity/references/passes/CASE.safetensors: what takes passes through a model, but no gradients.

    python3 tests/parity/write_pass_references.py [CASE...]

needs torch==2.11.0 transformers==5.23.0 safetensors numpy. A case is a folder of tests/parity/checkpoints. All is done
the obvious way: hooks on the modules of transformers, one pass for each number. With two stacks each name takes
".encoder", ".decoder" or ".cross". Each file holds:
    ablated [A, 3]                 the heads that are ablated together: layer, head, 1 for the mean over positions
    ablated.attention [L, H, Q, K], ablated.output: attention of that pass; logits, or the last hidden state
    contribution [L, Q, K]         | sum_h A V W_O |, in float64
    logit_lens [L + 1, ...]        the logits, were the model to end behind each layer (decoder only)
    y [1]                          the largest logit (of the last row), or the norm of the mean-pooled last hidden state
    target [2]                     its row and index; -1: none
    ablation.zero, .mean [L, H]    y without each head
    special [N]; token_ablation [N]    y with each token that is not special replaced by `replacement`, an image's
                                   patch by 0
    attribution [N]; deletion, insertion [M + 1]   y while tokens leave, or enter, in its descending order
    importance [L, H]; pruning [L H + 1]           y while heads leave in its ascending order
"""
import argparse
import importlib
import json
import pathlib
import re
import sys

import torch
import transformers
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).parent
PINNED = {"torch": "2.11.0", "transformers": "5.23.0"}
CASES = ["bert", "bert_masked_lm", "bert_sequence_classification", "bert_one_layer_one_head", "gpt2", "gpt2_odd",
         "llama_grouped", "llama_one_head_one_layer", "llama_sequence_classification", "gemma2", "gpt_neox", "vit",
         "vit_image_classification", "dinov2_image_classification", "bart", "bart_one_layer_one_head", "t5", "t5_model"]
OUTPUT = re.compile(r"(attention\.output\.dense|\.o_proj|\.out_proj|attn\.c_proj|attention\.dense|\.out_lin|"
                    r"(SelfAttention|EncDecAttention)\.o)$")
VALUE = re.compile(r"(attention\.self\.value|\.v_proj|\.v_lin|(SelfAttention|EncDecAttention)\.v)$")
FUSED = re.compile(r"(attn\.c_attn|attention\.query_key_value)$")
REPLACEMENT = 6


class Probe:
    """A model whose heads can be gated and whose values are watched."""

    def __init__(self, case, model):
        self.model, self.case = model, case
        self.two = "encoder" in case.layers
        self.kinds = ["encoder", "decoder", "cross"] if self.two else [""]
        self.outputs = {kind: [] for kind in self.kinds}
        self.values = {kind: [] for kind in self.kinds}
        self.seen = {}
        for name, module in model.named_modules():
            if "pooler" in name:
                continue
            if OUTPUT.search(name):
                self.outputs[self.kind_of(name)].append(module)
            if VALUE.search(name) or FUSED.search(name):
                self.values[self.kind_of(name)].append(module)
        config = model.config
        self.heads = config.num_attention_heads
        self.shared = getattr(config, "num_key_value_heads", None) or self.heads
        self.gates = {}
        for kind in self.kinds:
            for layer, module in enumerate(self.outputs[kind]):
                module.register_forward_pre_hook(self.gating(kind, layer))
            for layer, module in enumerate(self.values[kind]):
                module.register_forward_hook(self.watching(kind, layer))
        stack = "decoder" if self.two else ""
        self.last_layers = list(case.layers[stack](model))
        self.replaced = None
        self.last_layers[-1].register_forward_hook(self.replacing)
        # A decoder's classifier looks for its row among the ids: tokens that become padding must not move it.
        self.scores, self.row = None, None
        if hasattr(model, "score"):
            model.score.register_forward_hook(self.scoring)

    def kind_of(self, name):
        if not self.two:
            return ""
        if "encoder_attn" in name or "EncDecAttention" in name:
            return "cross"
        return "decoder" if re.search(r"(^|\.)decoder\.", name) else "encoder"

    def gating(self, kind, layer):
        def hook(module, args):
            context = args[0].clone()
            heads = context.view(*context.shape[:-1], self.heads, -1)
            for (k, l, h), how in self.gates.items():
                if (k, l) == (kind, layer):
                    heads[..., h, :] = heads[..., h, :].mean(-2, keepdim=True) if how == "mean" else 0
            return (context, *args[1:])
        return hook

    def watching(self, kind, layer):
        def hook(module, args, out):
            self.seen[kind, layer] = out[0]
        return hook

    def replacing(self, module, args, out):
        if self.replaced is None:
            return out
        return (self.replaced, *out[1:]) if isinstance(out, tuple) else self.replaced

    def scoring(self, module, args, out):
        self.scores = out[0]

    def run(self, inputs, gates=None):
        self.gates = gates or {}
        batch = {name: value.unsqueeze(0) if torch.is_tensor(value) else value for name, value in inputs.items()}
        with torch.inference_mode():
            return self.case.run(self.model)(**batch, output_attentions=True)

    def attention(self, out):
        fields = {"": "attentions", "encoder": "encoder_attentions", "decoder": "decoder_attentions",
                  "cross": "cross_attentions"}
        return {kind: torch.cat(getattr(out, fields[kind])) for kind in self.kinds}

    def output(self, out):
        logits = getattr(out, "logits", None)
        if logits is None:
            return out.last_hidden_state[0]
        if self.scores is None:
            return logits[0]
        if self.row is None:  # of the unchanged input, which comes first
            self.row = (self.scores == logits[0]).all(-1).nonzero()[-1].item()
        return self.scores[self.row]

    def y(self, inputs, target=None, gates=None):
        out = self.run(inputs, gates)
        values = self.output(out)
        if getattr(out, "logits", None) is None:
            return values.mean(0).norm().item(), (-1, -1)
        row = (-1 if values.ndim == 1 else values.shape[0] - 1) if target is None else target[0]
        logits = values if row < 0 else values[row]
        index = logits.argmax().item() if target is None else target[1]
        return logits[index].item(), (row, index)

    def head_values(self, kind, layer):
        """V of each query head, [H, K, d]."""
        raw = self.seen[kind, layer]
        keys = raw.shape[0]
        family = self.model.config.model_type
        if family == "gpt2":
            return raw.view(keys, 3, self.heads, -1)[:, 2].transpose(0, 1)
        if family == "gpt_neox":
            return raw.view(keys, self.heads, 3, -1)[:, :, 2].transpose(0, 1)
        return raw.view(keys, self.shared, -1).transpose(0, 1).repeat_interleave(self.heads // self.shared, 0)

    def contribution(self, out):
        result = {}
        for kind, attention in self.attention(out).items():
            layers = []
            for layer, module in enumerate(self.outputs[kind]):
                weight = module.weight.double()
                if type(module).__name__ == "Conv1D":
                    weight = weight.T
                values = self.head_values(kind, layer).double()
                width = values.shape[-1]
                moved = sum(attention[layer][h].double()[:, :, None] *
                            (values[h] @ weight[:, h * width:(h + 1) * width].T)[None] for h in range(self.heads))
                layers.append(moved.norm(dim=-1))
            result[kind] = torch.stack(layers).float()
        return result

    def logit_lens(self, inputs):
        states = []
        def keep(module, args, kwargs):
            states.append(args[0] if args else kwargs["hidden_states"])
        def leave(module, args, out):
            states.append(out[0] if isinstance(out, tuple) else out)
        handles = [self.last_layers[0].register_forward_pre_hook(keep, with_kwargs=True)]
        handles += [layer.register_forward_hook(leave) for layer in self.last_layers]
        self.run(inputs)
        for handle in handles:
            handle.remove()
        lens = []
        for state in states:
            self.replaced = state
            lens.append(self.run(inputs).logits[0])
        self.replaced = None
        return torch.stack(lens)


def patch_size(config):
    size = config.patch_size
    return (size, size) if isinstance(size, int) else tuple(size)


def without(inputs, name, positions, prefix, config):
    """The inputs with tokens replaced, or patches set to 0."""
    changed = inputs[name].clone()
    if name != "pixel_values":
        changed[list(positions)] = REPLACEMENT
        return {**inputs, name: changed}
    height, width = patch_size(config)
    columns = changed.shape[-1] // width
    for position in positions:
        row, column = divmod(position - prefix, columns)
        changed[:, row * height:(row + 1) * height, column * width:(column + 1) * width] = 0
    return {**inputs, name: changed}


def references(case, model, generator):
    probe = Probe(case, model)
    inputs = case.inputs
    tensors = {}
    named = lambda name, kind: f"{name}.{kind}" if kind else name
    out = probe.run(inputs)
    value, target = probe.y(inputs)
    tensors["y"], tensors["target"] = torch.tensor([value]), torch.tensor(target)
    for kind, contribution in probe.contribution(out).items():
        tensors[named("contribution", kind)] = contribution
    if getattr(out, "logits", None) is not None:
        tensors["logit_lens"] = probe.logit_lens(inputs)

    gates = {}
    for kind in probe.kinds:
        layers = len(probe.outputs[kind])
        chosen = {(0, probe.heads - 1, 0), (layers - 1, 0, 1)} if layers * probe.heads > 1 else {(0, 0, 0)}
        tensors[named("ablated", kind)] = torch.tensor(sorted(chosen))
        gates.update({(kind, l, h): "mean" if mean else "zero" for l, h, mean in chosen})
    ablated = probe.run(inputs, gates)
    for kind, attention in probe.attention(ablated).items():
        tensors[named("ablated.attention", kind)] = attention
    tensors["ablated.output"] = probe.output(ablated)

    for kind in probe.kinds:
        layers, heads = len(probe.outputs[kind]), probe.heads
        for how in ("zero", "mean"):
            tensors[named(f"ablation.{how}", kind)] = torch.tensor(
                [[probe.y(inputs, target, {(kind, l, h): how})[0] for h in range(heads)] for l in range(layers)])
        importance = torch.rand(layers, heads, generator=generator)
        order = importance.flatten().argsort().tolist()
        tensors[named("importance", kind)] = importance
        tensors[named("pruning", kind)] = torch.tensor(
            [probe.y(inputs, target, {(kind, *divmod(o, heads)): "zero" for o in order[:count]})[0]
             for count in range(layers * heads + 1)])

    streams = {"encoder": "input_ids", "decoder": "decoder_input_ids"} if probe.two else \
        {"": "pixel_values" if "pixel_values" in inputs else "input_ids"}
    for kind, name in streams.items():
        key = kind or ""
        count = {"encoder": "encoder", "decoder": "decoder", "": ""}[kind]
        tokens = probe.attention(out)[count].shape[-1]
        special = torch.zeros(tokens, dtype=torch.int64)
        prefix = 0
        if name == "pixel_values":
            height, width = patch_size(model.config)
            prefix = tokens - (inputs[name].shape[1] // height) * (inputs[name].shape[2] // width)
            special[:prefix] = 1
        else:
            special[0 if kind != "encoder" else -1] = 1
        replace = lambda positions: without(inputs, name, positions, prefix, model.config)
        tensors[named("special", key)] = special
        tensors[named("token_ablation", key)] = torch.tensor(
            [value if special[i] else probe.y(replace([i]), target)[0] for i in range(tokens)])
        attribution = torch.randn(tokens, generator=generator)
        order = [i for i in attribution.argsort(descending=True).tolist() if not special[i]]
        tensors[named("attribution", key)] = attribution
        tensors[named("deletion", key)] = torch.tensor(
            [probe.y(replace(order[:k]), target)[0] for k in range(len(order) + 1)])
        tensors[named("insertion", key)] = torch.tensor(
            [probe.y(replace(order[k:]), target)[0] for k in range(len(order) + 1)])
    return tensors


def main():
    for module in (torch, transformers):
        if module.__version__.split("+")[0] != PINNED[module.__name__]:
            sys.exit(f"needs {module.__name__}=={PINNED[module.__name__]}, this is {module.__version__}")
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("cases", nargs="*")
    chosen = parser.parse_args().cases or CASES
    transformers.logging.set_verbosity_error()
    sys.path.insert(0, str(HERE))
    all_cases = {case.name: case for file in sorted((HERE / "cases").glob("*.py"))
                 for case in importlib.import_module(f"cases.{file.stem}").CASES}
    output = HERE / "references" / "passes"
    output.mkdir(exist_ok=True)
    for name in chosen:
        folder = HERE / "checkpoints" / name
        architecture = json.loads((folder / "config.json").read_text())["architectures"][0]
        model = getattr(transformers, architecture).from_pretrained(
            folder, attn_implementation="eager", dtype=torch.float32).eval()
        tensors = references(all_cases[name], model, torch.Generator().manual_seed(7))
        save_file({key: value.detach().contiguous().clone() for key, value in tensors.items()},
                  output / f"{name}.safetensors", metadata={**PINNED, "replacement": str(REPLACEMENT)})
        print(f"{name}: y {tensors['y'].item():.4f}, {(output / f'{name}.safetensors').stat().st_size} bytes")


if __name__ == "__main__":
    main()
