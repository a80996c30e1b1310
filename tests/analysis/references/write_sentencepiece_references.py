#!/usr/bin/env python3
"""Writes sentencepiece_references.json: tiny models and the pieces that the SentencePiece library makes of texts.

Pinned: scripts/requirements/sentencepiece.txt. usage: write_sentencepiece_references.py > sentencepiece_references.json
"""
import base64
import json
import random

import sentencepiece
from sentencepiece import sentencepiece_model_pb2

from tiny_sentencepiece import WORDS, train

rng = random.Random(9)
TEXTS = ["", " ", "   ", "the cat sat", "  the  cat ", "\u3000the\u200bcat\t", "A \ufb01ne caf\u00e9", "cafe\u0301", "IVI",
         "<mask>the <mask> cat", "xyz \U0001f600\U0001f601 the", "\u2581the \u2581\u2581cat", "<s>the</s><unk>", "attends to attention",
         "\u0301\u0301", "\u65e5\u672c\u8a9e the", "\u200b", "the \u200b", "attattatt", "<0x41>"]
TEXTS += ["".join(rng.choice([rng.choice(WORDS), " ", "  ", rng.choice("abcde \u00e9\u4e2d\U0001f600\ufb01\u3000I")])
                  for _ in range(rng.randint(1, 9))) for _ in range(60)]


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


def row(model, texts):
    processor = sentencepiece.SentencePieceProcessor(model_proto=model)
    return {"model": base64.b64encode(model).decode(),
            "cases": [[text, processor.encode(text, out_type=str)] for text in texts]}


def only_digits(proto):
    """"0" "00" and "00" "0" score the same but for the rounding of their sums."""
    del proto.pieces[1:]
    for piece, score in (("\u2581", -2.1234), ("0", -3.3337), ("00", -5.7771), ("000", -10.9), ("1", -4.1113), ("01", -7.03)):
        proto.pieces.add(piece=piece, score=score)


unigram = train(rng, user_defined_symbols=["<mask>"], vocab_size=80)
bpe = train(rng, user_defined_symbols=["<mask>"], model_type="bpe", vocab_size=90)
bytes_bpe = train(rng, user_defined_symbols=["<mask>"], model_type="bpe", vocab_size=330, byte_fallback=True, character_coverage=0.98)
rows = [unigram, changed(unigram, keep_spaces), bpe, changed(bpe, unused_longest), bytes_bpe,
        train(rng, user_defined_symbols=["<mask>"], vocab_size=60, treat_whitespace_as_suffix=True)]
rows = [row(model, TEXTS) for model in rows]
digits = ["".join(rng.choices("0001", k=rng.randint(1, 20))) for _ in range(100)]
rows.append(row(changed(unigram, only_digits), digits))
print("[\n" + ",\n".join(map(json.dumps, rows)) + "\n]")
