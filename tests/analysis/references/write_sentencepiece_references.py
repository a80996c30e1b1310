#!/usr/bin/env python3
"""Writes sentencepiece_references.json: tiny models and the pieces that the SentencePiece library makes of texts.

Pinned: scripts/requirements/sentencepiece.txt. usage: write_sentencepiece_references.py > sentencepiece_references.json
"""
import base64
import io
import json
import random
import sys
import tempfile

import sentencepiece
from sentencepiece import sentencepiece_model_pb2

if sentencepiece.__version__ != "0.2.3":
    sys.exit(f"sentencepiece {sentencepiece.__version__} is not the pinned 0.2.3")

WORDS = ["the", "cat", "sat", "on", "mat", "attention", "attend", "attends", "caf\u00e9", "\u043c\u0438\u0440", "\u4e2d\u6587", "12", "3.14"]
RULES = {"A": "a", "\ufb01": "fi", "e\u0301": "\u00e9", "\u3000": " ", "\t": " ", "\u200b": "", "IV": "4", "I": "i"}
rng = random.Random(9)
TEXTS = ["", " ", "   ", "the cat sat", "  the  cat ", "\u3000the\u200bcat\t", "A \ufb01ne caf\u00e9", "cafe\u0301", "IVI",
         "<mask>the <mask> cat", "xyz \U0001f600\U0001f601 the", "\u2581the \u2581\u2581cat", "<s>the</s><unk>", "attends to attention",
         "\u0301\u0301", "\u65e5\u672c\u8a9e the", "\u200b", "the \u200b", "attattatt", "<0x41>"]
TEXTS += ["".join(rng.choice([rng.choice(WORDS), " ", "  ", rng.choice("abcde \u00e9\u4e2d\U0001f600\ufb01\u3000I")])
                  for _ in range(rng.randint(1, 9))) for _ in range(60)]


def train(**options):
    with tempfile.NamedTemporaryFile("w", suffix=".tsv", encoding="utf-8") as rules:
        for source, target in RULES.items():
            code = lambda text: " ".join(f"{ord(c):X}" for c in text)
            rules.write(f"{code(source)}\t{code(target)}\n")
        rules.flush()
        model = io.BytesIO()
        lines = [" ".join(rng.choices(WORDS, k=6)) for _ in range(200)]
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(lines), model_writer=model, normalization_rule_tsv=rules.name, minloglevel=2,
            hard_vocab_limit=False, user_defined_symbols=["<mask>"], **options)
    return model.getvalue()


def changed(model, change):
    proto = sentencepiece_model_pb2.ModelProto.FromString(model)
    change(proto)
    return proto.SerializeToString()


def unused_longest(proto):
    longest = max((piece for piece in proto.pieces if piece.type == 1), key=lambda piece: len(piece.piece))
    longest.type = 5


def keep_spaces(proto):
    proto.normalizer_spec.remove_extra_whitespaces = False
    proto.normalizer_spec.add_dummy_prefix = False


def row(model):
    processor = sentencepiece.SentencePieceProcessor(model_proto=model)
    return {"model": base64.b64encode(model).decode(),
            "cases": [[text, processor.encode(text, out_type=str)] for text in TEXTS]}


unigram = train(vocab_size=80)
bpe = train(model_type="bpe", vocab_size=90)
bytes_bpe = train(model_type="bpe", vocab_size=330, byte_fallback=True, character_coverage=0.98)
rows = [unigram, changed(unigram, keep_spaces), bpe, changed(bpe, unused_longest), bytes_bpe,
        train(vocab_size=60, treat_whitespace_as_suffix=True)]
print("[\n" + ",\n".join(json.dumps(row(model)) for model in rows) + "\n]")
