#!/usr/bin/env python3
"""Replays every kind of bad input on the shipped program: it must say what is wrong and lose nothing.

usage: bad_input_test.py WEFT [model]   ("model" adds what needs LibTorch)
"""
import glob
import json
import os
import struct
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden"))

import checkpoints  # noqa: E402
import bad_traces  # noqa: E402
import model_folder  # noqa: E402
import outputs  # noqa: E402
import recordings  # noqa: E402
import traces  # noqa: E402
import vision  # noqa: E402
from replay import Replay, check  # noqa: E402


def usage(replay, trace):
    def wrong(arguments, *words):
        replay.refused("usage: " + " ".join(arguments).replace(trace, "TRACE"), arguments, 2, *words)

    picture = ["--output", replay.path("a.png")]
    wrong(["recrod", "--output", "a.mp4"], "'recrod'", "Did you mean 'record'?")
    wrong(["view", "--txt", "a"], "'--txt'", "Did you mean '--text'?")
    wrong(["view", "--theme", "drak"], "'drak'", "Did you mean 'dark'?", "projector")
    wrong(["view", "--quantity", "rolout"], "'rolout'", "Did you mean 'rollout'?")
    wrong(["view", "--camera", "fornt"], "'fornt'", "Did you mean 'front'?")
    wrong(["view", "--camera", '{"yaww": 1}'], "'yaww'", "Did you mean 'yaw'?")
    wrong(["view", "--camera", '{"target": [1e300, 0, 0]}'], "[1e+300,0,0]")
    wrong(["view", "--camera", '{"yaw": 1'], "'{\"yaw\": 1'")
    wrong(["view", "--size", "0x0", *picture], "'0'")
    wrong(["view", "--size", "100000x100000", *picture], "'100000'")
    wrong(["view", "--size", "big", *picture], "'big'")
    wrong(["view", "--layers", "5-2", *picture], "'5-2'", "Did you mean '2-5'?")
    wrong(["view", "--threshold", "nan", *picture], "'nan'")
    wrong(["view", "--top-k", "0", *picture], "'0'")
    wrong(["view", "--mass", "1.5", *picture], "'1.5'")
    wrong(["view", "--mass", "0.5", "--top-k", "3", *picture], "'--mass'", "'--top-k'")
    wrong(["view", "--text"], "'--text'")
    wrong(["view", trace, "--text", "a", *picture], "'--text'")
    wrong(["view", trace, "--layers", "0-99", *picture], "'99'", "0 to 1")
    wrong(["view", trace, "--heads", "0.7", *picture], "'7'", "0 to 1")
    wrong(["view", trace, "--query", "12", *picture], "'12'", "0 to 11")
    wrong(["view", trace, "--segments", "ab", *picture], "'ab'", "two texts")
    wrong(["view", trace, "--segments", "ac", *picture], "'ac'", "Did you mean 'aa'?")
    wrong(["record", "--text", "a"], "--output")
    wrong(["record", "--text", "a", "--fps", "0", "--output", "a.mp4"], "'0'")
    wrong(["record", "--text", "a", "--seconds", "-1", "--output", "a.mp4"], "'-1'")
    wrong(["analyze", "--text", "a", "--methods", "rollot", "--output", "a.json"], "'rollot'", "'rollout'")
    wrong(["analyze", "--text", "a", "--output", "a.txt"], "'a.txt'", ".safetensors")
    wrong(["analyze", "--output", "a.json"], "--text", "--image")
    wrong(["view", "--text", "a", "--image", "a.png", *picture], "'--text'", "'--image'")
    wrong(["view", trace, "--image", "a.png", *picture], "'--image'")
    wrong(["view", "--image", "", *picture], "--image ''")


def texts(replay):
    picture = ["--output", replay.path("a.png")]
    replay.refused("text: invalid UTF-8", ["view", "--text", b"ab\xffcd", *picture], 1, "--text", "byte 2")
    replay.refused("text: cut UTF-8", ["record", "--type", b"ab\xe4\xbd", "--output", "a.mp4"], 1, "--type", "byte 2")
    replay.refused("text: empty", ["view", "--text", "", *picture], 1, "empty", "''")
    replay.refused("text: blanks", ["record", "--text", " \t ", "--output", "a.mp4"], 1, "empty", "' \t '")
    replay.refused("text: no file", ["tokenize", "--text-file", "/nowhere/text"], 1, "'/nowhere/text'")
    replay.refused("text: the file is a folder", ["tokenize", "--text-file", "/"], 1, "'/'")
    path = replay.path("latin-1.txt")
    with open(path, "wb") as file:
        file.write(b"first\nna\xefve\n")
    replay.refused("text: a file in Latin-1", ["tokenize", "--text-file", path], 1, path)
    replay.refused("script: no file", ["view", "--script", "/nowhere/script"], 1, "/nowhere/script")


