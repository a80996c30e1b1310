#!/usr/bin/env python3
"""Compares `weft tokenize` with the tokenizers library and, for older files, with transformers. Called by scripts/tokenizer_parity."""
import argparse
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import time

import tokenizers
import transformers

import tokenizer_families
from tokenizer_texts import random_text

PINNED = {"tokenizers": (tokenizers.__version__, "0.23.3"), "transformers": (transformers.__version__, "5.23.0")}


class Reference:
    """Ids of a text as the library for this folder's files gives them."""

    def __init__(self, folder):
        if (folder / "tokenizer.json").exists():
            tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
            tokenizer.no_truncation()
            tokenizer.no_padding()
            self.ids = lambda text: tokenizer.encode(text).ids
            self.added = [token.content for token in tokenizer.get_added_tokens_decoder().values()]
            self.name = "tokenizers"
        else:
            tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
            self.ids = lambda text: tokenizer(text, verbose=False)["input_ids"]
            self.added = list(tokenizer.get_added_vocab()) + list(tokenizer.all_special_tokens)
            self.added += getattr(tokenizer, "supported_language_codes", [])
            self.name = type(tokenizer).__name__
        self.added = [token for token in self.added if "\n" not in token]


def ours(weft, folder, texts, file):
    """Ids of each text; a file of JSON strings where texts have line ends."""
    if file.suffix == ".jsonl":
        file.write_text("".join(json.dumps(text) + "\n" for text in texts), encoding="utf-8")
    else:
        file.write_bytes("".join(text + "\n" for text in texts).encode())
    run = subprocess.run([weft, "tokenize", "--model", str(folder), "--text-file", str(file)], capture_output=True, check=False)
    lines = run.stdout.decode().split("\n")[:-1]
    if run.returncode != 0:
        return [json.loads(line)["ids"] for line in lines], run.stderr.decode().strip()
    return [json.loads(line)["ids"] for line in lines], None


def compare(weft, folder, count, seed, scratch):
    """Texts compared, mismatches, the first of them."""
    reference = Reference(folder)
    rng = random.Random(f"{seed} {folder.name}")
    compared, mismatches, first = 0, 0, None
    for newlines, share in ((False, count), (True, max(1, count // 10))):
        made = [random_text(rng, reference.added, newlines) for _ in range(share)]
        pairs = [(text, reference.ids(text)) for text in made if text]
        pairs = [(text, ids) for text, ids in pairs if ids]  # Weft refuses a text without tokens
        found, error = ours(weft, folder, [text for text, _ in pairs], scratch / ("texts.jsonl" if newlines else "texts.txt"))
        if error is not None:
            text = pairs[len(found)][0] if len(found) < len(pairs) else ""
            return reference, compared, len(pairs) - len(found), f"{ascii(text)}: {error}"
        for (text, expected), ids in zip(pairs, found, strict=True):
            compared += 1
            if ids != expected:
                mismatches += 1
                if first is None or len(text) < len(first[0]):
                    first = (text, expected, ids)
    if first:
        first = f"{ascii(first[0])}: expected {first[1]}, found {first[2]}"
    return reference, compared, mismatches, first


def main():
    parser = argparse.ArgumentParser(prog="scripts/tokenizer_parity", description=__doc__)
    parser.add_argument("--count", type=int, default=100_000, help="random strings a family; a tenth as many with line ends come on top")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", metavar="NAME,...", help="only these families")
    parser.add_argument("--folder", action="append", default=[], metavar="FOLDER", help="a model folder of yours as well")
    parser.add_argument("--list", action="store_true", help="say which families there are and end")
    parser.add_argument("--keep", metavar="FOLDER", help="leave the made folders there")
    parser.add_argument("--weft", default="build/release/bin/weft", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.list:
        print("\n".join([*tokenizer_families.JSON_FAMILIES, *(name + "-older" for name in tokenizer_families.OLDER_FAMILIES)]))
        return 0
    for name, (version, pinned) in PINNED.items():
        if version != pinned:
            sys.exit(f"{name} {version} is not the pinned {pinned}")
    only = args.only.split(",") if args.only else None
    failed = 0
    with tempfile.TemporaryDirectory(prefix="weft-tokenizers-") as scratch:
        made = tokenizer_families.make(args.keep or scratch, lambda name: only is None or name in only)
        for folder in [*map(pathlib.Path, args.folder), *made] if args.folder else made:
            began = time.monotonic()
            reference, compared, mismatches, first = compare(args.weft, folder, args.count, args.seed, pathlib.Path(scratch))
            failed += bool(mismatches) or bool(first)
            print(f"{folder.name:22} {reference.name:20} {compared:7} texts {mismatches:6} mismatches"
                  f"  {time.monotonic() - began:5.0f} s" + (f"\n    first: {first}" if first else ""), flush=True)
    print("weft tokenizer parity: " + (f"{failed} families differ" if failed else "all equal"))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
