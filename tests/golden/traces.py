"""Attention traces whose weights are known by construction, as METHODS.md defines the file."""
import array
import json
import math
import struct
import sys

import png
import scenery

SENTENCE = ["[CLS]", "the", "animal", "did", "not", "cross", "the", "street", "because", "it", "was", "too", "tired",
            "[SEP]"]
SCRIPTS = ["[CLS]", "na\u00efve", "Stra\u00dfe", "\u6ce8\u610f\u529b", "\u3053\u3093\u306b\u3061\u306f",
           "\ud55c\uad6d\uc5b4", "\U0001f642", "\U0001f469\u200d\U0001f680", "\u0645\u0631\u062d\u0628\u0627",
           "\u05e9\u05dc\u05d5\u05dd", "\u0939\u093f\u0928\u094d\u0926\u0940", "\u0e44\u0e17\u0e22",
           "\u03a9\u2248\u2211", "[SEP]"]


# Two sentences, the second a continued one; a number in between runs left to right.
RIGHT_TO_LEFT = ["[CLS]", "\u05d4\u05db\u05dc\u05d1", "\u05dc\u05d0", "\u05d7\u05e6\u05d4", "\u05d0\u05ea",
                 "\u05d4\u05e8\u05d7\u05d5\u05d1", "42", "\u05e9\u05c1\u05b8\u05dc\u05d5\u05b9\u05dd", "[SEP]",
                 "\u0644\u0645", "\u064a\u0639\u0628\u0631", "\u0627\u0644\u062d\u064a\u0648\u0627\u0646",
                 "\u0627\u0644\u0634\u0627\u0631\u0639", "##\u064a\u0646", "(\u0646\u0639\u0645)",
                 "[SEP]"]
# One picture of several characters each: a profession, a family, a flag, a skin, a heart, a keycap; then plain ones.
EMOJI = ["[CLS]", "\U0001f642", "\U0001f469\u200d\U0001f680", "\U0001f468\u200d\U0001f469\u200d\U0001f467",
         "\U0001f1e9\U0001f1ea", "\U0001f44d\U0001f3fd", "\u2764\ufe0f", "1\ufe0f\u20e3", "\U0001f642\U0001f643",
         "cat\U0001f431", "\u2602", "\u200d", "\ufe0f", "[SEP]"]

SOURCE = ["\u2581She", "\u2581sees", "\u2581the", "\u2581small", "\u2581elephant", ".", "</s>"]
TARGET = ["<pad>", "\u2581Sie", "\u2581si", "eht", "\u2581den", "\u2581klein", "en", "\u2581Elefant", "en", ".", "</s>"]


def long_text(count):
    words = SENTENCE[1:-1]
    return ["[CLS]"] + [words[i % len(words)] for i in range(count - 2)] + ["[SEP]"]


class Chance:
    """The same numbers on every machine."""

    def __init__(self, seed):
        self.state = seed

    def number(self):
        self.state = (self.state * 1664525 + 1013904223) % 2**32
        return self.state / 2**32


# Weights of layer, head, query i and key j, before each row is divided by its sum.


def identity(_layer, _head, i, j):
    return float(i == j)


def uniform(_layer, _head, _i, _j):
    return 1.0


def causal(_layer, _head, i, j):
    return float(j <= i)


def one_hot(_layer, head, i, j):
    """Head h looks h + 1 tokens back; the first token looks at itself."""
    return float(j == max(0, i - head - 1))


def mixed(tokens, seed):
    """What trained heads look like: sinks at both ends, diagonals, fans, and chance between."""
    chance = Chance(seed)
    kinds = {}

    def weight(layer, head, i, j):
        if (layer, head) not in kinds:
            kinds[layer, head] = (chance.number(), 1 + int(chance.number() * (tokens - 2)))
        kind, favourite = kinds[layer, head]
        value = 0.01 + 0.05 * chance.number()
        if j in (0, tokens - 1):
            value += 0.9 * (0.2 + 0.8 * chance.number())
        if (kind < 0.3 and j == i - 1) or (0.3 <= kind < 0.5 and j == i + 1):
            value += 3.0
        if 0.5 <= kind < 0.8 and j == favourite:
            value += 1.6 * chance.number()
        if kind >= 0.8:
            value += 4.0 * chance.number() ** 6
        return value

    return weight


