#!/usr/bin/env python3
"""Writes older_tokenizer_references.json: tiny folders with tokenizer files from before tokenizer.json, and the ids that
transformers gives for texts, pairs and target texts there.

Pinned: transformers==5.23.0 and scripts/requirements/sentencepiece.txt.
usage: write_older_tokenizer_references.py > older_tokenizer_references.json
"""
import base64
import json
import pathlib
import random
import sys
import tempfile

import transformers
from sentencepiece import sentencepiece_model_pb2
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from tiny_sentencepiece import WORDS, train

if transformers.__version__ != "5.23.0":
    sys.exit(f"transformers {transformers.__version__} is not the pinned 5.23.0")
transformers.logging.set_verbosity_error()

rng = random.Random(11)
TEXTS = ["the cat sat", "  The  CAT\tsat\n on", "A \ufb01ne cafe\u0301 IV", "xyz\U0001f600\U0001f601 the", "<mask>the <mask> cat<mask>",
         "</s>the<s> [SEP][MASK]", "<extra_id_0> the <extra_id_99>", "en_XX the __en__ de_DE", "<unk> <pad> <unk_2> <mask_1>",
         ">>de<< the cat", ">>xx<<the", "the >>de<<", "``the'' 12 3.14", "\u0301\u0301 \u4e2d\u6587\u65e5", "\u2581the \u2581\u2581 cat",
         "attends   to attention.", "<|endoftext|>the<|im_start|> 's", "don't 123 \u00e9\u00e9", "new_token the new_token"]
PAIRS = [["the cat", "sat on"], ["cat", "\u00e9"]]


def spm(**options):
    return train(rng, **{"vocab_size": 80, **options})


def pieces(model):
    return [piece.piece for piece in sentencepiece_model_pb2.ModelProto.FromString(model).pieces]


def vocabulary(*lists):
    ids = {}
    for tokens in lists:
        for token in tokens:
            ids.setdefault(token, len(ids))
    return ids


def byte_bpe(*first, last=()):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(vocab_size=290, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    tokenizer.train_from_iterator([" ".join(WORDS)] * 9, trainer)
    with tempfile.TemporaryDirectory() as folder:
        tokenizer.model.save(folder)
        merges = (pathlib.Path(folder) / "merges.txt").read_text(encoding="utf-8")
    ids = vocabulary(first, sorted(tokenizer.get_vocab(), key=tokenizer.token_to_id), last)
    return {"vocab.json": ids, "merges.txt": merges}


def token(content, **flags):
    return {"content": content, "lstrip": False, "normalized": False, "rstrip": False, "single_word": False, "special": True, **flags}


FAIRSEQ, T5 = dict(unk_id=0, bos_id=1, eos_id=2), dict(pad_id=0, eos_id=1, unk_id=2, bos_id=-1)
fairseq, t5 = spm(**FAIRSEQ), spm(**T5)
llama = spm(model_type="bpe", vocab_size=340, byte_fallback=True, character_coverage=0.98, remove_extra_whitespaces=False, **FAIRSEQ)
gemma = spm(model_type="bpe", vocab_size=350, byte_fallback=True, character_coverage=0.98, remove_extra_whitespaces=False,
            add_dummy_prefix=False, pad_id=0, eos_id=1, bos_id=2, unk_id=3, pad_piece="<pad>", bos_piece="<bos>", eos_piece="<eos>",
            user_defined_symbols=["<mask>", "\u2581\u2581", "new_token"])
albert = spm(pad_id=0, unk_id=1, bos_id=-1, eos_id=-1, pad_piece="<pad>", control_symbols=["[CLS]", "[SEP]"], user_defined_symbols=["[MASK]"])
source, target, m2m = spm(), spm(vocab_size=60), spm(model_type="bpe", vocab_size=90)
words = vocabulary(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "<s>", "<pad>", "</s>", "<mask>"], [w.lower() for w in WORDS],
                   list("abcdehmnost.'\u4e2d\u6587"), ["##" + c for c in "abcdehmnost"])
marian = vocabulary(["</s>", "<unk>"], [p for i, p in enumerate(pieces(source)[3:] + pieces(target)[3:]) if i % 9], [">>de<<", "<pad>"])
declared = {str(i): token(content) for i, content in ((290, "<|endoftext|>"), (291, "<|im_start|>"))}