def trace_files(replay, good):
    def refused(what, content, *words):
        path = replay.path("bad.safetensors")
        with open(path, "wb") as file:
            file.write(content)
        replay.refused("trace: " + what, ["view", path, "--output", replay.path("a.png")], 1, path, *words)
        os.remove(path)

    with open(good, "rb") as file:
        whole = file.read()
    size = struct.unpack("<Q", whole[:8])[0]
    header, data = json.loads(whole[8:8 + size]), whole[8 + size:]

    def with_header(change):
        other = json.loads(json.dumps(header))
        change(other)
        text = json.dumps(other).encode()
        return struct.pack("<Q", len(text)) + text + data

    def with_number(value):
        return whole[:8 + size] + struct.pack("<f", value) + data[4:]

    for length in (0, 7, 8, 100, len(whole) - 1):
        refused(f"cut to {length} bytes", whole[:length])
    refused("a byte too many", whole + b"\0")
    refused("random bytes", bytes(range(256)) * 8)
    refused("not a number in it", with_number(float("nan")), "nan", "index 0")
    refused("a negative weight", with_number(-0.5), "-0.5")
    refused("infinity", with_number(float("inf")), "inf")
    refused("a row that does not sum to 1", with_number(0.9), "row 0", "expected 1")
    refused("no mark of a trace", with_header(lambda h: h["__metadata__"].pop("weft.trace")), "weft.trace")
    refused("no tokens", with_header(lambda h: h["__metadata__"].pop("tokens")), "tokens")
    refused("tokens that are no JSON", with_header(lambda h: h["__metadata__"].update(tokens="[1,")), "tokens")
    refused("numbers as tokens", with_header(lambda h: h["__metadata__"].update(tokens="[1, 2]")), "tokens")
    refused("an empty list of tokens", with_header(lambda h: h["__metadata__"].update(tokens="[]")), "tokens")
    refused("one token too few", with_header(lambda h: h["__metadata__"].update(tokens='["a"]')), "shape")
    refused("a shape of three", with_header(lambda h: h["attention"].update(shape=[4, 12, 12])), "shape")
    refused("a shape that overflows", with_header(lambda h: h["attention"].update(shape=[2**62, 8, 12, 12])))
    refused("a negative size", with_header(lambda h: h["attention"].update(shape=[-1, 2, 12, 12])), "-1")
    refused("another name", with_header(lambda h: h.update(attn=h.pop("attention"))), "attention")
    refused("integers", with_header(lambda h: h["attention"].update(dtype="I32")), "I32")
    refused("an unknown type", with_header(lambda h: h["attention"].update(dtype="F99")), "F99")
    refused("a patch grid that does not fit", with_header(lambda h: h["__metadata__"].update(patch_grid="9x9")), "9x9")
    for vector in vectors("bad_*"):
        with open(vector, "rb") as file:
            refused(os.path.basename(vector), file.read())
    picture = ["--output", replay.path("a.png")]
    replay.refused("trace: no file", ["view", "/nowhere/a.safetensors", *picture], 1, "/nowhere/a.safetensors")
    replay.refused("trace: a folder", ["view", replay.folder, *picture], 1, replay.folder)


def vectors(pattern):
    """Published bad files, where this machine has them."""
    root = os.environ.get("WEFT_CONFORMANCE_DATA")
    return sorted(glob.glob(os.path.join(root, "safetensors-vectors", pattern))) if root else []


def devices(replay, trace):
    def refused(what, *words, **how):
        replay.refused("device: " + what, ["view", trace, "--output", replay.path("a.png"), *how.pop("more", [])], 1,
                       *words, **how)

    refused("no driver", "Vulkan", environment={"VK_ICD_FILENAMES": "/nonexistent", "VK_DRIVER_FILES": "/nonexistent"})
    refused("a name that none has", "no such card", more=["--graphics-device", "no such card"])
    replay.refused("device: no driver while recording", ["record", trace, "--output", replay.path("a.mp4")], 1,
                   "Vulkan", environment={"VK_ICD_FILENAMES": "/nonexistent", "VK_DRIVER_FILES": "/nonexistent"})


