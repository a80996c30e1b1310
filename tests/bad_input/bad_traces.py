"""Attention traces that lie or are broken, two stacks and images among them, and folders that cannot be watched."""
import json
import os
import struct
import sys

import traces

PNG = b"\x89PNG\r\n\x1a\n"


class Bad:
    """A good trace, from which one thing is made wrong."""

    def __init__(self, replay):
        self.replay, self.path = replay, replay.path("bad.safetensors")

    def refused(self, what, content, *words, arguments=None, code=1):
        with open(self.path, "wb") as file:
            file.write(content)
        given = arguments or ["view", self.path, "--output", self.replay.path("a.png")]
        self.replay.refused("trace: " + what, given, code, *words)
        os.remove(self.path)


def with_header(content, change):
    size = struct.unpack("<Q", content[:8])[0]
    header = json.loads(content[8:8 + size])
    change(header)
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + content[8 + size:]


def two_stacks(bad):
    good, metadata = traces.two_stacks(2, 2)
    path = bad.path

    def refused(what, *words, without=None, **changes):
        tensors = {name: tensor for name, tensor in good.items() if name != without}
        own = {key.replace("__", "."): value for key, value in changes.items()}
        for name in list(own):
            if name in good:
                tensors[name] = own.pop(name)
        bad.refused("two stacks, " + what, traces.trace_bytes(tensors, {**metadata, **own}), path, *words)

    for name in good:
        refused(f"no {name}", f'"{name}"', without=name)
    refused("no target tokens", '"tokens.target"', tokens__target=None)
    refused("no source tokens", '"tokens"', tokens=None)
    refused("a target token too few", "attention.decoder", "[layers, heads, 10, 10]",
            tokens__target=json.dumps(traces.TARGET[1:]))
    refused("a source token too many", "attention.encoder", "[layers, heads, 8, 8]",
            tokens=json.dumps(traces.SOURCE + ["x"]))
    refused("target tokens that are a word", "tokens.target", tokens__target='"word"')
    refused("no target token", "tokens.target", tokens__target="[]")
    shape, values = good["attention.cross"]
    refused("cross-attention the wrong way round", "attention.cross", "[2, 2, 7, 11]", "11, 7",
            attention__cross=([2, 2, 7, 11], values))
    refused("cross-attention with a NaN", "attention.cross", "layer 0", "nan",
            attention__cross=(shape, [float("nan")] + values[1:]))
    refused("a row of the last layer's cross-attention that sums to 0", "attention.cross", "layer 1", "row 21",
            "0.0", attention__cross=(shape, values[:-7] + [0.0] * 7))
    refused("a decoder without layers", "attention.decoder", "[0, 2, 11, 11]",
            attention__decoder=([0, 2, 11, 11], []))
    refused("an encoder without heads", "attention.encoder", "[2, 0, 7, 7]", attention__encoder=([2, 0, 7, 7], []))
    both = {**good, "attention": good["attention.encoder"]}
    bad.refused("one stack and two at once", traces.trace_bytes(both, metadata), path, '"attention"',
                '"attention.encoder"')

    whole = traces.trace_bytes(good, metadata)
    view = ["view", path, "--output", bad.replay.path("a.png")]
    bad.refused("rollout of cross-attention", whole, "'rollout'", "cross-attention", code=2,
                arguments=[*view, "--attention", "cross", "--quantity", "rollout"])
    bad.refused("an attention that there is none of", whole, "'crss'", "Did you mean 'cross'?", code=2,
                arguments=[*view, "--attention", "crss"])
    bad.refused("a query beyond the encoder's tokens", whole, "'9'", "0 to 6", code=2,
                arguments=[*view, "--query", "9", "--attention", "encoder"])
    one = traces.trace_bytes({"attention": good["attention.encoder"]}, {"tokens": metadata["tokens"]})
    bad.refused("cross-attention of one stack", one, "'cross'", "one stack", code=2,
                arguments=[*view, "--attention", "cross"])
    bad.refused("recording cross-attention of one stack", one, "'cross'", code=2,
                arguments=["record", path, "--attention", "cross", "--output", bad.replay.path("a.mp4")])