FOLDERS = {
    "bert": {"vocab.txt": "".join(word + "\n" for word in words), "config.json": {"model_type": "bert"},
             "added_tokens.json": {"new_token": len(words)}},
    "distilbert": {"vocab.txt": "".join(word + "\n" for word in words), "config.json": {"model_type": "distilbert"},
                   "tokenizer_config.json": {"do_lower_case": False, "tokenizer_class": "DistilBertTokenizer",
                                             "image_token": "new_token"}},
    "mpnet": {"vocab.txt": "".join(word + "\n" for word in words), "config.json": {"model_type": "mpnet"}},
    "gpt2": {**byte_bpe(last=["<|endoftext|>"]), "config.json": {"model_type": "gpt2"},
             "tokenizer_config.json": {"add_bos_token": True, "tokenizer_class": "GPT2TokenizerFast"}},
    "roberta": {**byte_bpe("<s>", "<pad>", "</s>", "<unk>", last=["<mask>"]), "config.json": {"model_type": "roberta"},
                "special_tokens_map.json": {"mask_token": token("<mask>", lstrip=True)}},
    "bart": {**byte_bpe("<s>", "<pad>", "</s>", "<unk>", last=["<mask>"]), "config.json": {"model_type": "bart"},
             "tokenizer_config.json": {"add_prefix_space": True, "tokenizer_class": "BartTokenizer"}},
    "qwen2": {**byte_bpe(), "config.json": {"model_type": "qwen2"},
              "tokenizer_config.json": {"unk_token": None, "added_tokens_decoder": declared, "additional_special_tokens": ["<|im_start|>"]}},
    "albert": {"spiece.model": albert, "config.json": {"model_type": "albert"}},
    "albert-cased": {"spiece.model": albert, "config.json": {"model_type": "albert"},
                     "tokenizer_config.json": {"do_lower_case": False, "keep_accents": True, "mask_token": {"__type": "AddedToken", **token("[MASK]", lstrip=True)}}},
    "t5": {"spiece.model": t5, "config.json": {"model_type": "t5"}},
    "mt5": {"spiece.model": t5, "config.json": {"model_type": "mt5"}, "tokenizer_config.json": {"extra_ids": 3}},
    "pegasus": {"spiece.model": t5, "config.json": {"model_type": "pegasus"}},
    "xlm-roberta": {"sentencepiece.bpe.model": fairseq, "config.json": {"model_type": "xlm-roberta"}},
    "camembert": {"sentencepiece.bpe.model": fairseq, "config.json": {"model_type": "camembert"}},
    "mbart": {"sentencepiece.bpe.model": fairseq, "config.json": {"model_type": "mbart"}, "tokenizer_config.json": {"tgt_lang": "de_DE"}},
    "mbart50": {"sentencepiece.bpe.model": fairseq, "config.json": {"model_type": "mbart"},
                "tokenizer_config.json": {"tokenizer_class": "MBart50Tokenizer", "src_lang": "fr_XX", "tgt_lang": "gl_ES"}},
    "llama": {"tokenizer.model": llama, "config.json": {"model_type": "llama"},
              "tokenizer_config.json": {"tokenizer_class": "LlamaTokenizer", "add_bos_token": True}},
    "llama-legacy": {"tokenizer.model": llama, "config.json": {"model_type": "llama"},
                     "tokenizer_config.json": {"tokenizer_class": "LlamaTokenizer", "legacy": True, "add_eos_token": True}},
    "mistral": {"tokenizer.model": llama, "config.json": {"model_type": "mistral"},
                "tokenizer_config.json": {"tokenizer_class": "LlamaTokenizer", "add_bos_token": True}},
    "gemma": {"tokenizer.model": gemma, "config.json": {"model_type": "gemma"}, "tokenizer_config.json": {"add_bos_token": True}},
    "gemma-no-added": {"tokenizer.model": gemma, "config.json": {"model_type": "gemma"},
                       "tokenizer_config.json": {"additional_special_tokens": None}},
    "marian": {"source.spm": source, "target.spm": target, "vocab.json": marian, "config.json": {"model_type": "marian"}},
    "m2m_100": {"sentencepiece.bpe.model": m2m, "vocab.json": vocabulary(["<s>", "<pad>", "</s>", "<unk>"], pieces(m2m)[3:]),
                "config.json": {"model_type": "m2m_100"}, "tokenizer_config.json": {"src_lang": "fr", "tgt_lang": "de"},
                "special_tokens_map.json": {"additional_special_tokens": ["__af__", "__am__"]}},
}
WITH_TARGET = {"mbart", "mbart50", "marian", "m2m_100"}


def row(name, files):
    with tempfile.TemporaryDirectory() as folder:
        for file, content in files.items():
            text = content if isinstance(content, (str, bytes)) else json.dumps(content, ensure_ascii=False)
            (pathlib.Path(folder) / file).write_bytes(text if isinstance(text, bytes) else text.encode())
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
        result = {"name": name, "files": {}, "texts": [], "pairs": [], "targets": []}
        for file, content in files.items():
            result["files"][file] = {"base64": base64.b64encode(content).decode()} if isinstance(content, bytes) else content
        for text in TEXTS:
            result["texts"].append([text, tokenizer(text)["input_ids"]])
            if name in WITH_TARGET:
                result["targets"].append([text, tokenizer(text_target=text)["input_ids"]])
        for pair in PAIRS:
            result["pairs"].append([pair, tokenizer(*pair)["input_ids"]])
    return result


print("[\n" + ",\n".join(json.dumps(row(name, files), separators=(",", ":")) for name, files in FOLDERS.items()) + "\n]")
