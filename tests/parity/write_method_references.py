#!/usr/bin/env python3
"""Writes tests/parity/method_references/NAME.safetensors: the gradient methods of METHODS, computed the obvious way.

    python3 tests/parity/write_method_references.py [NAME...]

needs torch==2.11.0 transformers==5.23.0 safetensors numpy. The models are those of tests/parity/checkpoints, run by
transformers in float64. Every attention of theirs is replaced by one that records weights, values and context, and can
scale the weights, so that torch.autograd gives each derivative by its definition; sums over nodes are plain loops.
One stack: METHOD; two: METHOD.encoder, .decoder, .cross. Metadata: checkpoint, options (JSON) as the test gives them
to the program, target and deltas (JSON) as METHODS define them.
"""
import inspect
import json
import pathlib
import sys

import numpy as np
import torch
import transformers
from safetensors import safe_open
from safetensors.torch import load_file, save_file

HERE = pathlib.Path(__file__).parent
PINNED = {"torch": "2.11.0", "transformers": "5.23.0"}
D = torch.float64


class Recorder:
    """Stands in for eager_attention_forward; calls count from 0 in the order of the forward pass."""

    def __init__(self):
        self.reset()
        self.ablations = {}  # call -> {head: to_mean}

    def reset(self):
        self.calls, self.scale, self.head_gates, self.nudge = [], {}, {}, {}

    def __call__(self, module, query, key, value, attention_mask, scaling=None, softcap=None, position_bias=None, **_):
        call = len(self.calls)
        if scaling is None:
            scaling = query.size(-1) ** -0.5
        groups = query.shape[1] // key.shape[1]
        key, value = key.repeat_interleave(groups, 1), value.repeat_interleave(groups, 1)
        scores = query @ key.transpose(-1, -2) * scaling
        if softcap is not None:
            scores = torch.tanh(scores / softcap) * softcap
        if position_bias is not None:
            scores = scores + position_bias
        if attention_mask is not None:
            scores = scores + attention_mask
        weights = torch.softmax(scores, -1)
        if call in self.nudge:
            weights = weights + self.nudge[call]
        if weights.requires_grad:
            weights.retain_grad()
            value.retain_grad()
        scaled = weights * self.scale[call] if call in self.scale else weights
        if scaled.requires_grad and scaled is not weights:
            scaled.retain_grad()
        context = scaled @ value
        if context.requires_grad:
            context.retain_grad()
        used = context
        if call in self.head_gates:
            used = used * self.head_gates[call][None, :, None, None]
        for head, to_mean in self.ablations.get(call, {}).items():
            keep = torch.ones(used.shape[1], dtype=D)
            keep[head] = 0
            keep = keep[None, :, None, None]
            other = used.mean(2, keepdim=True).expand_as(used) if to_mean else torch.zeros_like(used)
            used = used * keep + other * (1 - keep)
        self.calls.append(dict(A=weights, scaled=scaled, V=value, context=context))
        return used.transpose(1, 2).contiguous(), weights


def rms_norm(module):
    """The same in float64; transformers' goes through float32, which central differences see."""
    gain = module.weight + 1 if type(module).__name__.startswith("Gemma") else module.weight
    epsilon = getattr(module, "variance_epsilon", getattr(module, "eps", None))
    return lambda x: gain * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + epsilon))


