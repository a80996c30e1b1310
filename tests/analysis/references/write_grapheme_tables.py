#!/usr/bin/env python3
"""Writes analysis/tokenizer/grapheme_tables.cpp: how the Precompiled normalizer of `tokenizers` cuts a text.

It replaces clusters of fewer than six bytes as a whole and cuts by a newer Unicode than the ICU of the machine. So
each code point's kind is asked from the normalizer itself, with rules that make one X of every cluster it looks up.
Only what can change a text is asked: regional indicators have four bytes, so no cluster with one is short.
Pinned: tokenizers==0.23.3. usage: write_grapheme_tables.py > analysis/tokenizer/grapheme_tables.cpp
"""
import sys

import tokenizers
from tokenizers.normalizers import Precompiled

from charsmap import every_chunk_is_one

if tokenizers.__version__ != "0.23.3":
    sys.exit(f"tokenizers {tokenizers.__version__} is not the pinned 0.23.3")

normalizer = Precompiled(every_chunk_is_one())
ZWJ, ACUTE, PICTOGRAPH, KA, VIRAMA = "\u200d", "\u0301", "\u00a9", "\u0915", "\u094d"
L, V, T = "\u1100", "\u1161", "\u11a8"


def count(text):
    return len(normalizer.normalize_str(text))


def hangul(c):
    after_l, before_v = count(L + c + ACUTE) == 3, count(c + V + ACUTE) == 3
    after_v, before_t = count(V + c + ACUTE) == 3, count(c + T + ACUTE) == 3
    return {(True, True, False, False): "hangul_l", (False, True, True, True): "hangul_v",
            (True, True, True, True): "hangul_v", (False, False, True, True): "hangul_t",
            (True, True, False, True): "hangul_lv", (True, False, False, True): "hangul_lvt",
            (False, False, False, False): None}[after_l, before_v, after_v, before_t]


def kind(c):
    if c == "\0":
        return "control"
    if count("a" + c) == 1:
        return "extend" if count(PICTOGRAPH + c + ZWJ + PICTOGRAPH + ACUTE) == 5 else "spacing_mark"
    if count(c + "a") == 1:
        return "prepend"
    if count(c + ACUTE + ACUTE) == 2:
        return "control"
    if count(PICTOGRAPH + ZWJ + c + ACUTE) == 4:
        return "pictograph"
    return hangul(c) if len(c.encode()) == 3 else None


def indic(c, kind):
    if kind is None and len(c.encode()) == 3 and count(KA + VIRAMA + c + ACUTE) == 4:
        return " | indic_consonant"
    if kind == "extend":
        if count(KA + c + KA + ACUTE) == 4:
            return " | indic_linker"
        if count(KA + c + VIRAMA + KA + ACUTE) == 5:
            return " | indic_extend"
    return ""


rows = []
for point in range(0x110000):
    if 0xD800 <= point < 0xE000 or 0xAC00 <= point < 0xD7A4:
        continue  # no characters; Hangul syllables, which arithmetic tells
    c = chr(point)
    own_kind = kind(c)
    value = (own_kind or "other") + indic(c, own_kind)
    if value == "other":
        continue
    if rows and rows[-1][1] == point - 1 and rows[-1][2] == value:
        rows[-1][1] = point
    else:
        rows.append([point, point, value])
for point in range(0xAC00, 0xD7A4):
    assert hangul(chr(point)) == ("hangul_lv" if (point - 0xAC00) % 28 == 0 else "hangul_lvt"), hex(point)

print("// Written by tests/analysis/references/write_grapheme_tables.py from tokenizers 0.23.3. Do not edit.\n"
      '#include <iterator>\n\n#include "analysis/tokenizer/graphemes.h"\n\nnamespace weft::grapheme {\n'
      "\n// clang-format off\nconst KindRange kind_ranges[] = {")
line = "   "
for first, last, value in rows:
    item = f" {{0x{first:x}, 0x{last:x}, {value}}},"
    if len(line) + len(item) > 108:
        print(line)
        line = "   "
    line += item
print(line + "\n};\nconst size_t kind_ranges_count = std::size(kind_ranges);\n// clang-format on\n"
      "\n}  // namespace weft::grapheme")
