#!/usr/bin/env python3
"""Writes a random checkpoint of a family and size, with a tokenizer from another folder.

    make_checkpoint.py KIND TOKENIZER_FOLDER OUTPUT_FOLDER

KIND: large (BERT, 335 M parameters) or base (BERT, 12 layers of 12 heads).
"""
import pathlib
import shutil
import sys

import torch
import transformers

KINDS = {
    "large": lambda: transformers.BertModel(transformers.BertConfig(
        hidden_size=1024, num_hidden_layers=24, num_attention_heads=16, intermediate_size=4096)),
    "base": lambda: transformers.BertModel(transformers.BertConfig()),
}

kind, tokenizer, output = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
torch.manual_seed(1)
KINDS[kind]().save_pretrained(output)
for name in ("tokenizer.json", "tokenizer_config.json", "vocab.txt", "special_tokens_map.json"):
    if (tokenizer / name).exists():
        shutil.copy(tokenizer / name, output / name)
