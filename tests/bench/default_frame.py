"""A frame with default settings, 12 layers of 12 heads, 64 tokens: at the best quality, and what the window then runs at."""
import json
import statistics
import time

from programs import run
from rows import Row
from traces import HEADS, LAYERS, trace
from window import Window

TOKENS = 64
# Lines, 0: the view's own number -> frames a second.
GOALS = {0: 24.0, 1000: 30.0}
SECONDS = 10.0


def window_rate(bench, path, budget):
    """Frames a second of the window over a wave and its rest, and its quality step."""
    script = ["settle", f"threshold.set {budget}", "settle"] if budget else ["settle"]
    window = Window(bench, bench.display(), script=script, arguments=[path])
    try:
        time.sleep(6.0)  # the quality finds its step
        before = window.state()
        time.sleep(SECONDS)
        after = window.state()
    finally:
        window.stop()
    return (after["frames"] - before["frames"]) / (after["time_s"] - before["time_s"]), after


def measure(bench):
    path = trace(bench, TOKENS)
    display = bench.display()
    for least, goal in GOALS.items():
        costs = []
        for _ in bench.rounds(5):
            _, _, printed = run([bench.program("window_bench"), path, str(least), "1", "30"], bench.log, display.environment)
            costs.append(json.loads(printed))
        frame_ms = statistics.median(cost["whole_ms"] for cost in costs)
        cost = costs[-1]
        rate, state = window_rate(bench, path, cost["budget"])
        parts = ", ".join(f"{part} {ms:.1f}" for part, ms in cost["parts_ms"].items() if ms >= 0.3)
        name = f"{cost['lines']} lines" if least else f"default settings, {cost['lines']} lines"
        yield Row(f"frames a second at the best quality, {LAYERS} layers x {TOKENS} tokens, {name}", f"{1e3 / frame_ms:.1f}", f"{goal:.0f}",
                  1e3 / frame_ms / goal, 1.0, at_least=True,
                  made_of=f"a frame takes {frame_ms:.1f} ms ({cost['whole_processor_ms']:.1f} ms of processor time), of them its lines alone {cost['lines_ms']:.1f}; ms of it: {parts}; the window "
                          f"itself runs at {rate:.1f} frames a second, quality step {state['quality']}",
                  figures={"frame_ms": [one["whole_ms"] for one in costs], "window_rate": rate, "quality_step": state["quality"], **cost})
