#!/usr/bin/env python3
"""The peer of tokenize_bench: the tokenizers library.

    tokenize_peer.py MODEL_FOLDER TEXT_FILE     reads requests "TOKENS REPEAT" line by line, as tokenize_bench does
    tokenize_peer.py --make byte_bpe|unigram MODEL_FOLDER TEXT_FILE     trains a tokenizer on the text
"""
import json
import pathlib
import sys
import time

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers


def byte_bpe(text):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=1500, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    tokenizer.train_from_iterator(text.splitlines(), trainer)
    tokenizer.add_special_tokens([AddedToken("<|endoftext|>", special=True)])
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    return tokenizer


def unigram(text):
    """As in XLM-RoBERTa's tokenizer.json, with a few rules in place of its charsmap."""
    sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "analysis" / "references"))
    from charsmap import charsmap

    rules = {"\ufb01": "fi", "\u3000": " ", "\u00a0": " ", "\t": " ", "\n": " ", "e\u0301": "\u00e9", "\u2026": "..."}
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence([normalizers.Precompiled(charsmap({k.encode(): v for k, v in rules.items()})),
                                                 normalizers.Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    tokenizer.decoder = decoders.Metaspace()
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    trainer = trainers.UnigramTrainer(vocab_size=1500, unk_token="<unk>", special_tokens=special, show_progress=False)
    tokenizer.train_from_iterator(text.splitlines(), trainer)
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    return tokenizer


def make(kind, folder, text_file):
    text = pathlib.Path(text_file).read_text(encoding="utf-8")
    pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
    {"byte_bpe": byte_bpe, "unigram": unigram}[kind](text).save(str(pathlib.Path(folder) / "tokenizer.json"))


def serve(folder, text_file):
    text = pathlib.Path(text_file).read_text(encoding="utf-8")
    tokenizer = Tokenizer.from_file(str(pathlib.Path(folder) / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    print(json.dumps({"ready": "tokenizers", "tokens": len(tokenizer.encode(text).ids)}), flush=True)
    for line in sys.stdin:
        _, repeat = (int(word) for word in line.split())
        taken_ms = []
        for _ in range(repeat):
            start = time.perf_counter()
            encoding = tokenizer.encode(text)
            taken_ms.append((time.perf_counter() - start) * 1e3)
        print(json.dumps({"tokens": len(encoding.ids), "tokenize_ms": taken_ms}), flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "--make":
        make(*sys.argv[2:])
    else:
        serve(*sys.argv[1:])