def models(replay):
    folder = replay.path("model")
    picture = ["--output", replay.path("a.png"), "--text", "warp", "--device", "cpu"]

    def refused(what, *words, **changes):
        model_folder.write(folder, **changes)
        replay.refused("model: " + what, ["view", "--model", folder, *picture], 1, *words)

    replay.refused("model: no folder", ["view", "--model", "/nowhere/model", *picture], 1, "/nowhere/model")
    model_folder.write(folder)
    for name, said in (("config.json", "config.json"), ("model.safetensors", "model.safetensors"),
                       ("vocab.txt", "vocab.txt")):
        os.rename(os.path.join(folder, name), replay.path("aside"))
        replay.refused(f"model: no {name}", ["view", "--model", folder, *picture], 1, folder, said)
        os.rename(replay.path("aside"), os.path.join(folder, name))

    refused("an unknown architecture", '"gpt9"', "gpt2", config={"model_type": "gpt9"})
    refused("another family's architecture", '"BertModel"', "GPT2Model", config={"model_type": "gpt2"})
    refused("an unknown head", '"BertLMHeadModel"', "BertForMaskedLM", config={"architectures": ["BertLMHeadModel"]})
    refused("a config that is no JSON", "config.json", config_text='{"model_type": "bert",')
    refused("a config that is a list", "config.json", config_text="[]")
    refused("an empty config", "config.json", config_text="")
    refused("a config nested too deeply", "config.json", config_text="[" * 100000 + "]" * 100000)
    refused("a config that is no UTF-8", "config.json", config_text='{"model_type": "bert\udcff"}'
            .encode("utf-8", "replace").decode())
    for key, value in (("num_hidden_layers", -1), ("num_hidden_layers", 0), ("num_hidden_layers", 10**30),
                       ("num_hidden_layers", 1e30), ("num_hidden_layers", 10**9), ("num_hidden_layers", 2.5),
                       ("num_hidden_layers", "2"), ("num_hidden_layers", 999), ("num_attention_heads", 0),
                       ("num_attention_heads", -2), ("num_attention_heads", 3), ("hidden_size", 0),
                       ("hidden_size", 2**31), ("hidden_size", 33), ("hidden_size", 64), ("intermediate_size", 10**12),
                       ("vocab_size", -5), ("vocab_size", 10), ("max_position_embeddings", 0),
                       ("max_position_embeddings", 41), ("type_vocab_size", 10**6), ("layer_norm_eps", -1),
                       ("layer_norm_eps", 1e30), ("layer_norm_eps", "small"), ("pad_token_id", -1),
                       ("pad_token_id", 10**6), ("hidden_act", "mish"), ("position_embedding_type", "relative_key")):
        refused(f"{key} {value!r}", config={key: value})
    # What is missing is as transformers has it, 12 layers of width 768, and then not what the weights are.
    for key, said in (("model_type", '"model_type"'), ("num_hidden_layers", '"encoder.layer.2.'), ("hidden_size", "[9, 768]")):
        refused(f"no {key}", said, config={key: None})

    table = model_folder.shapes()
    whole = model_folder.safetensors(table)
    for length in (0, 7, 8, 1000, len(whole) // 2, len(whole) - 1):
        refused(f"weights cut to {length} bytes", "model.safetensors", weights=whole[:length])
    for name in ("embeddings.word_embeddings.weight", "encoder.layer.1.attention.self.key.bias"):
        less = {key: shape for key, shape in table.items() if key != name}
        refused(f"no tensor {name}", f'"{name}"', weights=model_folder.safetensors(less))
        other = dict(table, **{name: [size + 1 for size in table[name]]})
        refused(f"another shape of {name}", f'"{name}"', "shape", weights=model_folder.safetensors(other))
    start = 8 + struct.unpack("<Q", whole[:8])[0]
    refused("weights that are not numbers", "NaN",
            weights=whole[:start] + struct.pack("<f", float("nan")) + whole[start + 4:])
    for vector in vectors("*"):
        if vector.endswith(".safetensors"):
            with open(vector, "rb") as file:
                refused(os.path.basename(vector), "model.safetensors", weights=file.read())

    model_folder.write(folder)
    numbers = ["--model", folder, "--device", "cpu", "--output", replay.path("a.json")]
    replay.refused("analyze: a text longer than the model", ["analyze", "--text", "warp " * 50, *numbers], 1, "52",
                   "40")
    replay.refused("analyze: no model", ["analyze", "--text", "a", "--model", "/nowhere/model", "--output",
                                         replay.path("a.json")], 1, "/nowhere/model")
    replay.refused("record: no model", ["record", "--text", "a", "--model", "/nowhere/model", "--output",
                                        replay.path("a.mp4")], 1, "/nowhere/model")
    os.remove(os.path.join(folder, "model.safetensors"))
    replay.refused("record: no weights", ["record", "--text", "a", "--model", folder, "--output",
                                          replay.path("a.mp4")], 1, "model.safetensors")
    replay.case("a good model is taken", lambda: good_model(replay, folder, picture))


def good_model(replay, folder, picture):
    """So that all refusals above have the reason they name."""
    run = replay.run(["view", "--model", model_folder.write(folder), *picture])
    check(run.returncode == 0, run.stderr)
    os.remove(replay.path("a.png"))


def main():
    replay = Replay(sys.argv[1])
    with_model = "model" in sys.argv[2:]
    try:
        trace = replay.path("good.safetensors")
        tokens = traces.SENTENCE[1:-1]
        values = traces.attention(2, 2, len(tokens), traces.causal)
        traces.write(trace, "good", tokens, [2, 2, len(tokens), len(tokens)], values)
        usage(replay, trace)
        texts(replay)
        trace_files(replay, trace)
        bad_traces.all_traces(replay)
        devices(replay, trace)
        outputs.all_outputs(replay, trace, with_model)
        recordings.all_recordings(replay, trace)
        if with_model:
            models(replay)
            checkpoints.all_checkpoints(replay)
            vision.all_images(replay)
    finally:
        replay.close()
    print(f"{replay.passed} of {replay.passed + replay.failed} as they must be")
    return 1 if replay.failed else 0


if __name__ == "__main__":
    sys.exit(main())
