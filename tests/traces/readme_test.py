#!/usr/bin/env python3
"""The README's Python lines, run as they stand on tiny random models of the transformers library, write traces that
weft opens: one stack, two stacks, an image.

usage: readme_test.py WEFT   (needs the environment of the peers, which scripts/bench installs; else it is skipped)
"""
import glob
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.environ.get("WEFT_DATA") or os.path.join(os.environ.get("XDG_DATA_HOME") or
                                                os.path.expanduser("~/.local/share"), "weft")
PEERS = os.path.join(DATA, "peers", "bin", "python")
STAND_INS = os.path.join(HERE, "..", "bench", "stand_ins.py")

TOKENIZER = """
import tokenizers, transformers
words = "[UNK] [PAD] [CLS] [SEP] the cat sat on mat because it was tired . die katze".split()
vocabulary = {word: number for number, word in enumerate(words)}
backend = tokenizers.Tokenizer(tokenizers.models.WordLevel(vocabulary, unk_token="[UNK]"))
backend.normalizer = tokenizers.normalizers.Lowercase()
backend.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_object=backend, unk_token="[UNK]", pad_token="[PAD]",
                                                 cls_token="[CLS]", sep_token="[SEP]")
"""
ONE_STACK = TOKENIZER + """
config = transformers.BertConfig(vocab_size=len(words), hidden_size=32, num_hidden_layers=3, num_attention_heads=4,
                                 intermediate_size=64)
transformers.BertModel(config).save_pretrained("model")
tokenizer.save_pretrained("model")
"""
TWO_STACKS = TOKENIZER + """
import json, torch, safetensors.torch
config = transformers.BartConfig(vocab_size=len(words), d_model=32, encoder_layers=2, decoder_layers=2,
                                 encoder_attention_heads=4, decoder_attention_heads=4, encoder_ffn_dim=64,
                                 decoder_ffn_dim=64, pad_token_id=1, bos_token_id=2, eos_token_id=3,
                                 decoder_start_token_id=2, attn_implementation="eager")
model = transformers.BartModel(config).eval()
inputs = dict(tokenizer("the cat sat on the mat .", return_tensors="pt", return_token_type_ids=False))
inputs["decoder_input_ids"] = tokenizer("die katze sat .", return_tensors="pt")["input_ids"]
"""
IMAGE = """
import json, torch, transformers, safetensors.torch
from PIL import Image
config = transformers.ViTConfig(image_size=64, patch_size=16, hidden_size=32, num_hidden_layers=2,
                                num_attention_heads=4, intermediate_size=64, attn_implementation="eager")
model, processor = transformers.ViTModel(config).eval(), transformers.ViTImageProcessor(size={"height": 64, "width": 64})
image = Image.effect_mandelbrot((64, 64), (-2, -1.5, 1, 1.5), 50).convert("RGB")
"""


def check(holds, what):
    if not holds:
        raise SystemExit(f"FAILED  {what}")


def run(arguments, folder):
    environment = dict(os.environ, HF_HUB_OFFLINE="1", TRANSFORMERS_VERBOSITY="error",
                       LD_LIBRARY_PATH=os.path.join(folder, "stand-ins"))
    done = subprocess.run(arguments, cwd=folder, env=environment, capture_output=True, text=True, timeout=1200,
                          check=False)
    check(done.returncode == 0, f"{' '.join(arguments)[:60]} ended with {done.returncode}\n{done.stdout}{done.stderr}")


def opens(weft, folder, trace, *arguments):
    picture = os.path.join(folder, "picture.png")
    run([weft, "view", trace, *arguments, "--size", "480x270", "--output", picture], folder)
    check(os.path.getsize(picture) > 1000, f"the picture of {trace} is empty")


def main():
    weft = os.path.abspath(sys.argv[1])
    with open(os.path.join(HERE, "..", "..", "README.md"), encoding="utf-8") as file:
        blocks = re.findall(r"```python\n(.*?)```", file.read(), re.DOTALL)
    check(len(blocks) == 3, f"{len(blocks)} blocks of Python in the README, expected 3")
    check(len(blocks[0].strip().splitlines()) == 6, "the README promises six lines")
    if not os.path.exists(PEERS):
        print("skipped: the peers' Python is not installed, the README's lines were not run")
        return 0
    has_pillow = subprocess.run([PEERS, "-c", "import PIL"], capture_output=True, check=False).returncode == 0
    with tempfile.TemporaryDirectory(prefix="weft-readme-") as folder:
        for libtorch in glob.glob(os.path.join(DATA, "libtorch-*")):
            run([sys.executable, STAND_INS, libtorch, os.path.join(folder, "stand-ins")], folder)
        run([PEERS, "-c", ONE_STACK + blocks[0].replace('"bert-base-uncased"', '"model"')], folder)
        opens(weft, folder, "cat.safetensors")
        print("ok  one stack", flush=True)
        run([PEERS, "-c", TWO_STACKS + blocks[1]], folder)
        for which in ("encoder", "decoder", "cross"):
            opens(weft, folder, "translation.safetensors", "--attention", which)
        print("ok  two stacks", flush=True)
        if has_pillow:
            run([PEERS, "-c", IMAGE + blocks[2]], folder)
            opens(weft, folder, "photo.safetensors")
            print("ok  an image", flush=True)
        else:
            print("skipped: the peers' Python has no PIL, the README's lines for images were not run")
    return 0


if __name__ == "__main__":
    sys.exit(main())
