"""One more token at the end of a decoder's text, beside a pass over the whole text."""
import os
import statistics

from programs import Program
from rows import Row

TOKENS = 200
GOAL = 0.2


def measure(bench):
    for kind, name in (("llama", "Llama"), ("gpt2", "GPT-2")):
        ours = Program([bench.program("live_bench"), bench.random_decoder(kind)], os.path.join(bench.folder, "live_bench.log"))
        try:
            one_more, whole = [], []
            for _ in bench.rounds(5):
                answer = ours.ask(TOKENS, 10, added=0)
                one_more += answer["one_more_ms"]
                whole += answer["whole_ms"]
        finally:
            ours.stop()
        middle_more, middle_whole = statistics.median(one_more), statistics.median(whole)
        yield Row(f"one more token after {TOKENS}, {name} type, beside a whole pass", f"{middle_more:.2f} ms", f"{middle_whole:.2f} ms",
                  middle_more / middle_whole, GOAL,
                  made_of="a pass of one row and the copy of the attention that stays into wider rows",
                  figures={"one_more_ms": middle_more, "whole_ms": middle_whole})
