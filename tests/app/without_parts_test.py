#!/usr/bin/env python3
"""The program without the library that computes with LibTorch (analysis/torch_part.h): traces, tokens and help need
nothing of it; a model that cannot be loaded without says why and what to do.

    without_parts_test.py WEFT
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden"))

import traces  # noqa: E402

BUILT = pathlib.Path(sys.argv[1]).resolve()
PART = "libweft_torch.so"


def run(weft, *arguments):
    return subprocess.run([weft, *map(str, arguments)], capture_output=True, text=True, check=False)


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    weft = folder / BUILT.name
    for file in (BUILT, *BUILT.parent.glob("libweft_*.so")):
        if file.name != PART:
            shutil.copy2(file, folder)

    loaded = subprocess.run(["ldd", weft], capture_output=True, text=True, check=True).stdout
    assert f"{folder}/libweft_analysis.so" in loaded and "libtorch" not in loaded, loaded

    trace, picture = folder / "trace.safetensors", folder / "picture.png"
    traces.write(str(trace), "identity", ["a", "b", "c"], (2, 2, 3, 3), traces.attention(2, 2, 3, traces.identity))
    for arguments in (["--version"], ["view", "--help"], ["models"], ["tokenize", "--text", "a word"],
                      ["view", trace, "--output", picture]):
        done = run(weft, *arguments)
        assert done.returncode == 0, (arguments, done)
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert "CUDA" in run(weft, "doctor").stdout

    for arguments in (["analyze", "--text", "a word", "--output", folder / "numbers.json"],
                      ["view", "--text", "a word", "--output", folder / "other.png"]):
        done = run(weft, *arguments)
        assert done.returncode == 1 and f"{folder}/{PART}: cannot open" in done.stderr and "scripts/run" in done.stderr, done
print("traces, tokens and help do without LibTorch")
