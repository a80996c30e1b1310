#!/usr/bin/env python3
"""The peer of encoder_decoder.py: transformers eager on a Marian model of random weights and MiniLM's size.

    encoder_decoder_peer.py --write MODEL_FOLDER FOLDER     writes the model, with MODEL_FOLDER's tokenizer
    encoder_decoder_peer.py FOLDER

Reads requests "TOKENS REPEAT TARGET" line by line and answers each with one JSON line, as forward_bench does.
"""
import json
import pathlib
import shutil
import sys
import time

import torch
from transformers import MarianConfig, MarianModel, PreTrainedTokenizerFast

from texts import text_of

START = 101


def write(model, folder):
    torch.manual_seed(1)
    side = dict(layers=6, attention_heads=12, ffn_dim=1536)
    settings = {f"{stack}_{name}": value for stack in ("encoder", "decoder") for name, value in side.items()}
    config = MarianConfig(vocab_size=30522, d_model=384, max_position_embeddings=512, pad_token_id=0, eos_token_id=102,
                          decoder_start_token_id=START, forced_eos_token_id=102, scale_embedding=True, **settings)
    MarianModel(config).save_pretrained(folder)
    shutil.copy(pathlib.Path(model) / "tokenizer.json", folder)


def serve(folder):
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(pathlib.Path(folder) / "tokenizer.json"))
    tokenizer.backend_tokenizer.no_truncation()
    tokenizer.backend_tokenizer.no_padding()
    model = MarianModel.from_pretrained(folder, attn_implementation="eager", dtype=torch.float32).eval()
    print(json.dumps({"ready": f"transformers eager, torch {torch.__version__}", "threads": torch.get_num_threads()}), flush=True)
    for line in sys.stdin:
        tokens, repeat, target = (int(word) for word in line.split())
        texts, taken_ms = (text_of(tokens), text_of(target)), []
        with torch.inference_mode():
            for _ in range(repeat + 2):
                start = time.perf_counter()
                source, goal = (torch.tensor([tokenizer(text)["input_ids"]]) for text in texts)
                decoder = torch.cat([torch.tensor([[START]]), goal[:, :-1]], 1)
                output = model(input_ids=source, decoder_input_ids=decoder, output_attentions=True)
                taken_ms.append((time.perf_counter() - start) * 1e3)
        shapes = [list(part[0].shape[-2:]) for part in (output.encoder_attentions, output.decoder_attentions, output.cross_attentions)]
        if shapes != [[tokens, tokens], [target, target], [target, tokens]]:
            sys.exit(f"{tokens} and {target} tokens gave attention of {shapes}")
        print(json.dumps({"tokens": tokens, "text_to_attention_ms": taken_ms[2:]}), flush=True)


if __name__ == "__main__":
    write(*sys.argv[2:]) if sys.argv[1] == "--write" else serve(sys.argv[1])