class Subject:
    """A model with its input: runs with other embeddings or pixels, gives y."""

    def __init__(self, checkpoint, options):
        folder = HERE / "checkpoints" / checkpoint
        self.config = json.loads((folder / "config.json").read_text())
        cls = getattr(transformers, self.config["architectures"][0])
        self.model = cls.from_pretrained(folder, attn_implementation="eager", dtype=D).eval().to(D)
        self.model.requires_grad_(True)  # so that the weights of the first layer have a gradient too
        self.recorder = Recorder()
        for module in {inspect.getmodule(type(m)) for m in self.model.modules()}:
            if hasattr(module, "eager_attention_forward"):
                module.eager_attention_forward = self.recorder
        for module in self.model.modules():
            if type(module).__name__.endswith(("RMSNorm", "T5LayerNorm")):
                module.forward = rms_norm(module)
        reference = load_file(folder / "reference.safetensors")
        self.two = "target_ids" in reference
        self.pixels = reference["pixel_values"].to(D) if "pixel_values" in reference else None
        self.options = options
        self.ids = []
        if self.pixels is None:
            self.ids = [torch.tensor(options.get("ids") or reference["ids"].tolist())]
            self.segments = reference.get("segments") if "ids" not in options else None
        if self.two:
            self.ids.append(torch.tensor(options.get("target_ids") or reference["target_ids"].tolist()))
        self.causal = self.model.config.model_type in (
            "gpt2", "gpt_neox", "llama", "qwen2", "qwen3", "gemma", "gemma2", "mistral")
        self.shape()
        self.choose()

    # -- structure
    def shape(self):
        self.output()
        self.encoder_layers = len(self.recorder.calls)
        if self.two:
            inner = getattr(self.model, "model", self.model)
            self.encoder_layers = len(getattr(inner.encoder, "layers", getattr(inner.encoder, "block", None)))
            decoder = range(self.encoder_layers, len(self.recorder.calls))
            self.blocks = {".encoder": list(range(self.encoder_layers)), ".decoder": list(decoder[0::2]),
                           ".cross": list(decoder[1::2])}
        else:
            self.blocks = {"": list(range(self.encoder_layers))}
        for call in self.options.get("ablations", []):
            suffix = "" if call["kind"] == "self" else "." + call["kind"]
            index = self.blocks[suffix][call["layer"]]
            self.recorder.ablations.setdefault(index, {})[call["head"]] = call["to_mean"]

    def embeddings(self):
        """The word embedding module of each stack."""
        if not self.two:
            return [self.model.get_input_embeddings()]
        inner = getattr(self.model, "model", self.model)
        return [inner.encoder.embed_tokens, inner.decoder.embed_tokens]

    def words(self, stack, ids=None):
        with torch.no_grad():
            return self.embeddings()[stack](self.ids[stack] if ids is None else torch.tensor(ids)).detach()

    # -- passes
    def output(self, words=None, pixels=None, ids=None, segments="own"):
        """The model's output with `words` {stack: [N, width]} in place of its own embeddings."""
        self.recorder.calls = []
        if self.pixels is not None:
            extra = {}
            if self.config["model_type"] in ("vit", "deit") or self.config["model_type"].startswith("clip"):
                extra = dict(interpolate_pos_encoding=True)
            return self.model(pixel_values=(self.pixels if pixels is None else pixels)[None],
                              output_hidden_states=True, **extra)
        handles = []
        modules = self.embeddings()
        for stack, value in (words or {}).items():
            counter = [0]
            wanted = stack if len({id(m) for m in modules}) < len(modules) else 0

            def hook(module, args, out, value=value, counter=counter, wanted=wanted):
                counter[0] += 1
                return value[None] if counter[0] - 1 == wanted else out
            handles.append(modules[stack].register_forward_hook(hook))
        try:
            given = dict(input_ids=(self.ids[0] if ids is None else ids)[None], output_hidden_states=True,
                         use_cache=False)
            segments = self.segments if isinstance(segments, str) else segments
            if segments is not None:
                given["token_type_ids"] = segments[None]
            if self.two:
                given["decoder_input_ids"] = self.ids[1][None]
            accepted = inspect.signature(self.model.forward).parameters
            if "use_cache" not in accepted and not any(p.kind is p.VAR_KEYWORD for p in accepted.values()):
                given.pop("use_cache")
            return self.model(**given)
        finally:
            for handle in handles:
                handle.remove()

    def logits(self, out):
        logits = getattr(out, "logits", None)
        if logits is None and hasattr(out, "start_logits"):
            logits = torch.stack([out.start_logits, out.end_logits], -1)
        return None if logits is None else logits[0]

    def states(self, out):
        """The last hidden state behind the final norm [N, D]."""
        if hasattr(out, "last_hidden_state"):
            return out.last_hidden_state[0]
        return (out.decoder_hidden_states if self.two else out.hidden_states)[-1][0]

    # -- y
    def choose(self):
        with torch.no_grad():
            out = self.output()
            logits = self.logits(out)
            rows = self.states(out).shape[0]
        kind, name, position = (self.options.get("target") or ["automatic", "", None])
        self.target = dict(kind=kind, index=-1, position=-1)
        special = self.options["special"][-1] if "special" in self.options else [0] * rows
        predicted = self.options.get("predicted", rows - 1 if self.two or self.causal else 0)
        self.row = predicted
        if kind == "automatic":
            kind = "logit" if logits is not None else "norm"
        head = self.config["architectures"][0]
        if kind == "logit":
            if logits.ndim == 1:
                self.target.update(kind="class", index=int(logits.argmax()) if name == "" else int(name))
            elif "TokenClassification" in head or "QuestionAnswering" in head or "PreTraining" in head:
                best = None
                for row in range(rows):
                    if (special[row] and not all(special)) if position is None else row != position:
                        continue
                    for column in range(logits.shape[1]):
                        if name != "" and column != int(name):
                            continue
                        if best is None or logits[row, column] > logits[best]:
                            best = (row, column)
                self.target.update(kind="class", position=best[0], index=best[1])
            else:
                row = predicted if position is None else position % rows
                self.target.update(kind="token", position=row,
                                   index=int(logits[row].argmax()) if name == "" else int(name))
            self.row = self.target["position"] if self.target["position"] >= 0 else self.row
        else:
            self.target.update(kind=kind)
            if kind == "position_norm":
                self.row = position % rows
                self.target.update(position=self.row)
            if kind == "similarity":
                with torch.no_grad():
                    other = torch.tensor(self.options["other_ids"])
                    zeros = None if self.segments is None else torch.zeros_like(other)
                    self.other = self.states(self.output(ids=other, segments=zeros)).mean(0)
        with torch.no_grad():
            self.target["value"] = float(self.y(self.output()))

    def y(self, out):
        kind = self.target["kind"]
        if kind == "norm":
            return self.states(out).mean(0).norm()
        if kind == "position_norm":
            return self.states(out)[self.target["position"]].norm()
        if kind == "similarity":
            return torch.nn.functional.cosine_similarity(self.states(out).mean(0), self.other, dim=0)
        logits, row, index = self.logits(out), self.target["position"], self.target["index"]
        if self.options.get("space") == "probability":
            if "QuestionAnswering" in self.config["architectures"][0]:
                return torch.softmax(logits[:, index], 0)[row]
            logits = torch.softmax(logits, -1)
        return logits[index] if logits.ndim == 1 else logits[row, index]


