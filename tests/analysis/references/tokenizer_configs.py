"""Small tokenizer.json files, at least one for every component that Weft reads, and texts that try them."""
import random

LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|"
          r"\s+(?!\S)|\s+")
QWEN2 = LLAMA3.replace("{1,3}", "")
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
CASED = (r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
         r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}{1,3}|"
         r" ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")
MARKS = r" ?[^(\s|[.,!?…。，、।۔،])]+"
PUNCTUATED = ("[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+|"
              " ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+")
CATEGORIES = r"\p{Lu}\p{Ll}*|\p{M}+|\p{Nd}|\p{P}|\p{S}|\p{Lo}{1,2}+|\p{Han}|\p{Zs}|\p{^L}"
BEHAVIORS = ("Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous")

ASCII = [chr(c) for c in range(0x21, 0x7F)]
BYTES = [chr(c) for c in [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x144)]]
BYTE_TOKENS = [f"<0x{b:02X}>" for b in range(256)]


def ids(tokens):
    return {token: i for i, token in enumerate(dict.fromkeys(tokens))}


def file(model, **parts):
    empty = dict(version="1.0", truncation=None, padding=None, added_tokens=[], normalizer=None, pre_tokenizer=None,
                 post_processor=None, decoder=None)
    return {**empty, **parts, "model": model}


def added(id, content, special=True, **flags):
    return dict(dict(id=id, content=content, special=special, single_word=False, lstrip=False, rstrip=False,
                     normalized=False), **flags)


def split(pattern, behavior="Isolated", invert=False, kind="Regex"):
    return {"type": "Split", "pattern": {kind: pattern}, "behavior": behavior, "invert": invert}


def words(*parts):
    return {"type": "Sequence", "pretokenizers": list(parts)}


def normal(*parts):
    return {"type": "Sequence", "normalizers": list(parts)}


def byte_level(prefix=False, trim=True, regex=True):
    return {"type": "ByteLevel", "add_prefix_space": prefix, "trim_offsets": trim, "use_regex": regex}


def metaspace(scheme="always", cut=True):
    return {"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": cut}


def template(single, pair, tokens):
    def item(name):
        name, segment = name.split(":")
        kind = "Sequence" if name in "AB" else "SpecialToken"
        return {kind: {"id": name, "type_id": int(segment)}}
    special = {name: {"id": name, "ids": [id], "tokens": [name]} for name, id in tokens.items()}
    return {"type": "TemplateProcessing", "single": [item(i) for i in single.split()],
            "pair": [item(i) for i in pair.split()], "special_tokens": special}


