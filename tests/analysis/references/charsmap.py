"""Small precompiled_charsmaps: the format of SentencePiece's Precompiled normalizer, made from a few rules."""
import struct


def charsmap(rules):
    """`rules` maps the bytes of a prefix to its replacement. Size, units of a double-array trie, replacements."""
    replacements, offsets, root = b"", {}, {}
    for key, value in rules.items():
        if value not in offsets:
            offsets[value] = len(replacements)
            replacements += value.encode() + b"\0"
        node = root
        for byte in key:
            node = node.setdefault(byte, {})
        node[0] = offsets[value]
    units, used, bases = {}, {0}, set()

    def place(node, position, label):
        base = 1
        while base in bases or any((base ^ byte) in used for byte in node):
            base += 1
        bases.add(base)
        used.update(base ^ byte for byte in node)
        units[position] = ((position ^ base) << 10) | label | ((1 << 8) if 0 in node else 0)
        for byte, child in node.items():
            if byte == 0:
                units[base] = (1 << 31) | child
            else:
                place(child, base ^ byte, byte)

    place(root, 0, 0)
    count = (max(units) | 255) + 1
    return struct.pack(f"<I{count}I", 4 * count, *(units.get(i, 0) for i in range(count))) + replacements


def every_chunk_is_one():
    """Each first byte of a character is a rule, so that every piece that is looked up becomes one X."""
    return charsmap({bytes([byte]): "X" for byte in [*range(1, 0x80), *range(0xC2, 0xF5)]})
