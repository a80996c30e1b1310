"""Text in memory to the attention of all layers in memory for decoders, beside transformers eager."""
import statistics

from rows import Row

KINDS = {"llama": "Llama", "gpt2": "GPT-2"}
GOALS = {32: 0.6, 128: 0.6}


def measure(bench):
    for kind, name in KINDS.items():
        folder = bench.random_decoder(kind)
        ours, peer = bench.forward_bench(folder), bench.peer(folder)
        try:
            for tokens, goal in GOALS.items():
                taken = {"ours": [], "products": [], "peer": []}
                for _ in bench.rounds(5):
                    answer = ours.ask(tokens, 10, added=0)
                    taken["ours"] += answer["text_to_attention_ms"]
                    taken["products"] += answer["products_ms"]
                    taken["peer"] += peer.ask(tokens, 10, added=0)["text_to_attention_ms"]
                middle = {side: statistics.median(values) for side, values in taken.items()}
                yield Row(f"text to attention, {name} type, {tokens} tokens", f"{middle['ours']:.1f} ms", f"{middle['peer']:.1f} ms",
                          middle["ours"] / middle["peer"], goal,
                          made_of=f"{middle['products']:.1f} ms matrix products of an encoder of the size as LibTorch does them",
                          figures={f"{side}_ms": value for side, value in middle.items()})
        finally:
            ours.stop()
            peer.stop()
