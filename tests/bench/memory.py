"""Peak memory with every head of every layer shown, beside BertViz' model view."""
import os
import time

from programs import run
from rows import Row
from texts import text_of
from window import Window

TOKENS = 128
PUBLISHED_MB = 6400  # BertViz' model view, 12 x 12 heads, 128 tokens


def measure(bench):
    text = text_of(TOKENS)
    command = [bench.weft, "view", "--model", bench.model, "--text", text, "--output", os.path.join(bench.folder, "picture.png")]
    picture_mb = run(command, bench.log)[1]
    window = Window(bench, bench.display(), text)
    try:
        time.sleep(4.0)
        window_mb = window.peak_mb()
    finally:
        window.stop()
    for name, megabytes in (("window", window_mb), ("picture", picture_mb)):
        yield Row(f"peak memory, {name}, {TOKENS} tokens, all heads", f"{megabytes:.0f} MB", f"{PUBLISHED_MB} MB",
                  megabytes / PUBLISHED_MB, 0.1, made_of="LibTorch's and LLVM's code, the model's weights, fonts, pictures",
                  figures={"ours_mb": megabytes})
