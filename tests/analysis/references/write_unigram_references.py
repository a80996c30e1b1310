#!/usr/bin/env python3
"""Writes unigram_references.json: Precompiled and Unigram on random texts, as `tokenizers` gives them.

Pinned: tokenizers==0.23.3. usage: write_unigram_references.py > unigram_references.json
"""
import base64
import json
import random
import sys

import tokenizers
from tokenizers import models, normalizers

from charsmap import charsmap, every_chunk_is_one

if tokenizers.__version__ != "0.23.3":
    sys.exit(f"tokenizers {tokenizers.__version__} is not the pinned 0.23.3")

rng = random.Random(4)

# Of every kind that decides where a cluster ends.
POINTS = ["a", "b", " ", "\r", "\n", "\0", "\u0301", "\u0308", "\u200d", "\u200c", "\u00a9", "\u2764", "\ufe0f",
          "\U0001f469", "\U0001f3fd", "\u0600", "\u06dd", "\u0915", "\u094d", "\u0937", "\u093f", "\u0903", "\u1100",
          "\u1161", "\u11a8", "\uac00", "\uac01", "\u0e33", "\u00ad", "\u200b", "\U0001d165", "\U000e0041",
          "\U0001f1e9", "\U0001f1ea", "\u0cc0", "\u0d4d", "\u0d4e", "\u1c37"]
texts = ["".join(rng.choices(POINTS, k=rng.randint(1, 9))) for _ in range(1500)]
one = every_chunk_is_one()
rules = charsmap({key.encode(): value for key, value in {
    "a": "A", "ab": "never", "e\u0301": "\u00e9", "\ufb01": "fi", "q": "", "\u3000": " ", "\u2163": "IV", "\t": " "}.items()})
ruled = ["", "ab", "abab", "e\u0301", "e\u0301\u0301", "e\u0301\u0301\u0301", "\ufb01ne", "qaq", "q", "x\u3000y\tz",
         "\u2163\u0301", "a\u0301", "\u00e9e"]


def precompiled(map_bytes, texts):
    normalizer = normalizers.Precompiled(map_bytes)
    return {"charsmap": base64.b64encode(map_bytes).decode(),
            "cases": [[text, normalizer.normalize_str(text)] for text in texts]}


def unigram(vocabulary, unknown, byte_fallback, texts):
    model = models.Unigram(vocabulary, unknown, byte_fallback)
    return {"vocabulary": vocabulary, "unknown": unknown, "byte_fallback": byte_fallback,
            "cases": [[text, [token.id for token in model.tokenize(text)]] for text in texts]}


def random_vocabulary(alphabet, size):
    pieces = {"<unk>": 0.0}
    pieces.update({letter: round(rng.uniform(-9, -4), 2) for letter in alphabet})
    while len(pieces) < size:
        pieces["".join(rng.choices(alphabet, k=rng.randint(2, 5)))] = rng.choice([-3.0, -4.0, round(rng.uniform(-9, 0), 3)])
    return list(pieces.items())


def random_texts(alphabet, count):
    return ["".join(rng.choices(alphabet, k=rng.randint(1, 14))) for _ in range(count)]


wide = "ab\u00e9\u4e2d\U0001f600"
bytes_of_all = [(f"<0x{byte:02X}>", 0.0) for byte in range(256)]
print(json.dumps({
    "precompiled": [precompiled(one, texts), precompiled(rules, ruled)],
    "unigram": [
        unigram(random_vocabulary("abc", 40), 0, False, random_texts("abcxy", 150)),
        unigram(random_vocabulary(wide, 60), 0, False, random_texts(wide + "x\u0301\u65e5", 150)),
        unigram(random_vocabulary("ab", 12) + bytes_of_all, 0, True, random_texts("ab\u00e9\u4e2d", 80)),
        unigram(random_vocabulary("ab", 12) + bytes_of_all[:200], 0, True, random_texts("ab\u00e9\u4e2d", 40)),
        # Equal scores, equal pieces, an empty piece, the unknown token's own text, unknown text that is a piece.
        unigram([("<unk>", -1.0), ("a", -1.0), ("aa", -2.0), ("a", -1.5), ("", 3.0), ("b", -1.0), ("ab", -2.5)], 0, False,
                ["aaaa", "aaa", "abab", "<unk>", "a<unk><unk>b", "<unk", "x<unk>y"]),
        unigram([("u", 100.0), ("xy", 30.0), ("z", 30.0)], 0, False, ["xy", "xyxy", "zxyz", "xz", "uu", "u"]),
        unigram([("a", -1.0), ("b", -1.0)], None, False, ["ab", "ba"]),
    ]}, separators=(",", ":")))
