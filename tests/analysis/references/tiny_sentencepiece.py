"""Tiny SentencePiece models to test with. Pinned: scripts/requirements/sentencepiece.txt."""
import io
import random
import sys
import tempfile

import sentencepiece
from sentencepiece import sentencepiece_model_pb2

if sentencepiece.__version__ != "0.2.3":
    sys.exit(f"sentencepiece {sentencepiece.__version__} is not the pinned 0.2.3")

WORDS = ["the", "cat", "sat", "on", "mat", "attention", "attend", "attends", "caf\u00e9", "\u043c\u0438\u0440", "\u4e2d\u6587", "12", "3.14"]
RULES = {"A": "a", "\ufb01": "fi", "e\u0301": "\u00e9", "\u3000": " ", "\t": " ", "\u200b": "", "IV": "4", "I": "i"}


def train(rng, **options):
    """The bytes of a model of WORDS in random order, with RULES."""
    with tempfile.NamedTemporaryFile("w", suffix=".tsv", encoding="utf-8") as rules:
        for source, target in RULES.items():
            code = lambda text: " ".join(f"{ord(c):X}" for c in text)
            rules.write(f"{code(source)}\t{code(target)}\n")
        rules.flush()
        model = io.BytesIO()
        lines = [" ".join(rng.choices(WORDS, k=6)) for _ in range(200)]
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(lines), model_writer=model, normalization_rule_tsv=rules.name, minloglevel=2,
            hard_vocab_limit=False, **options)
    proto = sentencepiece_model_pb2.ModelProto.FromString(model.getvalue())
    proto.normalizer_spec.ClearField("normalization_rule_tsv")  # the name of a file that is gone
    return proto.SerializeToString()
