"""Texts for tokenizers: what small ones are trained on, and random strings that look for trouble."""
import pathlib
import random

ROOT = pathlib.Path(__file__).resolve().parents[2]
WORDS = (
    "the of attention is all you need and model token layer head weights running walked quickly don't we'll it's they're I'd "
    "123 3.14 2024-01-31 $5 50% a I un believe able stra\u00dfe na\u00efve caf\u00e9 \u00dcbung se\u00f1or \u00e9t\u00e9 "
    "\u043f\u0440\u0438\u0432\u0435\u0442 \u043c\u0438\u0440 \u0441\u043b\u043e\u0432\u043e \u044f\u0437\u044b\u043a \u03b3\u03bb\u03ce\u03c3\u03c3\u03b1 "
    "\u03ba\u03cc\u03c3\u03bc\u03bf\u03c2 \u4e2d\u6587 \u6ce8\u610f\u529b \u673a\u5668 \u5b66\u4e60 \u65e5\u672c\u8a9e "
    "\u3042\u308a\u304c\u3068\u3046 \u30ab\u30bf\u30ab\u30ca \ud55c\uad6d\uc5b4 \uc548\ub155\ud558\uc138\uc694 \u0928\u092e\u0938\u094d\u0924\u0947 "
    "\u092d\u093e\u0937\u093e \u0627\u0644\u0639\u0631\u0628\u064a\u0629 \u05e9\u05dc\u05d5\u05dd \u0e20\u0e32\u0e29\u0e32\u0e44\u0e17\u0e22 "
    "\U0001f600 \U0001f44d\U0001f3fd e\u0301 \ufb01ne \u00bd \u2460 :) \u2014 \u201cquoted\u201d").split()

# Code points that tokenizers treat each in its own way, and where they are dense.
SINGLE = ["\t", "\x0b", "\x0c", "\x1c", "\x1f", "\x7f", "\x85", "\u00a0", "\u00ad", "\u034f", "\u061c", "\u1680", "\u180e", "\u200b",
          "\u200c", "\u200d", "\u200e", "\u2028", "\u2029", "\u202f", "\u205f", "\u2060", "\u2581", "\u3000", "\ufe0f", "\ufeff", "\ufffc",
          "\ufffd", "\x01", "\u0130", "\u0131", "\u1e9e", "\u03c2", "\u0345", "\u212a", "\u0958", "\u0344", "\u1112", "\u1161", "\u11a8",
          "\U0001d165", "\U000e0041", "\U0010ffff", "\ue000", "\u0378", "\U0001f1e9", "\U0001f1ea", "\u2126", "\u1fb3", "\ufdfa"]
BLOCKS = [(0x21, 0x7f)] * 4 + [
    (0xa1, 0x250), (0x250, 0x370), (0x300, 0x370), (0x370, 0x400), (0x400, 0x530), (0x530, 0x600), (0x600, 0x780), (0x900, 0xe00),
    (0xe00, 0x1000), (0x1000, 0x1200), (0x1100, 0x1200), (0x1200, 0x1e00), (0x1e00, 0x2000), (0x2000, 0x2100), (0x2100, 0x2400),
    (0x2400, 0x2600), (0x2600, 0x2e00), (0x3000, 0x3200), (0x3200, 0x3400), (0x4e00, 0x9fff), (0xa000, 0xac00), (0xac00, 0xd7a4),
    (0xf900, 0xfb00), (0xfb00, 0xfe00), (0xfe00, 0xffff), (0x10000, 0x11000), (0x11000, 0x12000), (0x1d100, 0x1d800),
    (0x1e000, 0x1f000), (0x1f000, 0x1fb00), (0x20000, 0x20100), (0x2f800, 0x2fa20), (0xe0000, 0xe0200)]
JOINED = ["\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f3f3\ufe0f\u200d\U0001f308", "\u2764\ufe0f", "1\ufe0f\u20e3",
          "\U0001f1e9\U0001f1ea", "a\u0323\u0307\u0301", "\u0915\u094d\u0937\u093f", "\u1112\u1161\u11ab", "e\u0301\u0301\u0301\u0301"]


def training_lines():
    rng = random.Random(1)
    lines = [line.strip() for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines() if line.strip()]
    return lines + [" ".join(rng.choices(WORDS, k=rng.randint(3, 14))) for _ in range(1500)]


def any_point(rng):
    while True:
        point = rng.randrange(1, 0x110000)
        if not 0xD800 <= point < 0xE000 and point not in (0xA, 0xD):
            return chr(point)


def some_points(rng):
    first, last = rng.choice(BLOCKS)
    return "".join(chr(rng.randrange(first, last)) for _ in range(rng.randint(1, 7)))


def random_text(rng, added_tokens, newlines=False):
    """One line of up to a dozen parts, each of a kind of its own; with newlines also several lines."""
    parts = []
    for _ in range(rng.randint(1, 12)):
        kind = rng.random()
        if kind < 0.34:
            parts.append(rng.choice(WORDS) + rng.choice(["", " ", " ", " ", ",", ". "]))
        elif kind < 0.46:
            parts.append(" " * rng.choice([1, 1, 1, 2, 3, 4, 9, 33]))
        elif kind < 0.66:
            parts.append(some_points(rng))
        elif kind < 0.74:
            parts.append("".join(rng.choices(SINGLE, k=rng.randint(1, 3))))
        elif kind < 0.79:
            parts.append(any_point(rng))
        elif kind < 0.86 and added_tokens:
            token = rng.choice(added_tokens)
            parts.append(rng.choice([token, token, " " + token + " ", token[:-1], token * 2, token.upper()]))
        elif kind < 0.90:
            parts.append(rng.choice(JOINED))
        elif kind < 0.93:
            parts.append("".join(rng.choices("0123456789.,", k=rng.randint(1, 9))))
        elif kind < 0.96:
            parts.append(rng.choice("aAbz\u00e9\u4e2d\u0301 ") * rng.choice([2, 5, 40, 120]))
        elif newlines:
            parts.append(rng.choice(["\n", "\r\n", "\r", "\n\n\n", " \n ", "\n\t"]))
        else:
            parts.append(rng.choice(["'s", "n't", "'LL", "``", "''", "<0x41>", "\u2581", "##s", "\u0120a", "[", "]"]))
    text = "".join(parts)
    return text if newlines else text.replace("\n", " ").replace("\r", " ")