def aligned(source, seed):
    """Cross-attention: half of the heads read the word in the same place, the rest the end and chance."""
    chance = Chance(seed)

    def weight(_layer, head, i, j):
        value = 0.01 + 0.05 * chance.number()
        if j == source - 1:
            value += 1.5 * chance.number()
        if head % 2 == 0 and j == min(i, source - 2):
            value += 2.0 * chance.number()
        return value + 2.0 * chance.number() ** 20

    return weight


def patchwork(rows, columns, seed):
    """An image: some heads read the patches around, some one place, some [CLS]."""
    chance = Chance(seed)
    places = {}

    def weight(layer, head, i, j):
        if (layer, head) not in places:
            places[layer, head] = (chance.number() * rows, chance.number() * columns)
        value = 0.01 + 0.02 * chance.number()
        if j == 0:
            return value + 4.0 * chance.number()
        row, column = divmod(j - 1, columns)
        at = divmod(i - 1, columns) if head % 2 == 0 and i > 0 else places[layer, head]
        return value + 3.0 / (1.0 + ((row - at[0]) ** 2 + (column - at[1]) ** 2) ** 2)

    return weight


def lookout(rows, columns, first, seed):
    """An image of scenery: heads read the patches around, or one thing each, or all that is upright."""
    chance = Chance(seed)
    things = [scenery.HOUSE, scenery.SUN, scenery.TREE]

    def near(row, column, place, reach):
        return math.exp(-((row - place[1]) ** 2 + (column - place[0]) ** 2) / (2.0 * reach ** 2))

    def weight(layer, head, i, j):
        if j < first:
            return 0.3 + 0.6 * chance.number() + 2.0 * (head == 5)
        row, column = divmod(j - first, columns)
        value = 0.004 + 0.004 * chance.number()
        at = divmod(i - first, columns) if i >= first else (rows / 2, columns / 2)
        if head % 6 == 0:
            return value + 1.6 * near(row, column, (at[1], at[0]), 0.7 + 0.4 * layer)
        if head % 6 == 5:
            return value + 0.5 * (row == at[0])
        places = things if head % 6 == 4 else [things[head % 3]]
        for strength, (x, y) in zip((1.2, 0.5, 0.25), places):
            value += strength * near(row, column, (x * columns - 0.5, y * rows - 0.5), 0.6 + 0.1 * layer)
        return value

    return weight


def attention(layers, heads, tokens, weight, keys=None):
    values = []
    for layer in range(layers):
        for head in range(heads):
            for i in range(tokens):
                row = [weight(layer, head, i, j) for j in range(keys or tokens)]
                total = sum(row)
                values += [value / total for value in row]
    return values


def long_attention(layers, heads, tokens, seed):
    """The same kinds of heads as `mixed`, for texts too long to make weight by weight: little-endian bytes."""
    chance = Chance(seed)
    noise = [0.02 * chance.number() * 32 / tokens for _ in range(2 * tokens)]
    values = array.array("f")
    for _layer in range(layers):
        for head in range(heads):
            favourites = [1 + int(chance.number() * (tokens - 2)) for _ in range(3)]
            start, sink = int(chance.number() * tokens), 0.1 + 0.5 * chance.number()
            shift = 1 + int(chance.number() * tokens / 3)
            for i in range(tokens):
                at = (start + 7 * i) % tokens
                row = noise[at:at + tokens]
                row[0] += sink
                if head % 4 == 0:
                    row[max(i - 1, 0)] += 1.0
                elif head % 4 == 1:
                    row[favourites[i % 3]] += chance.number()
                elif head % 4 == 2 and i % 3 == 0:
                    row[(i + shift) % tokens] += 1.5
                else:
                    row[int(chance.number() * tokens)] += 3.0 * chance.number() ** 4
                scale = 1.0 / sum(row)
                values.extend([value * scale for value in row])
    if sys.byteorder == "big":
        values.byteswap()
    return values.tobytes()


def trace_bytes(tensors, metadata):
    """`tensors`: name -> (shape, values or their bytes); metadata of None is left out. Shapes may lie, for bad files."""
    given = {"weft.trace": "1", **metadata}
    header, data = {"__metadata__": {key: value for key, value in given.items() if value is not None}}, b""
    for name, (shape, values) in tensors.items():
        raw = values if isinstance(values, bytes) else struct.pack(f"<{len(values)}f", *values)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def write(path, title, tokens, shape, values):
    """`shape` is that of the tensor, which a bad file may get wrong."""
    with open(path, "wb") as file:
        file.write(trace_bytes({"attention": (shape, values)}, {"tokens": json.dumps(tokens), "title": title}))


