"""Pixel values in memory to the attention of all layers in memory, beside transformers eager: a random ViT of MiniLM's size."""
import os
import statistics
import subprocess

from programs import Failed, Program
from rows import Row

# Edge of the image in pixels -> tokens, of patches of 16 and CLS.
TOKENS = {224: 197, 176: 122, 96: 37}
GOAL = 0.6


def make_models(bench):
    """A folder and an image for each edge, by the peer's Python."""
    folder = os.path.join(bench.folder, "vit")
    subprocess.run([bench.python, bench.here("image_peer.py"), "--make", folder, *map(str, TOKENS)], check=True,
                   env=bench.peer_environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return {edge: os.path.join(folder, str(edge)) for edge in TOKENS}


def measure(bench):
    for edge, folder in make_models(bench).items():
        ours = Program([bench.program("image_bench"), folder], os.path.join(bench.folder, "image_bench.log"))
        peer = Program([bench.python, bench.here("image_peer.py"), folder],
                       os.path.join(bench.folder, "image_peer.log"), bench.peer_environment)
        try:
            taken, tokens = {"ours": [], "peer": []}, TOKENS[edge]
            for _ in bench.rounds(5):
                taken["ours"] += ours.ask(tokens, 10, os.path.join(folder, "image.png"))["pixels_to_attention_ms"]
                taken["peer"] += peer.ask(tokens, 10)["pixels_to_attention_ms"]
            if not all(taken.values()):
                raise Failed("no figures")
            middle = {name: statistics.median(values) for name, values in taken.items()}
            yield Row(f"image to attention, {tokens} tokens", f"{middle['ours']:.1f} ms",
                      f"{middle['peer']:.1f} ms", middle["ours"] / middle["peer"], GOAL,
                      figures={f"{name}_ms": value for name, value in middle.items()})
        finally:
            ours.stop()
            peer.stop()
