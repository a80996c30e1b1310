#!/usr/bin/env python3
"""Writes tests/parity/references/generation.json: what transformers generates with the tiny checkpoints.

    python3 tests/parity/write_generation.py

needs torch==2.11.0 transformers==5.23.0. One text each, without beams or sampling, by the rules of `config` (what a
generation_config.json would hold; null: plain argmax from the start token to the end token)."""
import json
import pathlib

import torch
import transformers

HERE = pathlib.Path(__file__).parent
SOURCE = [11, 25, 7, 63, 40, 4, 9, 30, 5]  # then the end token
RUNS = [
    ("bart", 2, 2, 12, None),
    ("bart", 2, 2, 12, dict(forced_bos_token_id=0, forced_eos_token_id=2, no_repeat_ngram_size=2, min_length=6)),
    ("bart", 2, 2, 9, dict(no_repeat_ngram_size=1, forced_eos_token_id=2)),
    ("bart", 2, [2, 43], 12, None),
    ("bart", 2, [2, 5], 12, dict(min_length=8, repetition_penalty=0.8)),
    ("bart", 2, [2, 43, 33], 12, dict(min_new_tokens=3)),
    ("bart_settings", 2, 2, 12, None),
    ("mbart", 2, 2, 12, None),
    ("mbart", 2, 2, 12, dict(repetition_penalty=1.7, begin_suppress_tokens=[33, 5, 12], suppress_tokens=[40, 41, 42])),
    ("mbart_settings", 2, 2, 15, dict(repetition_penalty=2.5, min_length=4)),
    ("marian", 66, 0, 12, None),
    ("marian", 66, 0, 12, dict(bad_words_ids=[[66], [0]], forced_eos_token_id=0, max_length=10)),
    ("pegasus", 0, 2, 12, None),
    ("pegasus", 0, 2, 12, dict(suppress_tokens=list(range(3, 50)), no_repeat_ngram_size=3)),
    ("m2m_100", 2, 2, 12, None),
    ("m2m_100", 2, 2, 12, dict(forced_bos_token_id=17, begin_suppress_tokens=[4, 30], max_length=9)),
    ("t5", 0, 1, 12, None),
    ("t5", 0, 1, 12, dict(no_repeat_ngram_size=2, min_new_tokens=8)),
    ("t5_settings", 0, 1, 12, None),
    ("t5_gated", 0, 1, 20, None),
    ("mt5", 0, 1, 12, dict(repetition_penalty=1.3, no_repeat_ngram_size=4)),
]


def generate(case, start, end, new_tokens, rules):
    model = transformers.AutoModelForSeq2SeqLM.from_pretrained(HERE / "checkpoints" / case, dtype=torch.float32).eval()
    vocabulary = model.config.vocab_size
    source = [min(i, vocabulary - 1) for i in SOURCE] + [end if isinstance(end, int) else end[0]]
    # An explicit length wins over max_length in transformers; here the shorter one counts.
    rules_there = {k: v for k, v in (rules or {}).items() if k != "max_length"}
    length = min(new_tokens, (rules or {}).get("max_length", 1 << 20) - 1)
    config = transformers.GenerationConfig(decoder_start_token_id=start, eos_token_id=end, pad_token_id=1,
                                           max_new_tokens=length, do_sample=False, num_beams=1, use_cache=False, **rules_there)
    model.generation_config = transformers.GenerationConfig()
    ids = model.generate(torch.tensor([source]), generation_config=config,
                         attention_mask=torch.ones(1, len(source), dtype=torch.long))
    return dict(case=case, start=start, end=end, vocabulary=vocabulary, new_tokens=new_tokens, source=source,
                config=rules, ids=ids[0].tolist())


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    runs = [generate(*run) for run in RUNS]
    text = "[\n" + ",\n".join(json.dumps(run) for run in runs) + "\n]\n"
    (HERE / "references" / "generation.json").write_text(text)
    for run in runs:
        print(run["case"], run["config"], run["ids"])