def positive(matrix):
    return matrix.clamp(min=0)


def normalised(relevance):
    """N(R): rows of R - I divided by their sums, rows of zeros left alone, + I."""
    rest = relevance - torch.eye(len(relevance), dtype=D)
    sums = rest.sum(-1, keepdim=True)
    return torch.where(sums == 0, rest, rest / torch.where(sums == 0, 1, sums)) + torch.eye(len(relevance), dtype=D)


def self_relevance(layers):
    relevance = torch.eye(layers[0].shape[-1], dtype=D)
    for layer in layers:
        relevance = relevance + layer @ relevance
    return relevance


def one_pass(subject):
    """What a single backward pass gives."""
    tensors, layers = {}, {}
    recorder = subject.recorder
    subject.model.zero_grad()
    recorder.head_gates = {}
    for call in range(sum(len(calls) for calls in subject.blocks.values())):
        recorder.head_gates[call] = torch.ones(subject_heads(subject, call), dtype=D, requires_grad=True)
    gates = recorder.head_gates
    subject.y(subject.output()).backward()
    for suffix, calls in subject.blocks.items():
        record = [recorder.calls[call] for call in calls]
        A = torch.stack([r["A"][0].detach() for r in record])
        G = torch.stack([r["A"].grad[0] for r in record])
        dV = torch.stack([r["V"].grad[0] for r in record])
        context = torch.stack([r["context"][0].detach() for r in record])
        by_context = torch.stack([r["context"].grad[0] for r in record])
        tensors["gradient_flow" + suffix] = A * dV.norm(dim=-1)[:, :, None, :]
        tensors["gradient_attention" + suffix] = A * G
        row = subject.row if suffix in (".decoder", ".cross") or subject.causal else 0
        weights = G[-1].mean((1, 2))
        tensors["grad_cam" + suffix] = positive((A[-1][:, row] * weights[:, None]).mean(0))
        ablated = any(call in recorder.ablations for call in calls)
        by_gate = torch.stack([gates[call].grad for call in calls]).abs()
        products = (by_context * context).sum(-1)
        if not ablated:  # a gate behind an ablation has no derivative, the context before it has
            assert torch.allclose(by_gate, products.sum(-1).abs(), rtol=1e-9, atol=1e-12)
        tensors["head_importance" + suffix] = products.sum(-1).abs()
        tensors["head_importance.per_token" + suffix] = products.abs().mean(-1)
        layers[suffix] = [positive(a * g).mean(0) for a, g in zip(A, G)]
    if subject.two:
        source = tensors["relevance.encoder"] = self_relevance(layers[".encoder"])
        targets, sources = layers[".cross"][0].shape
        own, cross = torch.eye(targets, dtype=D), torch.zeros(targets, sources, dtype=D)
        for E, E_cross in zip(layers[".decoder"], layers[".cross"]):
            own, cross = own + E @ own, cross + E @ cross
            cross = cross + normalised(own).T @ E_cross @ normalised(source)
        tensors["relevance.decoder"], tensors["relevance.cross"] = own, cross
    else:
        tensors["relevance"] = self_relevance(layers[""])
    recorder.reset()
    return tensors, layers


