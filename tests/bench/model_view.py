"""The first picture of all 12 x 12 heads, and its memory, beside BertViz' model view in headless Chromium.

Both sides run already. Ours begins with the file; BertViz with the weights in memory, and ends before its browser has the
page's pixels. 256 tokens, which BertViz does not show in LIMIT_S, ours shows as a program of its own from its start.
"""
import os
import statistics

from programs import Program, run
from rows import Row
from traces import HEADS, LAYERS, trace
from window import Window

LIMIT_S, MANY, MANY_S = 280, 256, 3.0
ROUNDS = {64: 3, 128: 1}  # of BertViz
FACTOR = 100.0


def peer_of(bench, path):
    return Program([bench.python, bench.here("bertviz_peer.py"), path], os.path.join(bench.folder, "bertviz_peer.log"),
                   bench.peer_environment)


def window_mb(bench, path):
    """At its largest, of the window that shows all heads of the trace."""
    window = Window(bench, bench.display(), script=["settle"], arguments=[path, "--scene", "heads"])
    try:
        window.wait_for(lambda state: state["scene"] == "heads" and state["frames"] > 3)
        return window.peak_mb()
    finally:
        window.stop()


def said(seconds):
    return f"{seconds:.2f} s" if seconds < LIMIT_S else f"not in {LIMIT_S} s"


def beside(bench, tokens):
    path = trace(bench, tokens)
    ours = Program([bench.program("sheet_bench"), path], os.path.join(bench.folder, "sheet_bench.log"))
    peer = peer_of(bench, path)
    taken, theirs = [], []
    try:
        for _ in bench.rounds(ROUNDS[tokens]):
            taken += [ours.ask_line("") for _ in range(9)]
            theirs.append(peer.ask_line(f"picture {LIMIT_S}"))
    finally:
        ours.stop()
        peer.stop()
    middle = {name: statistics.median(one[name] for one in taken) for name in taken[0]}
    middle_peer = statistics.median(one["s"] or LIMIT_S for one in theirs)
    peak_mb = max(one["peak_mb"] for one in theirs)
    yield Row(f"first picture of {LAYERS} x {HEADS} heads, {tokens} tokens, times faster than BertViz", f"{middle['ms']:.1f} ms",
              said(middle_peer), middle_peer * 1e3 / middle["ms"], FACTOR, at_least=True,
              made_of=f"reading {middle['read_ms']:.1f} ms, planning {middle['plan_ms']:.1f}, drawing {middle['draw_ms']:.1f}",
              figures={"ours": taken, "peer": theirs})
    yield memory_row(window_mb(bench, path), peak_mb, tokens)


def memory_row(megabytes, peer_mb, tokens):
    return Row(f"peak memory with them, {tokens} tokens, beside BertViz' browser", f"{megabytes:.0f} MB", f"{peer_mb:.0f} MB",
               megabytes / peer_mb, 0.1, made_of="LLVM's code, fonts, the weights, targets",
               figures={"ours_mb": megabytes, "peer_mb": peer_mb})


def many(bench):
    path = trace(bench, MANY)
    command = [bench.weft, "view", path, "--scene", "heads", "--output", os.path.join(bench.folder, "heads.png")]
    taken = [run(command, bench.log)[0] for index in bench.rounds(5, warm_up=1) if index >= 0]
    megabytes = window_mb(bench, path)
    peer = peer_of(bench, path)
    try:
        answer = peer.ask_line(f"picture {LIMIT_S}")
    finally:
        peer.stop()
    middle = statistics.median(taken)
    yield Row(f"process start to a file with the picture of {LAYERS} x {HEADS} heads, {MANY} tokens; BertViz "
              f"{said(answer['s'] or LIMIT_S)}", f"{middle:.2f} s", f"{MANY_S:.0f} s", middle / MANY_S, 1.0,
              made_of="start, reading, planning, drawing, writing the file", figures={"ours_s": taken, "peer_s": answer["s"]})
    yield memory_row(megabytes, answer["peak_mb"], MANY)


def measure(bench):
    if bench.lacks_browser():
        return
    for tokens in ROUNDS:
        yield from beside(bench, tokens)
    yield from many(bench)