def configs():
    result = {}
    level = {"type": "WordLevel", "unk_token": "[UNK]",
             "vocab": ids(["[UNK]", "a", "é", "e", "the", "ﬁ", "fi", "xy", "1", "12", "'", " ", "\n", "日"])}
    last = len(level["vocab"])

    # Byte-level BPE: GPT-2, RoBERTa, BART, Llama 3, Qwen 2, GPT-NeoX.
    merges = ["t h", "th e", "Ġ the", "i n", "Ġ a", "Ġ Ġ", "ĠĠ ĠĠ", "Ã ©", "' s", "Ġ 1", "1 2", "Č Ċ", "l l", "Ġa n"]
    vocab = ids(["<s>", "<pad>", "</s>", "<unk>", *BYTES, *(m.replace(" ", "") for m in merges), "hello", "<mask>"])
    bpe = {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": "", "end_of_word_suffix": "",
           "fuse_unk": False, "vocab": vocab, "merges": merges}
    own = [added(i, t, normalized=True) for i, t in enumerate(["<s>", "<pad>", "</s>", "<unk>"])]
    own.append(added(vocab["<mask>"], "<mask>", lstrip=True, normalized=True))
    spelled = {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True}

    def byte_bpe(**parts):
        return file(parts.pop("model", bpe), **{"added_tokens": own, "decoder": spelled, **parts})

    def roberta(prefix, trim):
        return {"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0], "trim_offsets": trim,
                "add_prefix_space": prefix}
    result["roberta"] = byte_bpe(pre_tokenizer=byte_level(), post_processor=roberta(False, True))
    result["roberta_prefix"] = byte_bpe(pre_tokenizer=byte_level(True), post_processor=roberta(True, True))
    result["gpt2"] = byte_bpe(pre_tokenizer=byte_level(), post_processor=byte_level(True, False))
    result["gpt_neox"] = byte_bpe(normalizer={"type": "NFC"}, pre_tokenizer=byte_level(), post_processor=byte_level(trim=True))
    begin = template("<s>:0 A:0", "<s>:0 A:0 <s>:1 B:1", {"<s>": 0})
    result["llama3"] = byte_bpe(
        model={**bpe, "ignore_merges": True, "merges": [m.split(" ") for m in merges]},
        pre_tokenizer=words(split(LLAMA3), byte_level(regex=False)),
        post_processor={"type": "Sequence", "processors": [byte_level(True, True), begin]})
    result["qwen2"] = byte_bpe(normalizer={"type": "NFC"}, pre_tokenizer=words(split(QWEN2), byte_level(regex=False)),
                               post_processor=byte_level(False, False, False))
    # The same as regular expressions that are not known by heart.
    for name, pattern in dict(gpt2=GPT2, llama3=LLAMA3, qwen2=QWEN2, cased=CASED, marks=MARKS, punctuated=PUNCTUATED).items():
        result[f"{name}_regex"] = byte_bpe(pre_tokenizer=words(split(f"(?:{pattern})"), byte_level(regex=False)))
    result["inverted"] = byte_bpe(pre_tokenizer=words(split(CASED, "Removed", True), byte_level(regex=False)))
    result["falcon"] = byte_bpe(pre_tokenizer=words({"type": "Punctuation", "behavior": "Contiguous"}, byte_level(),
                                                    {"type": "Digits", "individual_digits": False}, split("[0-9][0-9][0-9]")))
    result["byte_level_normalizer"] = byte_bpe(normalizer=normal({"type": "NFC"}, {"type": "ByteLevel"}))
    suffixed = ["t h", "th e</w>", "a n", "o n</w>", "1 2", "' s</w>"]
    clip = ids([*BYTES, *(c + "</w>" for c in BYTES), *(m.replace(" ", "") for m in suffixed), "<|endoftext|>"])
    end = ["<|endoftext|>", clip["<|endoftext|>"]]
    result["clip"] = file(
        {**bpe, "unk_token": end[0], "end_of_word_suffix": "</w>", "vocab": clip, "merges": suffixed},
        normalizer=normal({"type": "NFC"}, {"type": "Replace", "pattern": {"Regex": "\\s+"}, "content": " "}, {"type": "Lowercase"}),
        pre_tokenizer=words(split(r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+", "Removed", True), byte_level()),
        post_processor={"type": "RobertaProcessing", "sep": end, "cls": end, "trim_offsets": False, "add_prefix_space": False},
        decoder=spelled)

    # BPE on characters: Llama 2, Mistral, Gemma; no bytes to fall back on; prefixes and suffixes.
    pairs = ["▁ t", "h e", "▁t he", "▁ ▁", "i n", "▁ a", "▁▁ ▁▁", "a n"]
    tokens = ["<unk>", "<s>", "</s>", *BYTE_TOKENS, "▁", *ASCII, *"éß日本т", *(m.replace(" ", "") for m in pairs)]
    spelling = {**bpe, "unk_token": "<unk>", "fuse_unk": True, "byte_fallback": True, "vocab": ids(tokens), "merges": pairs}
    fused = {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "▁"}, "content": " "},
                                              {"type": "ByteFallback"}, {"type": "Fuse"},
                                              {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}
    three = [added(i, t) for i, t in enumerate(["<unk>", "<s>", "</s>"])]
    spaces = {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}
    result["llama"] = file(spelling, added_tokens=three, decoder=fused, normalizer=normal({"type": "Prepend", "prepend": "▁"}, spaces),
                           post_processor=template("<s>:0 A:0", "<s>:0 A:0 <s>:1 B:1", {"<s>": 1}))
    result["llama_first"] = file(spelling, added_tokens=three, decoder=fused, pre_tokenizer=metaspace("first", False))
    result["gemma"] = file(spelling, added_tokens=three, normalizer=spaces, decoder=fused,
                           pre_tokenizer=split(" ", "MergedWithPrevious", False, "String"))
    plain = {**spelling, "byte_fallback": False, "vocab": ids(t for t in tokens if t not in BYTE_TOKENS)}
    for fuses in (False, True):
        result[f"bpe_unknown_{fuses}"] = file({**plain, "fuse_unk": fuses}, pre_tokenizer=metaspace(), decoder=metaspace())
    result["bpe_affixes"] = file(
        {**bpe, "unk_token": "u", "continuing_subword_prefix": "##", "end_of_word_suffix": "</w>",
         "vocab": ids(["u", "a", "##a", "##a</w>", "a</w>", "##t", "t", "at", "##at", "##at</w>", "##t</w>", "ata</w>", "at</w>"]),
         "merges": ["a ##t", "at ##a</w>", "a ##t</w>", "##a ##t</w>"]},
        pre_tokenizer={"type": "Whitespace"}, decoder={"type": "BPEDecoder", "suffix": "</w>"})

    # Unigram: T5, XLM-RoBERTa, ALBERT, Pegasus.
    pieces = [["<unk>", 0.0], ["<s>", 0.0], ["</s>", 0.0], ["▁", -2.5], *([c, -4 - 0.01 * i] for i, c in enumerate(ASCII)),
              ["▁the", -3.1], ["the", -4.0], ["he", -3.5], ["▁t", -3.2], ["in", -3.3], ["日本", -6.1], ["é", -5.5]]
    result["unigram"] = file(
        {"type": "Unigram", "unk_id": 0, "vocab": pieces}, added_tokens=three, decoder=metaspace(),
        normalizer=normal({"type": "Nmt"}, {"type": "NFKC"}, {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "}),
        pre_tokenizer=words({"type": "WhitespaceSplit"}, metaspace()),
        post_processor=template("A:0 </s>:0", "A:0 </s>:0 B:0 </s>:0", {"</s>": 2}))
    result["unigram_bytes"] = file(
        {"type": "Unigram", "unk_id": 0, "vocab": pieces + [[t, -9.0] for t in BYTE_TOKENS], "byte_fallback": True},
        pre_tokenizer=metaspace(), decoder=fused)

    # WordPiece: BERT, DistilBERT, ELECTRA, MPNet.
    bert = {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 20,
            "vocab": ids(["[UNK]", "[CLS]", "[SEP]", *ASCII, "the", "##s", "##e", "##a", "日", "e", "i", "##i"])}
    result["bert"] = file(
        bert, added_tokens=[added(i, t) for i, t in enumerate(["[UNK]", "[CLS]", "[SEP]"])],
        normalizer={"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True},
        pre_tokenizer={"type": "BertPreTokenizer"}, decoder={"type": "WordPiece", "prefix": "##", "cleanup": True},
        post_processor={"type": "BertProcessing", "sep": ["[SEP]", 2], "cls": ["[CLS]", 1]})
    result["bert_parts"] = file(bert, normalizer=normal({"type": "NFD"}, {"type": "Lowercase"}, {"type": "StripAccents"}),
                                pre_tokenizer={"type": "Whitespace"})

    # Every normalizer and pre-tokenizer by itself.
    for form in ("NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "Nmt"):
        result[f"normalizer_{form}"] = file(level, normalizer={"type": form}, pre_tokenizer=split(""))
    result["normalizer_Strip"] = file(level, normalizer={"type": "Strip", "strip_left": True, "strip_right": True},
                                      pre_tokenizer={"type": "WhitespaceSplit"})
    result["normalizer_Sequence"] = file(
        level, pre_tokenizer={"type": "WhitespaceSplit"},
        normalizer=normal({"type": "NFKD"}, {"type": "StripAccents"}, {"type": "Replace", "pattern": {"String": "''"}, "content": '"'},
                          {"type": "Replace", "pattern": {"Regex": "(a) {2,}"}, "content": "$1▁"}, {"type": "Prepend", "prepend": "xy"}))
    for kind in ("Whitespace", "WhitespaceSplit", "BertPreTokenizer"):
        result[f"pre_{kind}"] = file(level, pre_tokenizer={"type": kind})
    for each in (False, True):
        result[f"pre_Digits_{each}"] = file(level, pre_tokenizer={"type": "Digits", "individual_digits": each})
    for behavior in BEHAVIORS:
        result[f"pre_Punctuation_{behavior}"] = file(level, pre_tokenizer={"type": "Punctuation", "behavior": behavior})
        for invert in (False, True):
            result[f"pre_Split_{behavior}_{invert}"] = file(level, pre_tokenizer=split(r"\s|e", behavior, invert))
    result["pre_Split_string"] = file(level, pre_tokenizer=split("e ", kind="String"))
    result["pre_Split_words"] = file(level, pre_tokenizer=split(r"\w+|\d|\W\b"))
    result["pre_Split_negated"] = file(level, pre_tokenizer=split(r"\P{L}+|[^\W\d_]"))
    result["pre_Split_categories"] = file(level, pre_tokenizer=split(CATEGORIES))
    result["pre_CharDelimiterSplit"] = file(level, pre_tokenizer={"type": "CharDelimiterSplit", "delimiter": "e"})

    flags = [added(last, "<l>", lstrip=True), added(last + 1, "<r>", False, rstrip=True), added(last + 2, "foo", False, single_word=True),
             added(last + 3, "ÉA", False, normalized=True), added(last + 4, "<l><r>", False), added(last + 5, " x", False),
             added(last + 6, "日本", False, normalized=True, lstrip=True, rstrip=True)]
    result["added"] = file(level, added_tokens=flags, normalizer=normal({"type": "NFC"}, {"type": "Lowercase"}),
                           pre_tokenizer={"type": "Whitespace"})
    return result


PIECES = ("the quick fox's don't I'll WE'VE naïve é over straße 123 4567 3.14 hello_world foo https://a.b/c?d=e 日本語 テスト 한국어 "
          "русский עברית हिन्दी ไทย 👩‍👩‍👧 😀 ﬁ ½ ² .. !!! <s> </s> <mask> [CLS] <unk> <l> <r> ÉA E\u0301A 'S 'ſ Ⅷ "
          "\u0301 e\u0301 \u1e9b\u0323 가 \u1100\u1161\u11a8 İ \u212b ▁ Ġ ▁▁a ''").split() + [
          "\u00a0", "\u200b", "\u200d", "\u3000", "\t", "\n", "\r\n", "\u2028", "\x1f", "\x85", "\ufffd", "\ufeff", " x", "a  b"]
PLANES = [(0x1, 0x7F)] * 3 + [
    (0x80, 0x2FF), (0x300, 0x36F), (0x370, 0x1FFF), (0x2000, 0x2BFF), (0x3000, 0x30FF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3),
    (0x1100, 0x11FF), (0xFB00, 0xFDFF), (0xFE00, 0xFFFF), (0x10000, 0x1FFFF), (0x1F300, 0x1FAFF), (0x20000, 0x3FFFF),
    (0xE0000, 0xE01FF), (0x100000, 0x10FFFF), (0x900, 0xDFF), (0x1D100, 0x1D200), (0x1E00, 0x1FFF)]


def random_text(source):
    """Mixed scripts, all planes, long runs of spaces, control characters; never empty."""
    def point():
        while True:
            first, last = source.choice(PLANES)
            value = source.randint(first, last)
            if not 0xD800 <= value < 0xE000:
                return chr(value)
    kind, count = source.random(), source.randint(1, 10)
    if kind < 0.4:
        return "".join(source.choice(PIECES) + source.choice(["", " ", "  ", "\n", " "]) for _ in range(count))
    if kind < 0.65:
        return "".join(point() for _ in range(count))
    if kind < 0.95:
        return "".join(source.choice([point(), source.choice(PIECES), " ", "\n", "   ", "'"]) for _ in range(count))
    return "a" + " " * source.randint(5, 60) + point() * source.randint(1, 30)


def byte_offsets(text):
    """Where each character, and the end, lies in UTF-8."""
    offsets = [0]
    for character in text:
        offsets.append(offsets[-1] + len(character.encode()))
    return offsets


def encoded(tokenizer, texts):
    """What Weft must give: ids, byte spans (0, 0 for tokens that are added), segments, decoded text."""
    result = tokenizer.encode(*texts)
    offsets = [byte_offsets(text) for text in texts]
    spans = [[0, 0] if sequence is None else [offsets[sequence][a], offsets[sequence][b]]
             for (a, b), sequence in zip(result.offsets, result.sequence_ids)]
    return dict(ids=result.ids, spans=spans, segments=result.type_ids,
                decoded=tokenizer.decode(result.ids, skip_special_tokens=False))
