#!/usr/bin/env python3
"""Writes a decoder of random numbers, as large as MiniLM, with MiniLM's vocabulary and a language model head.

    random_decoder.py llama|gpt2 MINILM_FOLDER OUTPUT_FOLDER

The tokenizer adds no tokens, so that a word typed at the end is the only new one.
"""
import json
import pathlib
import sys

import torch
import transformers

kind, minilm, output = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
torch.manual_seed(1)
ids = dict(bos_token_id=101, eos_token_id=102, pad_token_id=0)
if kind == "llama":
    config = transformers.LlamaConfig(vocab_size=30522, hidden_size=384, num_hidden_layers=6, num_attention_heads=12,
                                      num_key_value_heads=12, intermediate_size=1536, max_position_embeddings=512, **ids)
    model = transformers.LlamaForCausalLM(config)
else:
    config = transformers.GPT2Config(vocab_size=30522, n_embd=384, n_layer=6, n_head=12, n_positions=512, **ids)
    model = transformers.GPT2LMHeadModel(config)
model.save_pretrained(output)
tokenizer = json.loads((minilm / "tokenizer.json").read_text(encoding="utf-8"))
tokenizer.update(truncation=None, padding=None, post_processor=None)
(output / "tokenizer.json").write_text(json.dumps(tokenizer), encoding="utf-8")
(output / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "PreTrainedTokenizerFast"}), encoding="utf-8")