def two_stacks(layers=4, heads=6):
    """Tensors and metadata of a translation: encoder, causal decoder, cross-attention."""
    source, target = SOURCE, TARGET
    chance = mixed(len(target), 17)
    tensors = {
        "attention.encoder": ([layers, heads, len(source), len(source)],
                              attention(layers, heads, len(source), mixed(len(source), 13))),
        "attention.decoder": ([layers, heads, len(target), len(target)],
                              attention(layers, heads, len(target), lambda l, h, i, j: chance(l, h, i, j) * (j <= i))),
        "attention.cross": ([layers, heads, len(target), len(source)],
                            attention(layers, heads, len(target), aligned(len(source), 19), len(source)))}
    return tensors, {"title": "two stacks", "tokens": json.dumps(source), "tokens.target": json.dumps(target)}


def half_generated(layers=4, heads=6, written=5):
    """A translation of which the decoder has written its first words."""
    source, target = SOURCE, TARGET[:written]
    chance = mixed(len(target), 17)
    tensors, metadata = two_stacks(layers, heads)
    tensors["attention.decoder"] = (
        [layers, heads, written, written],
        attention(layers, heads, written, lambda l, h, i, j: chance(l, h, i, j) * (j <= i)))
    tensors["attention.cross"] = ([layers, heads, written, len(source)],
                                  attention(layers, heads, written, aligned(len(source), 19), len(source)))
    return tensors, {**metadata, "title": "half generated", "tokens.target": json.dumps(target)}


def wide_towers(encoder=(9, 4), decoder=(5, 8)):
    """Encoder and decoder differ in layers and heads."""
    tensors, metadata = two_stacks(decoder[0], decoder[1])
    count = len(SOURCE)
    tensors["attention.encoder"] = ([*encoder, count, count], attention(*encoder, count, mixed(count, 29)))
    return tensors, {**metadata, "title": "9 layers and 5"}


def text_pair(layers=5, heads=8):
    """Two sentences; words of one read the same words of the other."""
    first = ["[CLS]", "where", "is", "the", "black", "cat", "?", "[SEP]"]
    tokens = first + ["the", "cat", "is", "on", "the", "mat", "of", "the", "house", ".", "[SEP]"]
    plain = mixed(len(tokens), 37)

    def weight(layer, head, i, j):
        across = (i < len(first)) != (j < len(first))
        return plain(layer, head, i, j) + (1.2 if across and tokens[i] == tokens[j] and (layer + head) % 3 == 0 else 0)

    tensors = {"attention": ([layers, heads, len(tokens), len(tokens)],
                             attention(layers, heads, len(tokens), weight))}
    segments = [int(t >= len(first)) for t in range(len(tokens))]
    return tensors, {"title": "two sentences", "tokens": json.dumps(tokens), "segments": json.dumps(segments)}


def image(rows=7, columns=10, layers=3, heads=6):
    """Tensors and metadata of an image model: [CLS], then the patches."""
    count = rows * columns + 1
    tokens = ["[CLS]"] + [f"{r},{c}" for r in range(rows) for c in range(columns)]
    tensors = {"attention": ([layers, heads, count, count],
                             attention(layers, heads, count, patchwork(rows, columns, 23)))}
    return tensors, {"title": "an image", "tokens": json.dumps(tokens), "patch_grid": f"{rows}x{columns}"}


def image_of_scenery(folder, name, rows, columns, special, layers=4, heads=6):
    """A trace of scenery with its picture beside it, every patch 30 x 30 pixels; `special` tokens stand first."""
    count = rows * columns + len(special)
    png.write(f"{folder}/{name}.png", 30 * columns, 30 * rows, scenery.pixels(30 * columns, 30 * rows))
    tokens = special + [f"{r},{c}" for r in range(rows) for c in range(columns)]
    tensors = {"attention": ([layers, heads, count, count],
                             attention(layers, heads, count, lookout(rows, columns, len(special), 29)))}
    metadata = {"title": "scenery", "tokens": json.dumps(tokens), "patch_grid": f"{rows}x{columns}",
                "image": f"{name}.png"}
    path = f"{folder}/{name}.safetensors"
    with open(path, "wb") as file:
        file.write(trace_bytes(tensors, metadata))
    return path


CAPTION = ["<s>", "\u2581a", "\u2581red", "\u2581house", "\u2581under", "\u2581the", "\u2581sun", ",", "\u2581a",
           "\u2581tree", "</s>"]
# Where its words look, in patches of 9 x 12.
LOOKS = {2: (5, 3), 3: (4, 3), 4: (2, 6), 6: (1, 8), 9: (5, 9)}