def subject_heads(subject, call):
    if not hasattr(subject, "heads"):
        with torch.no_grad():
            subject.output()
        subject.heads = [c["A"].shape[1] for c in subject.recorder.calls]
    return subject.heads[call]


def check_attention_by_differences(subject):
    """The gradient by single weights against central differences, which know nothing of autograd."""
    subject.model.zero_grad()
    subject.y(subject.output()).backward()
    gradients = [c["A"].grad[0].clone() for c in subject.recorder.calls]
    generator = torch.Generator().manual_seed(3)
    for call, G in enumerate(gradients):
        for _ in range(3):
            at = tuple(int(torch.randint(n, (1,), generator=generator)) for n in G.shape)
            values = []
            for step in (1e-4, -1e-4):
                nudge = torch.zeros_like(G)
                nudge[at] = step
                subject.recorder.nudge = {call: nudge[None]}
                with torch.no_grad():
                    values.append(float(subject.y(subject.output())))
            subject.recorder.nudge = {}
            slope = (values[0] - values[1]) / 2e-4
            assert abs(slope - float(G[at])) < 1e-5 * max(1, float(G.abs().max())), (call, at, slope, float(G[at]))
    subject.recorder.reset()


def quadrature(rule, n):
    if rule == "gauss_legendre":
        nodes, weights = np.polynomial.legendre.leggauss(n)
        return 0.5 * (1 + nodes), 0.5 * weights
    k = np.arange(n)
    if rule == "riemann_trapezoid":
        weights = np.full(n, 1 / (n - 1))
        weights[[0, -1]] /= 2
        return k / (n - 1), weights
    return (k + {"riemann_left": 0, "riemann_right": 1, "riemann_middle": 0.5}[rule]) / n, np.full(n, 1 / n)


def integrate(y_of, x, baseline, rule, steps):
    """(x - x') sum_k w_k dy/dx, and what its sum misses of y(x) - y(x')."""
    total = torch.zeros_like(x)
    for node, weight in zip(*quadrature(rule, steps)):
        point = (baseline + node * (x - baseline)).detach().requires_grad_(True)
        total += weight * torch.autograd.grad(y_of(point), point)[0]
    result = (x - baseline) * total
    with torch.no_grad():
        return result, float(result.sum() - (y_of(x) - y_of(baseline)))


