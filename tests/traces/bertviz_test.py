#!/usr/bin/env python3
"""Published attention of BERT, DistilBERT, RoBERTa, GPT-2 and Marian becomes traces, and each can be drawn, recorded
and analysed; what it draws and writes is what the file says.

usage: bertviz_test.py WEFT   (reads bertviz-attention-traces in WEFT_CONFORMANCE_DATA; without it, it is skipped)
"""
import json
import os
import struct
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "golden"))

import png  # noqa: E402

CONVERTER = os.path.join(HERE, "..", "..", "scripts", "bertviz_to_traces")
STACKS = {"Self": "", "Encoder": ".encoder", "Decoder": ".decoder", "Cross": ".cross"}


def check(holds, what):
    if not holds:
        raise SystemExit(f"FAILED  {what}")


def run(*arguments):
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=900, check=False)
    check(done.returncode == 0, f"{' '.join(arguments)} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def tensors(path):
    """Name -> (shape, numbers)."""
    with open(path, "rb") as file:
        data = file.read()
    size = struct.unpack("<Q", data[:8])[0]
    found = {}
    for name, entry in json.loads(data[8:8 + size]).items():
        if name == "__metadata__":
            continue
        first, last = entry["data_offsets"]
        raw = data[8 + size + first:8 + size + last]
        found[name] = (entry["shape"], struct.unpack(f"<{len(raw) // 4}f", raw))
    return found


def flat(numbers):
    return [number for part in numbers for number in flat(part)] if isinstance(numbers, list) else [numbers]


def not_ground(path):
    """Share of pixels that are not of the commonest colour."""
    width, height, pixels = png.read(path)
    colours = {}
    for at in range(0, len(pixels), 3):
        colours[pixels[at:at + 3]] = colours.get(pixels[at:at + 3], 0) + 1
    return 1 - max(colours.values()) / (width * height)


def one_file(weft, source, trace, folder):
    with open(source, encoding="utf-8") as file:
        content = json.load(file)
    numbers = os.path.join(folder, "numbers.safetensors")
    run(weft, "analyze", trace, "--output", numbers)
    written = tensors(numbers)
    for entry in content["attention"]:
        stack = STACKS[entry["name"].capitalize()]
        shape, values = written["attention" + stack]
        given = flat(entry["attn"])
        check(shape[2:] == [len(entry["left_text"]), len(entry["right_text"])], f"{trace}: {shape}")
        check(max(abs(a - b) for a, b in zip(values, given)) < 1e-7 and len(values) == len(given),
              f"{trace}: attention{stack} is not what the file says")
        check(("rollout" + stack in written) == (stack != ".cross"), f"{trace}: rollout{stack}")
        check("entropy" + stack in written and "entropy.normalised" + stack in written, f"{trace}: entropy{stack}")
        picture = os.path.join(folder, "picture.png")
        which = ["--attention", stack[1:]] if stack else []
        run(weft, "view", trace, *which, "--size", "640x360", "--validation", "--output", picture)
        check(not_ground(picture) > 0.05, f"{trace}: the picture{stack} is empty")
    check({"attention", "rollout", "entropy"} >= {name.split(".")[0] for name in written}, f"{trace}: {list(written)}")


def main():
    weft = os.path.abspath(sys.argv[1])
    data = os.environ.get("WEFT_CONFORMANCE_DATA")
    if not data:
        print("skipped: WEFT_CONFORMANCE_DATA is unset, bertviz-attention-traces not checked")
        return 0
    data = os.path.join(data, "bertviz-attention-traces")
    sources = sorted(name for name in os.listdir(data) if name.endswith(".json"))
    check(len(sources) >= 7, f"only {len(sources)} files in {data}")
    with tempfile.TemporaryDirectory(prefix="weft-bertviz-") as folder:
        run(sys.executable, "-I", CONVERTER, data, "--output", folder)
        for source in sources:
            trace = os.path.join(folder, source[:-5] + ".safetensors")
            one_file(weft, os.path.join(data, source), trace, folder)
            print(f"ok  {source}", flush=True)
        run(weft, "record", os.path.join(folder, "opus-mt-en-de.safetensors"), "--attention", "cross", "--size",
            "320x180", "--fps", "5", "--seconds", "2", "--validation", "--output", os.path.join(folder, "video.mp4"))
        print("ok  a recording of cross-attention", flush=True)
        for broken in ('{"attention": 3}', "[]", "{", '{"attention": [{"name": "Self", "attn": [[[[1, 0], [1]]]], '
                       '"left_text": ["a", "b"], "right_text": ["a", "b"]}]}',
                       '{"attention": [{"name": "Cross", "attn": [[[[1.0]]]], "left_text": ["a"], "right_text": ["b"]}]}'):
            path = os.path.join(folder, "broken.json")
            with open(path, "w", encoding="utf-8") as file:
                file.write(broken)
            done = subprocess.run([sys.executable, "-I", CONVERTER, path, "--output", folder], capture_output=True,
                                  text=True, timeout=600, check=False)
            check(done.returncode == 1 and path in done.stderr and "Traceback" not in done.stderr,
                  f"{broken}: {done.returncode} {done.stderr}")
            check(not os.path.exists(path[:-5] + ".safetensors"), f"{broken} became a trace")
        print("ok  broken files", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
