#!/usr/bin/env python3
"""Writes analysis/bert_unicode_tables.cpp: what the fast BERT tokenizer takes each code point for.

Its normalizer knows the categories of an old Unicode and the lower case of a new one; neither is the ICU's of the
machine. So the classes are asked from the tokenizer itself, code point by code point. Pinned: tokenizers==0.23.3.
usage: write_bert_unicode.py > analysis/bert_unicode_tables.cpp
"""
import sys
import unicodedata

import tokenizers
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

if tokenizers.__version__ != "0.23.3":
    sys.exit(f"tokenizers {tokenizers.__version__} is not the pinned 0.23.3")


def normalizer(**on):
    off = dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)
    return BertNormalizer(**{**off, **on})


clean, chinese = normalizer(clean_text=True), normalizer(handle_chinese_chars=True)
strip, lower = normalizer(strip_accents=True), normalizer(lowercase=True)
words = BertPreTokenizer()
points = [p for p in range(0x110000) if not 0xD800 <= p < 0xE000]


def ranges(chosen):
    result = []
    for point in chosen:
        if result and result[-1][1] == point - 1:
            result[-1][1] = point
        else:
            result.append([point, point])
    return result


def print_ranges(name, chosen):
    print(f"const CodePointRange {name}[] = {{")
    line = "   "
    for first, last in ranges(chosen):
        item = f" {{0x{first:x}, 0x{last:x}}},"
        if len(line) + len(item) > 108:
            print(line)
            line = "   "
        line += item
    print(line + "\n};")
    print(f"const size_t {name}_count = std::size({name});\n")


def print_mapping():
    """Lower case as runs: points first..last in steps of `step` map to themselves plus `offset`."""
    runs = []
    for point in points:
        mapped = lower.normalize_str(chr(point))
        if mapped == chr(point):
            continue
        if len(mapped) != 1:
            assert point == 0x130 and mapped == "i\u0307", hex(point)
            continue
        offset = ord(mapped) - point
        if runs and runs[-1][3] == offset:
            first, last, step, _ = runs[-1]
            gap = point - last
            if gap in (1, 2) and (step == 0 or step == gap):
                runs[-1] = [first, point, gap, offset]
                continue
        runs.append([point, point, 0, offset])
    print("const LowercaseRun lowercase_runs[] = {")
    line = "   "
    for first, last, step, offset in runs:
        item = f" {{0x{first:x}, 0x{last:x}, {max(step, 1)}, {offset}}},"
        if len(line) + len(item) > 108:
            print(line)
            line = "   "
        line += item
    print(line + "\n};")
    print("const size_t lowercase_runs_count = std::size(lowercase_runs);\n")


print("// Written by tests/analysis/references/write_bert_unicode.py from tokenizers 0.23.3. Do not edit.\n"
      '#include "analysis/bert_unicode.h"\n\n#include <iterator>\n\nnamespace weft::bert_unicode {\n'
      "\n// clang-format off\n")
print_ranges("removed", [p for p in points if clean.normalize_str("a" + chr(p) + "b") == "ab"])
print_ranges("whitespace", [p for p in points if len(words.pre_tokenize_str("a" + chr(p) + "b")) == 2])
print_ranges("punctuation", [p for p in points if len(words.pre_tokenize_str("a" + chr(p) + "b")) == 3])
print_ranges("chinese", [p for p in points if chinese.normalize_str(chr(p)) != chr(p)])
print_ranges("nonspacing_mark", [p for p in points if strip.normalize_str(chr(p)) == ""])
print_mapping()
print("}  // namespace weft::bert_unicode")