def images(bad):
    good, metadata = traces.image(2, 3, 1, 1)
    path, replay = bad.path, bad.replay

    def refused(what, *words, **changes):
        bad.refused("image, " + what, traces.trace_bytes(good, {**metadata, **changes}), path, *words)

    for grid in ("3x3", "0x0", "2x", "2", "-2x3", "2x3x1", "1000000000x1000000000", "two by three"):
        refused(f"patch grid {grid}", "patch_grid", f'"{grid}"', patch_grid=grid)
    refused("columns as rows", "3x2", '"0,2"', patch_grid="3x2")
    refused("a patch too few in the grid", "1x3", '"0,0"', patch_grid="1x3")
    tokens = json.loads(metadata["tokens"])
    refused("patches out of order", '"1,2"', tokens=json.dumps(tokens[:1] + tokens[:0:-1]))

    secret = replay.path("..", "weft-secret.png")
    os.makedirs(replay.path("sub"), exist_ok=True)
    with open(replay.path("text.png"), "w", encoding="utf-8") as file:
        file.write("this is no image at all")
    with open(replay.path("cut.png"), "wb") as file:
        file.write(PNG)
    os.symlink("/etc/hostname", replay.path("link.png"))
    for name in ("../weft-secret.png", "sub/../../weft-secret.png", "/etc/passwd", "link.png", secret):
        refused(f"path {os.path.basename(name)} that leaves the folder" if name == secret else f"path {name}", "image",
                image=name)
    refused("missing", "missing.png", "not there", image="missing.png")
    refused("a folder", "sub", image="sub")
    refused("a text", "text.png", image="text.png")
    refused("without a grid", "a.png", "patch_grid", image="a.png", patch_grid=None)
    for name in ("text.png", "cut.png", "link.png"):
        os.remove(replay.path(name))
    os.rmdir(replay.path("sub"))


