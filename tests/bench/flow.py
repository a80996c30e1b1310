"""Attention flow beside networkx by its fastest algorithm; and of 128 tokens by itself, on one core."""
import os
import statistics

from programs import Failed, Program
from rows import Row
from traces import LAYERS, trace

TOKENS, MANY_TOKENS = 30, 128
GOAL = 1000           # times faster, at least
SECOND_MS = 1000.0    # of one core, one query of MANY_TOKENS
SAME = 1e-6           # a flow


def beside(bench, ours, peer, what, flows, our_line, peer_line, rounds):
    taken = {"ours": [], "peer": []}
    for _ in bench.rounds(rounds):
        mine, theirs = ours.ask_line(our_line), peer.ask_line(peer_line)
        if abs(mine["sum"] - theirs["sum"]) > SAME * flows:
            raise Failed(f"{what}: the sums differ, {mine['sum']} and {theirs['sum']}")
        taken["ours"] += mine["taken_ms"]
        taken["peer"] += theirs["taken_ms"]
    middle = {name: statistics.median(values) for name, values in taken.items()}
    return Row(f"flow, {LAYERS} layers x {TOKENS} tokens, {what}, times faster", f"{middle['ours']:.2f} ms",
               f"{middle['peer'] / 1e3:.2f} s", middle["peer"] / middle["ours"], GOAL, at_least=True, made_of=peer.about["ready"],
               figures={f"{name}_ms": value for name, value in middle.items()})


def measure(bench):
    path = trace(bench, TOKENS)
    ours = Program([bench.program("flow_bench"), path], os.path.join(bench.folder, "flow_bench.log"))
    peer = Program([bench.python, bench.here("flow_peer.py"), path], os.path.join(bench.folder, "flow_peer.log"),
                   bench.peer_environment)
    try:
        row = TOKENS // 2
        yield beside(bench, ours, peer, "one query to all keys", TOKENS, f"20 1 {row}", str(row), 5)
        yield beside(bench, ours, peer, "the full map", TOKENS * TOKENS, "5 0", "", 1)
    finally:
        ours.stop()
        peer.stop()
    alone = Program([bench.program("flow_bench"), trace(bench, MANY_TOKENS)], os.path.join(bench.folder, "flow_bench.log"))
    try:
        taken = [ms for _ in bench.rounds(5) for ms in alone.ask_line(f"3 1 {MANY_TOKENS // 2}")["taken_ms"]]
        all_rows = alone.ask_line("1 0")["taken_ms"][0]
    finally:
        alone.stop()
    middle = statistics.median(taken)
    yield Row(f"flow, {LAYERS} layers x {MANY_TOKENS} tokens, one query to all keys, one core", f"{middle:.1f} ms", "1 s",
              middle / SECOND_MS, 1, made_of="the search and the waves of the network",
              figures={"ours_ms": middle, "full_map_ms": all_rows})
