"""Integrated gradients beside Captum, in time and memory; head importance beside autograd through transformers."""
import os
import statistics

from programs import Failed, Program
from rows import Row

STEPS = 50
SOME_STEPS = (4, 8, 16, 32, 50, 64, 100, 150, 200)
IG = "integrated_gradients"
CLOSE = 0.01  # relative delta
MOST_STEPS = 200
SAME = 1e-3   # the two sums are of the same attributions


def start(bench):
    ours = Program([bench.program("method_bench"), bench.model], os.path.join(bench.folder, "method_bench.log"))
    peer = Program([bench.python, bench.here("gradients_peer.py"), bench.model], os.path.join(bench.folder, "gradients_peer.log"),
                   bench.peer_environment)
    return {"ours": ours, "peer": peer}


def stop(pair):
    for program in pair.values():
        program.stop()


def in_turn(bench, pair, tokens, method, steps, rounds, repeat):
    taken, last = {name: [] for name in pair}, {}
    for _ in bench.rounds(rounds):
        for name, program in pair.items():
            last[name] = program.ask(tokens, repeat, method, steps)
            taken[name] += last[name]["taken_ms"]
    if abs(last["ours"]["sum"] - last["peer"]["sum"]) > SAME * (1 + abs(last["peer"]["sum"])):
        raise Failed(f"{method}: the sums differ, {last['ours']['sum']} and {last['peer']['sum']}")
    return {name: statistics.median(values) for name, values in taken.items()}


def row_of(measure, middle, goal):
    return Row(measure, f"{middle['ours']:.1f} ms", f"{middle['peer']:.1f} ms", middle["ours"] / middle["peer"], goal,
               figures={f"{name}_ms": value for name, value in middle.items()})


def is_close(answer):
    """Whether delta is within a hundredth of what is explained, y(x) - y(x')."""
    return abs(answer["delta"]) <= CLOSE * abs(answer["sum"] - answer["delta"])


def least_steps(program, tokens):
    """The fewest nodes from which on delta stays that close."""
    least = None
    for steps in reversed(SOME_STEPS):
        if not is_close(program.ask(tokens, 0, IG, steps)):
            break
        least = steps
    if least is None:
        raise Failed(f"{program.name}: {SOME_STEPS[-1]} steps are not close enough")
    return least


def peaks(bench, tokens):
    """Of programs that have done nothing else: the whole process, and what the method took beside the loaded model."""
    pair = start(bench)
    try:
        return {name: program.ask(tokens, 1, IG, STEPS) for name, program in pair.items()}
    finally:
        stop(pair)


def measure(bench):
    pair = start(bench)
    try:
        for tokens in (32, 128):
            middle = in_turn(bench, pair, tokens, IG, STEPS, 3, 2)
            yield row_of(f"integrated gradients, {STEPS} steps, {tokens} tokens, beside Captum", middle, 0.8)
        for tokens in (32, 128):
            steps = least_steps(pair["peer"], tokens)
            taken = {name: [] for name in pair}
            for _ in bench.rounds(5):
                ours = pair["ours"].ask(tokens, 3, IG, MOST_STEPS, CLOSE)
                if not is_close(ours):
                    raise Failed(f"the adaptive rule's delta is {ours['delta']}")
                taken["ours"] += ours["taken_ms"]
                taken["peer"] += pair["peer"].ask(tokens, 3, IG, steps)["taken_ms"]
            middle = {name: statistics.median(values) for name, values in taken.items()}
            yield row_of(f"the same to a relative delta of 1 %, {tokens} tokens (adaptive: {ours['nodes']} nodes; Captum: {steps} steps)",
                         middle, 1 / 3)
        yield row_of("head importance with gradients, 32 tokens, beside transformers",
                     in_turn(bench, pair, 32, "head_importance", 0, 5, 10), 0.6)
    finally:
        stop(pair)
    for tokens in (32, 128):
        answers = peaks(bench, tokens)
        for what, kib in (("of the program", lambda answer: answer["peak_kib"]),
                          ("beside the loaded model", lambda answer: answer["peak_kib"] - answer["before_kib"])):
            megabytes = {name: kib(answer) / 1024 for name, answer in answers.items()}
            yield Row(f"peak memory {what}, integrated gradients, {tokens} tokens", f"{megabytes['ours']:.0f} MB",
                      f"{megabytes['peer']:.0f} MB", megabytes["ours"] / megabytes["peer"], 1 / 3,
                      figures={f"{name}_mb": value for name, value in megabytes.items()})