def integrated_gradients(subject):
    options = subject.options
    rule, steps, baseline = options.get("rule", "gauss_legendre"), options.get("steps", 50), options.get("baseline")
    tensors, deltas = {}, {}
    if subject.pixels is not None:
        result, deltas["integrated_gradients"] = integrate(
            lambda pixels: subject.y(subject.output(pixels=pixels)), subject.pixels, torch.zeros_like(subject.pixels),
            rule, steps)
        tensors["integrated_gradients.pixels"] = result
        height, width = (getattr(subject.model.config, "vision_config", subject.model.config).patch_size,) * 2
        grid = result.shape[1] // height, result.shape[2] // width
        sums = result[:, :grid[0] * height, :grid[1] * width].reshape(-1, grid[0], height, grid[1], width)
        with torch.no_grad():
            tokens = subject.recorder.calls[0]["A"].shape[-1]
        patches = sums.sum((0, 2, 4)).flatten()
        tensors["integrated_gradients"] = torch.cat([torch.zeros(tokens - len(patches), dtype=D), patches])
        return tensors, deltas
    for stack, suffix in enumerate((".encoder", ".decoder") if subject.two else ("",)):
        x = subject.words(stack)
        special = torch.tensor(options["special"][stack], dtype=torch.bool)
        nothing = torch.zeros_like(x) if baseline is None else subject.words(stack, [baseline]).expand_as(x)
        from_ = torch.where(special[:, None], x, nothing)
        result, deltas["integrated_gradients" + suffix] = integrate(
            lambda words: subject.y(subject.output({stack: words})), x, from_, rule, steps)
        tensors["integrated_gradients.embedding" + suffix] = result
        tensors["integrated_gradients" + suffix] = result.sum(-1)
    return tensors, deltas


def attention_integrated_gradients(subject):
    steps = subject.options.get("attention_steps", 20)
    tensors, deltas = {}, {}
    recorder = subject.recorder
    for suffix, calls in subject.blocks.items():
        results, missed = [], []
        for call in calls:
            total = 0
            for node, weight in zip(*quadrature("gauss_legendre", steps)):
                recorder.scale = {call: node}
                y = subject.y(subject.output())
                used = recorder.calls[call]["scaled"]
                total = total + weight * torch.autograd.grad(y, used)[0][0]
            A = recorder.calls[call]["A"][0].detach()
            results.append(A * total)
            with torch.no_grad():
                recorder.scale = {call: 0.0}
                y_of_nothing = float(subject.y(subject.output()))
            recorder.scale = {}
            missed.append(float(results[-1].sum()) - (subject.target["value"] - y_of_nothing))
        tensors["attention_integrated_gradients" + suffix] = torch.stack(results)
        deltas["attention_integrated_gradients" + suffix] = missed
    recorder.reset()
    return tensors, deltas


