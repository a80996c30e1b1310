#!/usr/bin/env python3
"""Writes tests/parity/checkpoints/CASE/: tiny random models of every family and what transformers computes with them.

    python3 tests/parity/write_checkpoints.py [--seed S] [--output FOLDER] [CASE...]

needs torch==2.11.0 transformers==5.23.0 safetensors numpy. A case is in tests/parity/cases/*.py. Each folder holds
config.json, model.safetensors and reference.safetensors:
    one stack     ids [N] (segments [N]), attention [L, H, N, N], hidden_states [L + 1, N, D], logits
    an image      pixel_values [C, H, W] instead of ids
    two stacks    ids [N], target_ids [M], attention.encoder, attention.decoder, attention.cross,
                  hidden_states.encoder, hidden_states.decoder, logits
Hidden states are what enters layer 0 and what leaves each layer, before the final norm (taken by hooks, because
transformers norms the last one for some families and not for others). Another seed into another folder, checked by
    WEFT_PARITY_CHECKPOINTS=FOLDER build/release/bin/parity_test "[family]"
"""
import argparse
import importlib
import json
import pathlib
import shutil
import sys

import torch
import transformers
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).parent
PINNED = {"torch": "2.11.0", "transformers": "5.23.0"}


class Case:
    """model: builds the transformers model; layers: the list of layer modules of a stack, by the stack's name
    ("" for one stack, else "encoder" and "decoder"); inputs: keyword arguments of forward, tensors without batch;
    run: the part of the model that is run (all of it); retensor: changes the file's dict of tensors; edit: may change config.json's dict as it is written (old key names); dtype: of the weights in the file."""

    def __init__(self, name, model, layers, inputs, edit=None, dtype=torch.float32, rename=None, shards=None,
                 run=lambda model: model, retensor=None):
        self.name, self.model, self.layers, self.inputs = name, model, layers, inputs
        self.edit, self.dtype, self.rename, self.shards = edit, dtype, rename, shards
        self.run, self.retensor = run, retensor


def randomise(model, seed):
    """Larger than the usual start values, so that attention is far from uniform and norms and biases count."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in sorted(model.named_parameters()):
            if not parameter.requires_grad:  # a table that is computed, not learned
                continue
            noise = torch.randn(parameter.shape, generator=generator)
            if name.endswith("ttention.q.weight") and hasattr(model.config, "d_kv"):
                noise *= model.config.d_kv ** -0.5  # T5 has the scale of the scores in its queries
            is_gain = parameter.ndim == 1 and name.endswith("weight")
            if is_gain:
                parameter.copy_(parameter + 0.2 * noise)
            elif parameter.ndim == 1:
                parameter.copy_(0.2 * noise)
            else:
                parameter.copy_(noise * (1.6 / parameter.shape[-1] ** 0.5) if parameter.ndim == 2 else 0.3 * noise)


def watch(layers, record):
    """Hooks that append what enters the first layer and what leaves each to `record`."""
    first = lambda out: out[0] if isinstance(out, tuple) else out
    # A layer that is one module used for several (ALBERT) is hooked once and called several times.
    layers[0].register_forward_pre_hook(
        lambda module, args, kwargs: record.append(first(args or (kwargs["hidden_states"],))) if not record else None,
        with_kwargs=True)
    for layer in {id(l): l for l in layers}.values():
        layer.register_forward_hook(lambda module, args, out: record.append(first(out)))


def write(case, folder, seed):
    torch.manual_seed(seed)
    model = case.model()
    model.config._attn_implementation = "eager"
    randomise(model, seed)
    model.eval()
    for parameter in model.parameters():  # buffers (rotary frequencies, Gemma's scale) stay as they are computed
        parameter.data = parameter.data.to(case.dtype).to(torch.float32)
    model.tie_weights()
    states = {stack: [] for stack in case.layers}
    for stack, layers in case.layers.items():
        watch(list(layers(model)), states[stack])
    tensors = {name: value for name, value in case.inputs.items() if torch.is_tensor(value)}
    inputs = {**case.inputs, **{name: value.unsqueeze(0) for name, value in tensors.items()}}
    with torch.inference_mode():
        out = case.run(model)(**inputs, output_attentions=True)
    reference = {}
    two = "encoder" in case.layers
    for name, field in (("encoder", "encoder_attentions"), ("decoder", "decoder_attentions"),
                        ("cross", "cross_attentions")) if two else (("", "attentions"),):
        reference["attention" + (f".{name}" if two else "")] = torch.cat(getattr(out, field))
    for stack, record in states.items():
        reference["hidden_states" + (f".{stack}" if stack else "")] = torch.stack([r[0] for r in record])
    logits = getattr(out, "logits", None)
    if logits is None and hasattr(out, "start_logits"):
        logits = torch.stack([out.start_logits, out.end_logits], -1)
    if logits is None:
        logits = getattr(out, "prediction_logits", None)
    if logits is not None:
        reference["logits"] = logits[0]
    names = {"input_ids": "ids", "token_type_ids": "segments", "decoder_input_ids": "target_ids"}
    for name, value in tensors.items():
        reference[names.get(name, name)] = value
    folder.mkdir(parents=True)
    model.to(case.dtype).save_pretrained(folder, safe_serialization=True,
                                         **({"max_shard_size": case.shards} if case.shards else {}))
    for extra in folder.glob("generation_config.json"):
        extra.unlink()
    if case.rename or case.retensor:
        from safetensors import safe_open
        path = folder / "model.safetensors"
        with safe_open(path, "pt") as file:
            renamed = {(case.rename or str)(key): file.get_tensor(key) for key in file.keys()}
        save_file(case.retensor(renamed) if case.retensor else renamed, path, metadata={"format": "pt"})
    path = folder / "config.json"
    config = json.loads(path.read_text())
    if case.edit:
        case.edit(config)
    path.write_text(json.dumps(config, indent=1, sort_keys=True) + "\n")
    save_file({k: v.detach().contiguous().clone() for k, v in reference.items()}, folder / "reference.safetensors",
              metadata={**PINNED, "seed": str(seed)})
    size = sum(f.stat().st_size for f in folder.iterdir())
    print(f"{case.name}: {size} bytes")


def main():
    for module in (torch, transformers):
        if module.__version__.split("+")[0] != PINNED[module.__name__]:
            sys.exit(f"needs {module.__name__}=={PINNED[module.__name__]}, this is {module.__version__}")
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("cases", nargs="*")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--output", type=pathlib.Path, default=HERE / "checkpoints")
    arguments = parser.parse_args()
    transformers.logging.set_verbosity_error()
    sys.path.insert(0, str(HERE))
    sys.modules["write_checkpoints"] = sys.modules["__main__"]
    cases = [case for file in sorted((HERE / "cases").glob("*.py"))
             for case in importlib.import_module(f"cases.{file.stem}").CASES]
    unknown = set(arguments.cases) - {case.name for case in cases}
    if unknown:
        sys.exit(f"no such case: {', '.join(sorted(unknown))}; there are {', '.join(c.name for c in cases)}")
    for case in cases:
        if arguments.cases and case.name not in arguments.cases:
            continue
        folder = arguments.output / case.name
        shutil.rmtree(folder, ignore_errors=True)
        write(case, folder, arguments.seed)


if __name__ == "__main__":
    main()
