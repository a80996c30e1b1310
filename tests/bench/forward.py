#!/usr/bin/env python3
"""Text to the attention of all layers: ours beside transformers eager, in turn on the same machine, as ratios.

    python3 tests/bench/forward.py --bench build/release/bin/forward_bench --python PYTHON_WITH_TRANSFORMERS \
        --model MODEL_FOLDER [--tokens 8,32,128,382] [--rounds 5] [--repeat 10]

Goals: at most 0.4 / 0.5 / 0.75 / 0.75 of transformers; at 128 tokens at most 1.3 of the pure matrix products.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys

WORDS = "the red thread goes over one and under two until the cloth is as long as the house".split()
GOALS = {8: 0.4, 32: 0.5, 128: 0.75, 382: 0.75}
MATRIX_GOALS = {128: 1.3}


def text_of(tokens):
    """A text of so many tokens: each word is one, two more are added by the tokenizer."""
    return " ".join(WORDS[i % len(WORDS)] for i in range(tokens - 2))


class Program:
    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        cwd=pathlib.Path(__file__).parent, stderr=subprocess.DEVNULL)
        self.about = self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"{self.process.args[0]} ended")
        return json.loads(line)

    def ask(self, tokens, repeat):
        self.process.stdin.write(f"{tokens} {repeat}\n")
        self.process.stdin.flush()
        answer = self.answer()
        if answer["tokens"] != tokens:
            sys.exit(f"{self.process.args[0]} made {answer['tokens']} tokens of a text of {tokens}")
        return answer


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", required=True, type=pathlib.Path)
    parser.add_argument("--python", required=True)
    parser.add_argument("--model", required=True, type=pathlib.Path)
    parser.add_argument("--tokens", default="8,32,128,382")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--repeat", type=int, default=10)
    parser.add_argument("--json", type=pathlib.Path, help="write the figures to this file as well")
    args = parser.parse_args()
    model = str(args.model.resolve())
    ours = Program([str(args.bench.resolve()), model])
    peer = Program([args.python, "forward_peer.py", model])
    print(f"ours: {ours.about['ready']}, {ours.about['threads']} threads; peer: {peer.about['ready']}, "
          f"{peer.about['threads']} threads; medians of {args.rounds} x {args.repeat}, in turn")
    print("tokens   ours ms   peer ms   ratio   goal   products ms   ratio   goal   load")
    figures = []
    for tokens in (int(word) for word in args.tokens.split(",")):
        taken = {"ours": [], "peer": [], "products": []}
        for _ in range(args.rounds):
            answer = ours.ask(tokens, args.repeat)
            taken["ours"] += answer["text_to_attention_ms"]
            taken["products"] += answer["products_ms"]
            taken["peer"] += peer.ask(tokens, args.repeat)["text_to_attention_ms"]
        middle = {name: statistics.median(values) for name, values in taken.items()}
        ratio, products = middle["ours"] / middle["peer"], middle["ours"] / middle["products"]
        load = pathlib.Path("/proc/loadavg").read_text().split()[0]
        print(f"{tokens:6} {middle['ours']:9.2f} {middle['peer']:9.2f} {ratio:7.2f} {GOALS.get(tokens, ''):>6}"
              f" {middle['products']:13.2f} {products:7.2f} {MATRIX_GOALS.get(tokens, ''):>6} {load:>6}", flush=True)
        figures.append({"tokens": tokens, **{f"{name}_ms": value for name, value in middle.items()},
                        "ratio": ratio, "ratio_to_products": products})
    if args.json:
        args.json.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
