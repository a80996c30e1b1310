#!/usr/bin/env python3
"""Three parts of a text file, joined, are byte for byte what one run writes: the shipped program on its default model.

    text_file_shards_test.py WEFT
"""
import pathlib
import subprocess
import sys
import tempfile

WEFT = sys.argv[1]
LINES = [f"Line {number} goes over one and under two, {'again and ' * (number % 9)}home." for number in range(40)]
METHODS = ["--methods", "entropy,patterns,attention_distance"]


def run(*arguments):
    done = subprocess.run([WEFT, *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"weft {' '.join(map(str, arguments))} ended with {done.returncode}\n{done.stderr}")
    return done.stderr


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    texts = folder / "texts.txt"
    texts.write_bytes("\n".join(LINES).encode() + b"\n\n\xff\n" + b"word " * 5000 + b"\nthe last")
    for suffix in (".safetensors", ".json", ".csv"):
        whole, merged = folder / f"whole{suffix}", folder / f"merged{suffix}"
        said = run("analyze", "--text-file", texts, *METHODS, "--output", whole)
        assert "3 lines are left out" in said and "line 43" in said, said
        parts = [folder / f"part{part}.json" for part in (1, 2, 3)]
        for part, path in enumerate(parts, 1):
            run("analyze", "--text-file", texts, *METHODS, "--shard", f"{part}/3", "--output", path)
        run("merge", *parts, "--output", merged)
        assert whole.read_bytes() == merged.read_bytes(), suffix
print("three parts are one run, in three kinds of file")
