"""Two texts in memory to the attention of encoder, decoder and cross attention, beside transformers eager."""
import os
import statistics

from programs import Failed, Program
from rows import Row

GOAL = 0.6
TARGET = 32


def measure(bench):
    folder = os.path.join(bench.folder, "encoder_decoder")
    bench.run_peer("encoder_decoder_peer.py", "--write", bench.model, folder)
    ours = Program([bench.program("forward_bench"), folder], os.path.join(bench.folder, "pair_bench.log"))
    peer = Program([bench.python, bench.here("encoder_decoder_peer.py"), folder], os.path.join(bench.folder, "pair_peer.log"),
                   bench.peer_environment)
    try:
        for tokens in (32, 128):
            taken = {"ours": [], "peer": []}
            for _ in bench.rounds(5):
                taken["ours"] += ours.ask(tokens, 10, TARGET)["text_to_attention_ms"]
                taken["peer"] += peer.ask(tokens, 10, TARGET)["text_to_attention_ms"]
            if not all(taken.values()):
                raise Failed("no figures")
            middle = {name: statistics.median(values) for name, values in taken.items()}
            yield Row(f"encoder-decoder: text to attention, {tokens} and {TARGET} tokens", f"{middle['ours']:.1f} ms",
                      f"{middle['peer']:.1f} ms", middle["ours"] / middle["peer"], GOAL,
                      figures={f"{name}_ms": value for name, value in middle.items()})
    finally:
        ours.stop()
        peer.stop()