def one_stack(bad):
    tokens = ["a", "b", "c"]
    values = traces.attention(1, 1, 3, traces.uniform)
    good = traces.trace_bytes({"attention": ([1, 1, 3, 3], values)}, {"tokens": json.dumps(tokens)})
    path = bad.path

    def header(what, change, *words):
        bad.refused(what, with_header(good, change), path, *words)

    for dtype, size in (("F64", 8), ("I64", 8), ("U8", 1), ("BOOL", 1), ("F8_E4M3", 1)):
        data = bytes(size * 9)
        text = json.dumps({"__metadata__": {"weft.trace": "1", "tokens": json.dumps(tokens)},
                           "attention": {"dtype": dtype, "shape": [1, 1, 3, 3],
                                         "data_offsets": [0, len(data)]}}).encode()
        bad.refused(f"dtype {dtype}", struct.pack("<Q", len(text)) + text + data, path, dtype, "F32")
    header("another version of traces", lambda h: h["__metadata__"].update({"weft.trace": "2"}), '"2"')
    header("metadata that are no strings", lambda h: h["__metadata__"].update({"weft.trace": 1}))
    header("tokens nested too deeply", lambda h: h["__metadata__"].update(tokens="[" * 5000 + "]" * 5000), "tokens")
    header("tokens that are an object", lambda h: h["__metadata__"].update(tokens='{"a": 1}'), "tokens")
    header("tokens that are null", lambda h: h["__metadata__"].update(tokens="null"), "tokens")
    header("a token without text", lambda h: h["__metadata__"].update(tokens='[{"id": 1}, "b", "c"]'), '"text"')
    header("a token with an id out of range",
           lambda h: h["__metadata__"].update(tokens='[{"text": "a", "id": 99999999999}, "b", "c"]'), "99999999999")
    for length in (2**40, 2**63, 2**64 - 1, 100_000_001):
        bad.refused(f"a header of {length} bytes", struct.pack("<Q", length) + good[8:], path)
    bad.refused("a header of 100 MB", struct.pack("<Q", 100_000_001) + b" " * 100_000_001, path)
    for shape in ([0, 1, 3, 3], [1, 0, 3, 3], [1, 1, 0, 3], [1, 1, 3, 0], [1, 1, 1, 9], [9], [], [1, 1, 1, 3, 3],
                  [1001, 1, 3, 3]):
        count = 1
        for size in shape:
            count *= size
        content = traces.trace_bytes({"attention": (shape, [1.0] * count)}, {"tokens": json.dumps(tokens)})
        bad.refused(f"shape {shape}", content, path, str(shape))
    for what, row in (("sums to 2", [1.0, 1.0, 0.0]), ("sums to 0", [0.0, 0.0, 0.0]), ("is negative", [1.5, -0.5, 0.0]),
                      ("is infinite", [float("inf"), 0.0, 0.0]), ("is not a number", [0.0, float("nan"), 1.0])):
        content = traces.trace_bytes({"attention": ([1, 1, 3, 3], values[:6] + row)}, {"tokens": json.dumps(tokens)})
        bad.refused("a row that " + what, content, path, "attention", "layer 0")
    # Tokens and shape agree, but the numbers would need 40 GB.
    many = json.dumps({"__metadata__": {"weft.trace": "1", "tokens": json.dumps(["x"] * 100_000)},
                       "attention": {"dtype": "F32", "shape": [1, 1, 100_000, 100_000],
                                     "data_offsets": [0, 4 * 10**10]}}).encode()
    bad.refused("more numbers than the file holds", struct.pack("<Q", len(many)) + many, path)
    # The same with a file that has them all as zeros, and needs no room on the disk.
    zeros = os.path.join(bad.replay.state, "zeros.safetensors")
    with open(zeros, "wb") as file:
        file.write(struct.pack("<Q", len(many)) + many)
        file.truncate(8 + len(many) + 4 * 10**10)
    picture = ["--output", bad.replay.path("a.png")]
    # Before the first number is read, which would be refused as well.
    bad.replay.refused("trace: 40 GB of zeros", ["view", zeros, *picture], 1, zeros, "1 layer x 1 head x 100,000 tokens",
                       "needs 40.0 GB of memory, 7 MB are free", "1,322 tokens would fit",
                       environment={"WEFT_MEMORY_LIMIT_MB": "7"})
    os.remove(zeros)
    for limit, hint in (("0", "Not even one token would fit"), ("lots", "WEFT_MEMORY_LIMIT_MB")):
        with open(path, "wb") as file:
            file.write(good)
        bad.replay.refused(f"trace: {limit} MB of memory", ["view", path, *picture], 1,
                           "are free" if limit == "0" else '"lots"', hint, environment={"WEFT_MEMORY_LIMIT_MB": limit})
        os.remove(path)

    output = ["--output", bad.replay.path("a.json")]
    bad.refused("a method that needs a model", good, "'hidden_states'", code=2,
                arguments=["analyze", path, "--methods", "hidden_states", *output])
    bad.refused("a text beside it", good, "'--text'", path, code=2,
                arguments=["analyze", path, "--text", "a", *output])
    bad.refused("a rollout that starts after it", good, "first layer", arguments=["analyze", path, "--first-layer",
                                                                                   "5", *output])
    bad.refused("a head to fuse that there is none of", good, "head", arguments=["analyze", path, "--fuse", "7",
                                                                                  *output])


def watching(replay):
    def refused(what, arguments, code, *words):
        replay.refused("watch: " + what, ["view", *arguments], code, *words)

    refused("no folder", ["--watch", "/nowhere/runs"], 1, "/nowhere/runs")
    with open(replay.path("file"), "w", encoding="utf-8") as file:
        file.write("x")
    refused("a file", ["--watch", replay.path("file")], 1, replay.path("file"), "no folder")
    os.remove(replay.path("file"))
    refused("no name", ["--watch", ""], 2, "''")
    refused("no value", ["--watch"], 2, "'--watch'")
    refused("a picture of it", ["--watch", replay.folder, "--output", replay.path("a.png")], 2, "'--output'")
    refused("a text beside it", ["--watch", replay.folder, "--text", "a"], 2, "'--text'")
    refused("a trace beside it", ["--watch", replay.folder, "a.safetensors"], 2, "'--watch'")
    replay.refused("watch: recording it", ["record", "--watch", replay.folder, "--output", "a.mp4"], 2, "'--watch'")
    if os.geteuid() != 0:
        os.makedirs(replay.path("locked"), mode=0)
        refused("a folder that cannot be read", ["--watch", replay.path("locked")], 1, "locked")
        os.rmdir(replay.path("locked"))
    else:
        print("skipped: a folder that root cannot read does not exist", file=sys.stderr)


def all_traces(replay):
    bad = Bad(replay)
    one_stack(bad)
    two_stacks(bad)
    images(bad)
    watching(replay)
