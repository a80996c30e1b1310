#!/usr/bin/env python3
"""Writes tokenizer_references.json: texts of our own with the ids, byte spans and segments of transformers.

Pinned: transformers==5.23.0. usage: write_tokenizer_references.py MODEL_FOLDER > tokenizer_references.json
MODEL_FOLDER is all-MiniLM-L6-v2. Stored truncation and padding are switched off.
"""
import json
import sys

import transformers

if transformers.__version__ != "5.23.0":
    sys.exit(f"transformers {transformers.__version__} is not the pinned 5.23.0")

TEXTS = [
    "", " ", "The cat sat on the mat.", "Don't you want state-of-the-art, 3.14 or $5?", "UNBELIEVABLE unbelievably",
    "caf\u00e9 na\u00efve \u00c5ngstr\u00f6m", "cafe\u0301 nai\u0308ve", "\u0301\u0301", "a \u0301 b", "x\u0323\u0307y",
    "\u4e2d\u6587\u5b57 mixed with\u65e5\u672c\u8a9e", "\u3042\u308a\u304c\u3068\u3046", "\uac00\ub098\ub2e4 \ud55c\uad6d\uc5b4",
    "\U0001F468\u200d\U0001F469\u200d\U0001F467 family \U0001F44D\U0001F3FD", "flags \U0001F1E9\U0001F1EA\U0001F1EB\U0001F1F7",
    "\u0130stanbul \u0131s\u0131 I\u0307", "\u03a3\u0391\u03a3 \u03c3\u03b1\u03c2", "Stra\u00dfe \u1e9e", "\ufb01ne \ufb03ce",
    "tabs\tand\nlines\r\nand\u00a0spaces\u2003\u3000end", "zero\u200bwidth soft\u00adhyphen \ufeffbom", "nul\x00 bell\x07 del\x7f",
    "re\ufffdplaced", "private \ue000 unassigned \u0378 \U000e0041", "[MASK] [SEP] [CLS] [PAD] [UNK]", "x[MASK]y[SEP]z",
    "[mask] [ MASK ] [MASK", "[[MASK]]", "a" * 99, "a" * 100, "a" * 101, "\u00e9" * 101, "word " + "x" * 150 + " word",
    "\u0928\u092e\u0938\u094d\u0924\u0947 \u0958", "\u05e9\u05c1\u05dc\u05d5\u05dd", "\u0645\u064e\u0631\u062d\u0628\u0627", "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35",
    "\u1ea5\u1eadn Vi\u1ec7t", "\u2014\u2013\u2026\u201cquoted\u201d\u00ab\u00bb", "a_b c^d e`f g~h", "\U0001D15E \u0344 \U0001112e",
    "\u302e\U0001D165\u0360\U0001D165 \u016a\U0001D165", "https://example.org/a?b=c&d=e#f", "\u00bd \u00b2 \u2167 \u2460", "\U00020000\U0002F800",
]
PAIRS = [["The cat sat.", "It purred."], ["", "only the second"], ["[SEP] first", "\u4e2d\u6587"], ["caf\u00e9", "caf\u00e9"]]

backend = transformers.AutoTokenizer.from_pretrained(sys.argv[1]).backend_tokenizer
backend.no_padding()
backend.no_truncation()


def row(texts):
    encoding = backend.encode(*texts)
    spans = []
    for (start, end), sequence in zip(encoding.offsets, encoding.sequence_ids):
        text = texts[sequence] if sequence is not None else ""
        spans.append([len(text[:start].encode()), len(text[:end].encode())] if sequence is not None else [0, 0])
    return {"texts": texts, "ids": encoding.ids, "spans": spans, "segments": encoding.type_ids}


rows = [row([text]) for text in TEXTS] + [row(pair) for pair in PAIRS]
print("[\n" + ",\n".join(json.dumps(item) for item in rows) + "\n]")
