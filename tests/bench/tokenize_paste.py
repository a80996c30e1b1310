"""A paste of 10,000 characters to tokens, beside the tokenizers library, for each kind of model."""
import os
import pathlib
import statistics

from programs import Failed, Program, run
from rows import Row

CHARACTERS = 10_000
KINDS = {"WordPiece": None, "byte-level BPE": "byte_bpe", "Unigram": "unigram"}
GOAL = 1.0


README = pathlib.Path(__file__).parents[2] / "README.md"


def paste(path):
    """The README, which is what people paste: prose, tables, code; as often as it takes."""
    text = README.read_text(encoding="utf-8")
    text = (text * (CHARACTERS // len(text) + 1))[:CHARACTERS]
    pathlib.Path(path).write_text(text, encoding="utf-8")


def measure(bench):
    text_file = os.path.join(bench.folder, "paste.txt")
    paste(text_file)
    peer_script = bench.here("tokenize_peer.py")
    for name, made in KINDS.items():
        folder = bench.model
        if made:
            folder = os.path.join(bench.folder, made)
            run([bench.python, peer_script, "--make", made, folder, str(README)], os.path.join(bench.folder, "make.log"))
        ours = Program([bench.program("tokenize_bench"), folder, text_file], os.path.join(bench.folder, "tokenize_bench.log"))
        peer = Program([bench.python, peer_script, folder, text_file], os.path.join(bench.folder, "tokenize_peer.log"))
        try:
            tokens = ours.about["tokens"]
            if peer.about["tokens"] != tokens:
                raise Failed(f"{name}: {tokens} tokens here, {peer.about['tokens']} by tokenizers")
            taken = {"ours": [], "peer": []}
            for round_ in bench.rounds(9, warm_up=1):
                for side, program in (("ours", ours), ("peer", peer)):
                    answer = program.ask(tokens, 10)
                    if round_ >= 0:
                        taken[side] += answer["tokenize_ms"]
        finally:
            ours.stop()
            peer.stop()
        middle = {side: statistics.median(values) for side, values in taken.items()}
        yield Row(f"10,000 characters to tokens, {name}", f"{middle['ours']:.2f} ms", f"{middle['peer']:.2f} ms",
                  middle["ours"] / middle["peer"], GOAL, figures={f"{side}_ms": value for side, value in middle.items()})