ENDS = [[1] + [0] * 9 + [1]]  # of eleven tokens
FIRST = [[1] + [0] * 10]
SOURCE = [[0] * 9 + [1], [1] + [0] * 6]
CASES = {
    "bert": ("bert", dict(special=ENDS)),
    "bert_row": ("bert_settings", dict(special=ENDS, target=["position_norm", "", -3], rule="riemann_middle", steps=9,
                                       baseline=5)),
    "bert_similarity": ("bert", dict(special=ENDS, target=["similarity", "", None], other_ids=[2, 8, 17, 40, 3])),
    "bert_masked_lm": ("bert_masked_lm", dict(special=ENDS, predicted=4, steps=20)),
    "bert_masked_lm_probability": ("bert_masked_lm", dict(special=ENDS, target=["logit", "17", 2], space="probability",
                                                          rule="riemann_left", steps=7)),
    "bert_masked_lm_ablated": ("bert_masked_lm", dict(special=ENDS, predicted=4, steps=5, attention_steps=5, ablations=[
        dict(kind="self", layer=0, head=1, to_mean=False), dict(kind="self", layer=1, head=0, to_mean=True)])),
    "bert_classes": ("bert_sequence_classification", dict(special=ENDS, rule="riemann_trapezoid", steps=11)),
    "bert_tokens": ("bert_token_classification", dict(special=ENDS, steps=5)),
    "bert_answer": ("bert_question_answering", dict(special=ENDS, target=["logit", "1", None], space="probability")),
    "bert_one_layer_one_head": ("bert_one_layer_one_head", dict(special=ENDS, rule="riemann_right", steps=13)),
    "bert_one_token": ("bert_one_layer_one_head", dict(ids=[11], special=[[0]], steps=8)),
    "distilbert_classes": ("distilbert_sequence_classification", dict(special=ENDS, steps=10)),
    "albert": ("albert_sequence_classification", dict(special=ENDS, steps=10)),
    "electra": ("electra_masked_lm", dict(special=ENDS, predicted=3, steps=10, baseline=7)),
    "roberta": ("roberta_masked_lm", dict(special=ENDS, predicted=10, steps=10)),
    "gpt2": ("gpt2", dict(special=[[0] * 11])),
    "gpt2_bare": ("gpt2_bare", dict(special=FIRST, steps=10)),
    "gpt2_classes": ("gpt2_sequence_classification", dict(special=[[1] + [0] * 7], predicted=5, steps=10, attention_steps=7)),
    "gpt2_one_token": ("gpt2", dict(ids=[11], special=[[0]], steps=8)),
    "gpt_neox": ("gpt_neox", dict(special=FIRST, steps=10)),
    "llama_grouped": ("llama_grouped", dict(special=FIRST)),
    "llama_token": ("llama_grouped", dict(special=FIRST, target=["logit", "40", 5], space="probability", steps=10)),
    "qwen2": ("qwen2", dict(special=FIRST, steps=10)),
    "gemma2": ("gemma2", dict(special=FIRST, steps=10)),
    "vit": ("vit", dict(steps=20)),
    "vit_classes": ("vit_image_classification", dict()),
    "deit_classes": ("deit_image_classification", dict(steps=20, rule="riemann_middle")),
    "dinov2_classes": ("dinov2_image_classification", dict(steps=20)),
    "dinov2_registers": ("dinov2_registers_image_classification", dict(steps=10)),
    "clip_classes": ("clip_image_classification", dict(steps=10)),
    "bart": ("bart", dict(special=SOURCE)),
    "bart_norm": ("bart_model", dict(special=SOURCE, steps=10)),
    "bart_ablated": ("bart", dict(special=SOURCE, steps=5, attention_steps=5, ablations=[
        dict(kind="encoder", layer=0, head=0, to_mean=True), dict(kind="decoder", layer=1, head=1, to_mean=False),
        dict(kind="cross", layer=0, head=1, to_mean=False)])),
    "marian": ("marian", dict(special=SOURCE, steps=10, target=["logit", "12", 3])),
    "t5": ("t5", dict(special=SOURCE, steps=20)),
    "t5_gated": ("t5_gated", dict(special=SOURCE, steps=10, baseline=6)),
}


def write(name, folder):
    checkpoint, options = CASES[name]
    subject = Subject(checkpoint, options)
    check_attention_by_differences(subject)
    tensors, _ = one_pass(subject)
    deltas = {}
    for method in (integrated_gradients, attention_integrated_gradients):
        more, missed = method(subject)
        tensors.update(more)
        deltas.update(missed)
    for stack, ids in enumerate(subject.ids):
        tensors["target_ids" if stack else "ids"] = ids
    metadata = {**PINNED, "checkpoint": checkpoint, "options": json.dumps(options), "target": json.dumps(subject.target),
                "deltas": json.dumps(deltas)}
    save_file({key: (value.detach() if value.dtype != D else value.detach().to(torch.float32)).contiguous().clone()
               for key, value in tensors.items()}, folder / f"{name}.safetensors", metadata=metadata)
    size = (folder / f"{name}.safetensors").stat().st_size
    print(f"{name}: {subject.target['kind']} {subject.target['index']} at {subject.target['position']} = "
          f"{subject.target['value']:.4f}, {size} bytes", flush=True)


def main():
    for module in (torch, transformers):
        if module.__version__.split("+")[0] != PINNED[module.__name__]:
            sys.exit(f"needs {module.__name__}=={PINNED[module.__name__]}, this is {module.__version__}")
    names = sys.argv[1:] or list(CASES)
    unknown = set(names) - set(CASES)
    if unknown:
        sys.exit(f"no such case: {', '.join(sorted(unknown))}; there are {', '.join(CASES)}")
    transformers.logging.set_verbosity_error()
    torch.set_num_threads(1)
    folder = HERE / "method_references"
    folder.mkdir(exist_ok=True)
    for name in names:
        write(name, folder)


if __name__ == "__main__":
    main()
