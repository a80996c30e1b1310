"""Text in memory to the attention of all layers in memory, beside transformers eager and beside the pure matrix products."""
import statistics

from programs import Failed
from rows import Row

GOALS = {8: 0.4, 32: 0.5, 128: 0.75, 382: 0.75}
MATRIX_GOALS = {128: 1.3}


def measure(bench):
    ours, peer = bench.forward_bench(), bench.peer()
    try:
        for tokens in GOALS:
            taken = {"ours": [], "peer": [], "products": []}
            for _ in bench.rounds(5):
                answer = ours.ask(tokens, 10)
                taken["ours"] += answer["text_to_attention_ms"]
                taken["products"] += answer["products_ms"]
                taken["peer"] += peer.ask(tokens, 10)["text_to_attention_ms"]
            if not all(taken.values()):
                raise Failed("no figures")
            middle = {name: statistics.median(values) for name, values in taken.items()}
            rest = middle["ours"] - middle["products"]
            made_of = f"{middle['products']:.1f} ms matrix products as LibTorch does them, {rest:.1f} ms all else"
            figures = {f"{name}_ms": value for name, value in middle.items()}
            yield Row(f"text to attention, {tokens} tokens", f"{middle['ours']:.1f} ms", f"{middle['peer']:.1f} ms",
                      middle["ours"] / middle["peer"], GOALS[tokens], made_of=made_of, figures=figures)
            if tokens in MATRIX_GOALS:
                yield Row(f"the same beside pure matrix products, {tokens} tokens", f"{middle['ours']:.1f} ms",
                          f"{middle['products']:.1f} ms", middle["ours"] / middle["products"], MATRIX_GOALS[tokens],
                          made_of=made_of, figures=figures)
    finally:
        ours.stop()
        peer.stop()
