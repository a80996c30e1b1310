#!/usr/bin/env python3
"""Writes tests/analysis/references/pipeline_references.json: what every component does to a few texts.

One line a tokenizer: {"name", "file" (a tokenizer.json), "cases": [{"texts", "ids", "spans", "segments", "decoded"}]}.
Spans of unigram_bytes are left out: a byte's token spans its own character here, its whole unknown run there.
Pinned: tokenizers==0.23.3. usage: write_pipeline_references.py > tests/analysis/references/pipeline_references.json
"""
import json
import random
import sys

import tokenizers

from tokenizer_configs import configs, encoded, random_text

if tokenizers.__version__ != "0.23.3":
    sys.exit(f"tokenizers {tokenizers.__version__} is not the pinned 0.23.3")

FIXED = ["Hello, y'all! How are you 😁 ?", "  the  THE the's \u0301e\u0301 naïve ﬁ½ 1234567 \t\n\n x\r\n ", "<l> the <r>  foo foo_ ÉA <mask> </s>"]

print("[")
for index, (name, file) in enumerate(configs().items()):
    tokenizer = tokenizers.Tokenizer.from_str(json.dumps(file))
    source = random.Random(index)
    cases = []
    texts = [[t] for t in FIXED] + [["the é", " the 日本"], ["   <mask> a", " <mask>"]] + [[random_text(source)] for _ in range(9)]
    for each in texts:
        case = dict(texts=each, **encoded(tokenizer, each))
        if name == "unigram_bytes":
            del case["spans"]
        if case["ids"]:
            cases.append(case)
    line = json.dumps(dict(name=name, file=file, cases=cases), ensure_ascii=True, separators=(",", ":"))
    print("," if index else "", line, sep="")
print("]")
