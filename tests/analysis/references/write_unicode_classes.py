#!/usr/bin/env python3
"""Writes analysis/tokenizer/unicode_classes_tables.cpp: what the fast tokenizers take each code point for.

Their regular expressions know Unicode 16, their other parts Unicode 9 to 17; PCRE2 10.42 and this Python know Unicode
14. So the classes are asked from the library itself. Pinned: tokenizers==0.23.3, a Python with Unicode 14.
usage: write_unicode_classes.py > analysis/tokenizer/unicode_classes_tables.cpp
"""
import sys
import unicodedata

import tokenizers
from tokenizers import Regex
from tokenizers.normalizers import StripAccents
from tokenizers.pre_tokenizers import Digits, Split, Whitespace

if tokenizers.__version__ != "0.23.3" or unicodedata.unidata_version != "14.0.0":
    sys.exit(f"tokenizers {tokenizers.__version__}, Unicode {unicodedata.unidata_version} are not the pinned ones")

CATEGORIES = "Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp Cc Cf".split()
points = [p for p in range(1, 0x110000) if not 0xD800 <= p < 0xE000]
text = "".join(map(chr, points))


def matching(pattern):
    found = set()
    for word, _ in Split(Regex(f"(?:{pattern})+"), "removed", invert=True).pre_tokenize_str(text):
        found.update(map(ord, word))
    return found


def single(pre_tokenizer, length):
    """Points that stay with the letters around them, or leave them, as the length of their word says."""
    spaced = "\n".join("a" + c + "a" for c in text if not c.isspace())
    words = [w for w, _ in pre_tokenizer.pre_tokenize_str(spaced) if len(w) == length]
    return {ord(w[length // 2]) for w in words} - {10}


def ranges(chosen):
    result = []
    for point in sorted(chosen):
        if result and result[-1][1] == point - 1:
            result[-1][1] = point
        else:
            result.append([point, point])
    return result


def print_items(declaration, count, items):
    print(f"{declaration} = {{")
    line = "   "
    for item in items:
        if len(line) + len(item) + 2 > 108:
            print(line)
            line = "   "
        line += f" {item},"
    print(line + "\n};")
    print(f"const size_t {count} = std::size({declaration.split()[-1][:-2]});\n")


def print_ranges(name, chosen):
    print_items(f"const CodePointRange {name}[]", f"{name}_count", [f"{{0x{a:x}, 0x{b:x}}}" for a, b in ranges(chosen)])


by_category = {category: matching(rf"\p{{{category}}}") for category in CATEGORIES}
letter = set().union(*(by_category[c] for c in CATEGORIES if c[0] == "L"))
number = set().union(*(by_category[c] for c in CATEGORIES if c[0] == "N"))
word = single(Whitespace(), 3)
numeric = single(Digits(individual_digits=True), 1)
kept = set(StripAccents().normalize_str(text))
combining_mark = {p for p in points if chr(p) not in kept}
assert number <= numeric and matching(r"\s") == {ord(c) for c in text if c.isspace() and not 0x1c <= ord(c) <= 0x1f}
plain = {p for p in points if unicodedata.category(chr(p)) in ("Mn", "Mc", "Me", "Nd", "Pc") or unicodedata.category(chr(p))[0] == "L"}
assert plain <= word

newer = []
for category in CATEGORIES:
    for first, last in ranges(p for p in by_category[category] if unicodedata.category(chr(p)) != category):
        newer.append((first, last, category))
moved = [p for first, last, _ in newer for p in range(first, last + 1) if unicodedata.category(chr(p)) != "Cn"]

print("// Written by tests/analysis/references/write_unicode_classes.py from tokenizers 0.23.3. Do not edit.")
print('#include "analysis/tokenizer/unicode_classes.h"\n\n#include <iterator>\n')
print("namespace weft::unicode_classes {\n\n// clang-format off\n")
print_ranges("letter", letter)
print_ranges("number", number)
print_ranges("numeric_beyond_number", numeric - number)
print_ranges("word", word)
print_ranges("combining_mark", combining_mark)
print_items("const CategoryRange newer[]", "newer_count",
            [f"{{0x{a:x}, 0x{b:x}, '{c[0]}', '{c[1]}'}}" for a, b, c in sorted(newer)])
print_ranges("word_beyond_unicode_14", word - plain)
print("// clang-format on\n\n}  // namespace weft::unicode_classes")
print(f"moved {[(hex(p), unicodedata.category(chr(p))) for p in moved]}", file=sys.stderr)
