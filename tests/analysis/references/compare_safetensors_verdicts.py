#!/usr/bin/env python3
"""Changes good safetensors files in thousands of ways and compares our reader's verdicts with the reference's.

usage: compare_safetensors_verdicts.py ANALYSIS_TEST [--count N] [--seed S]   (needs the package safetensors)

The files and the verdicts of the Python package go through WEFT_SAFETENSORS_VERDICTS into a test of that program,
which names every difference that is not one of the known ones (reader_is_stricter() in safetensors_test.cpp).
"""
import argparse
import json
import os
import random
import struct
import subprocess
import sys
import tempfile

import safetensors

DTYPES = ["BOOL", "U8", "I8", "F8_E5M2", "F8_E4M3", "F8_E8M0", "F4", "F6_E2M3", "F6_E3M2", "I16", "U16", "F16", "BF16",
          "I32", "U32", "F32", "C64", "F64", "I64", "U64", "F99", "f32", ""]
BITS = {"F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "I16": 16, "U16": 16, "F16": 16, "BF16": 16, "I32": 32, "U32": 32,
        "F32": 32, "C64": 64, "F64": 64, "I64": 64, "U64": 64}
NUMBERS = [0, 1, 2, 3, 4, 7, 8, 16, -1, 2**31, 2**32, 2**53, 2**62, 2**63 - 1, 2**63, 2**64 - 1, 2**64, 10**30, 1.0,
           0.5, 1e3, -0.0, None, True, "1", [], {}]
TOKENS = ['"', "{", "}", "[", "]", ",", ":", " ", "\n", "\t", "\0", "\x01", "\\", "\\u0041", "\\ud83d\\ude00", "\\ud800",
          "\\x", "-", "0", "00", "1", "1.0", "1e0", "1E2", "null", "true", "NaN", "Infinity", "\u00e9", "\u2028",
          "__metadata__", "dtype", "shape", "data_offsets", "/", "//", "'", "\ufeff"]


def good(generator):
    header, offset = {}, 0
    if generator.random() < 0.4:
        header["__metadata__"] = {"format": "pt", "k": "v"} if generator.random() < 0.7 else {}
    for i in range(generator.randrange(4)):
        dtype = generator.choice(DTYPES[:-3])
        shape = [generator.choice([0, 1, 2, 3, 4, 8]) for _ in range(generator.randrange(4))]
        bits = BITS.get(dtype, 8)
        for size in shape:
            bits *= size
        header[f"t{i}"] = {"dtype": dtype, "shape": shape, "data_offsets": [offset, offset + bits // 8]}
        offset += bits // 8
    return header, bytes(generator.randrange(256) for _ in range(offset))


def change_tree(generator, header):
    """One change of a value, a key or an entry."""
    names = list(header)
    if not names:
        header[generator.choice(["", "t", "__metadata__"])] = generator.choice(NUMBERS)
        return
    name = generator.choice(names)
    entry = header[name]
    kind = generator.randrange(8)
    if kind == 0:
        header["copy"] = json.loads(json.dumps(entry))
    elif kind == 1:
        header[name] = generator.choice(NUMBERS)
    elif kind == 2:
        del header[name]
    elif not isinstance(entry, dict) or not entry:
        header[name] = {}
    elif kind == 3:
        entry[generator.choice(["extra", "dtype", "shape", "data_offsets"])] = generator.choice(NUMBERS)
    elif kind == 4:
        del entry[generator.choice(list(entry))]
    elif kind == 5 and "dtype" in entry:
        entry["dtype"] = generator.choice(DTYPES)
    else:
        lists = [value for value in entry.values() if isinstance(value, list) and value]
        if lists:
            chosen = generator.choice(lists)
            change = generator.randrange(3)
            if change == 0:
                chosen.append(generator.choice(NUMBERS))
            elif change == 1:
                chosen.pop()
            else:
                chosen[generator.randrange(len(chosen))] = generator.choice(NUMBERS)


def change_text(generator, text):
    at = generator.randrange(len(text) + 1)
    kind = generator.randrange(4)
    if kind == 0:
        return text[:at] + generator.choice(TOKENS) + text[at:]
    if kind == 1:
        return text[:at] + text[at + generator.randrange(1, 8):]
    if kind == 2:
        end = min(len(text), at + generator.randrange(1, 40))
        return text[:end] + text[at:end] + text[end:]
    return text[:at] + generator.choice(TOKENS) + text[at + 1:]


def change_bytes(generator, file):
    at = generator.randrange(len(file))
    kind = generator.randrange(4)
    if kind == 0:
        return file[:at] + bytes([generator.randrange(256)]) + file[at + 1:]
    if kind == 1:
        return file[:at]
    if kind == 2:
        return file + bytes(generator.randrange(1, 9))
    return file[:at] + bytes([file[at] ^ (1 << generator.randrange(8))]) + file[at + 1:]


def mutated(generator):
    header, data = good(generator)
    steps = generator.randrange(4)
    if steps & 1:
        for _ in range(generator.randrange(1, 3)):
            change_tree(generator, header)
    text = json.dumps(header, ensure_ascii=generator.random() < 0.5, allow_nan=True)
    if generator.random() < 0.3:
        text += " " * generator.randrange(1, 9)
    if steps & 2:
        text = change_text(generator, text)
    raw = text.encode("utf-8", "surrogatepass")
    length = len(raw) if generator.random() < 0.97 else generator.choice([0, len(raw) - 1, len(raw) + 1, 10**8, 2**63])
    file = struct.pack("<Q", max(length, 0)) + raw + data
    if generator.random() < 0.2:
        file = change_bytes(generator, file)
    return file


def verdict(file):
    try:
        safetensors.deserialize(file)
        return True
    except safetensors.SafetensorError:
        return False


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("analysis_test")
    parser.add_argument("--count", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    generator = random.Random(arguments.seed)
    accepted = 0
    with tempfile.NamedTemporaryFile(suffix=".verdicts") as packed:
        for _ in range(arguments.count):
            file = mutated(generator)
            good_file = verdict(file)
            accepted += good_file
            packed.write(struct.pack("<BI", good_file, len(file)) + file)
        packed.flush()
        print(f"safetensors {safetensors.__version__}: {accepted} of {arguments.count} files are good", flush=True)
        run = subprocess.run([arguments.analysis_test, "our verdicts on changed safetensors files are the reference's"],
                             env=dict(os.environ, WEFT_SAFETENSORS_VERDICTS=packed.name), check=False)
    return run.returncode


if __name__ == "__main__":
    sys.exit(main())
