#!/usr/bin/env python3
"""The program without its parts that use LibTorch and FFmpeg (analysis/open_part.h): traces, tokens and help need
nothing of them; what cannot be done without says why and what to do.

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
TORCH, VIDEO = "libweft_torch.so", "libweft_video.so"


def run(weft, *arguments):
    return subprocess.run([weft, *map(str, arguments)], capture_output=True, text=True, check=False)


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    weft = folder / BUILT.name
    for file in (BUILT, *BUILT.parent.glob("libweft_*.so")):
        if file.name not in (TORCH, VIDEO):
            shutil.copy2(file, folder)

    loaded = subprocess.run(["ldd", weft], capture_output=True, text=True, check=True).stdout
    assert f"{folder}/libweft_analysis.so" in loaded and "libtorch" not in loaded and "libav" not in loaded, loaded

    trace, picture = folder / "trace.safetensors", folder / "picture.png"
    traces.write(str(trace), "identity", ["a", "b", "c"], (2, 2, 3, 3), traces.attention(2, 2, 3, traces.identity))
    for arguments in (["--version"], ["view", "--help"], ["models"], ["tokenize", "--text", "a word"],
                      ["view", trace, "--output", picture]):
        done = run(weft, *arguments)
        assert done.returncode == 0, (arguments, done)
    assert picture.read_bytes().startswith(b"\x89PNG")
    doctor = run(weft, "doctor").stdout
    assert "CUDA" in doctor and "no H.264 encoder" in doctor, doctor

    for part, arguments in ((TORCH, ["analyze", "--text", "a word", "--output", folder / "numbers.json"]),
                            (TORCH, ["view", "--text", "a word", "--output", folder / "other.png"]),
                            (VIDEO, ["record", trace, "--seconds", "1", "--output", folder / "video.mp4"])):
        done = run(weft, *arguments)
        assert done.returncode == 1 and f"{folder}/{part}: cannot open" in done.stderr and "scripts/run" in done.stderr, done
    assert not (folder / "video.mp4").exists()
print("traces, tokens and help do without LibTorch and FFmpeg")