def captioned_scenery(folder, rows=9, columns=12, layers=4, heads=6):
    """Scenery that a text is written about: an encoder of patches, a causal decoder, cross-attention."""
    name, source, target = "captioned", rows * columns + 1, len(CAPTION)
    png.write(f"{folder}/{name}.png", 30 * columns, 30 * rows, scenery.pixels(30 * columns, 30 * rows))
    chance, noise = mixed(target, 17), mixed(source, 47)

    def reads(layer, head, i, j):
        if j == 0:
            return 0.5 + 0.5 * ((layer + head) % 3)
        row, column = divmod(j - 1, columns)
        at = LOOKS.get(i, (3 + (5 * i + head) % 5, (7 * i + 3 * layer) % columns))
        width = 0.8 + 0.5 * (head % 3)
        far = ((row - at[0]) ** 2 + (column - at[1]) ** 2) / (2 * width * width)
        return 0.9 * math.exp(-far) + 0.01 * noise(layer, head, i, j)

    tensors = {
        "attention.encoder": ([layers, heads, source, source],
                              attention(layers, heads, source, lookout(rows, columns, 1, 29))),
        "attention.decoder": ([layers, heads, target, target],
                              attention(layers, heads, target, lambda l, h, i, j: chance(l, h, i, j) * (j <= i))),
        "attention.cross": ([layers, heads, target, source], attention(layers, heads, target, reads, source))}
    patches = ["[CLS]"] + [f"{r},{c}" for r in range(rows) for c in range(columns)]
    path = f"{folder}/{name}.safetensors"
    with open(path, "wb") as file:
        file.write(trace_bytes(tensors, {"title": "scenery to text", "tokens": json.dumps(patches),
                                         "tokens.target": json.dumps(CAPTION), "patch_grid": f"{rows}x{columns}",
                                         "image": f"{name}.png"}))
    return path


def write_all(folder):
    """Name -> path of every trace that the pictures use."""
    paths = {}

    def add(name, tokens, layers, heads, weight):
        paths[name] = f"{folder}/{name}.safetensors"
        count = len(tokens)
        write(paths[name], name, tokens, [layers, heads, count, count], attention(layers, heads, count, weight))

    plain = SENTENCE[1:-1]
    add("identity", plain, 4, 4, identity)
    add("uniform", plain, 4, 4, uniform)
    add("causal", plain, 4, 4, causal)
    add("one_hot", plain, 4, 4, one_hot)
    add("mixed", SENTENCE, 6, 12, mixed(len(SENTENCE), 7))
    add("deep", SENTENCE, 12, 16, mixed(len(SENTENCE), 11))
    add("scripts", SCRIPTS, 4, 8, mixed(len(SCRIPTS), 3))
    add("right_to_left", RIGHT_TO_LEFT, 4, 8, mixed(len(RIGHT_TO_LEFT), 41))
    add("emoji", EMOJI, 4, 8, mixed(len(EMOJI), 43))
    add("one_token", ["[CLS]"], 2, 2, identity)
    for name, (tensors, metadata) in (("two_stacks", two_stacks()), ("half_generated", half_generated()),
                                      ("wide_towers", wide_towers()), ("image", image()),
                                      ("text_pair", text_pair())):
        paths[name] = f"{folder}/{name}.safetensors"
        with open(paths[name], "wb") as file:
            file.write(trace_bytes(tensors, metadata))
    paths["scenery"] = image_of_scenery(folder, "scenery", 9, 12, ["[CLS]"])
    paths["captioned"] = captioned_scenery(folder)
    paths["registers"] = image_of_scenery(folder, "registers", 8, 5, ["[CLS]", "[REG0]", "[REG1]"], layers=9)
    paths["one_patch"] = image_of_scenery(folder, "one_patch", 1, 1, ["[CLS]"], layers=2, heads=2)
    add("layers_48", SENTENCE, 48, 4, mixed(len(SENTENCE), 29))
    add("heads_64", SENTENCE, 3, 64, mixed(len(SENTENCE), 31))
    for count, layers, heads in ((160, 4, 8), (512, 4, 8), (2048, 2, 2)):
        name = f"tokens_{count}"
        paths[name] = f"{folder}/{name}.safetensors"
        write(paths[name], name, long_text(count), [layers, heads, count, count], long_attention(layers, heads, count, count))
    add("one_edge", plain, 3, 4, lambda layer, head, i, j: float(j == 3) if (layer, head, i) == (1, 1, 7) else 1.0)
    add("tokens_130", long_text(130), 3, 4, mixed(130, 5))
    return paths
