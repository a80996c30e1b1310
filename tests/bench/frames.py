"""Frames a second of the window at its own quality, and what a frame costs beside one of the same lines alone."""
import json
import statistics
import time

from programs import run
from rows import Row
from texts import text_of
from window import Window

TOKENS = 32
LINES = {650: "default view, 650 lines", 2000: "2,000 lines"}
WAVE_S = 7.0  # a wave through six layers and its rest


def frames_per_second(bench, display, budget, least):
    """Of every round: frames a second over a whole wave, the quality step at its end."""
    script = ["settle", "panel.toggle on", f"threshold.set {budget}", "settle"]
    window = Window(bench, display, text_of(TOKENS), script)
    try:
        window.wait_for(lambda s: s["docked"] == "matrix" and s["lines"] >= least)
        time.sleep(4.0)  # the quality finds its step
        rates, steps = [], []
        for _ in bench.rounds(3):
            before = window.state()
            time.sleep(WAVE_S)
            after = window.state()
            rates.append((after["frames"] - before["frames"]) / (after["time_s"] - before["time_s"]))
            steps.append(after["quality"])
    finally:
        window.stop()
    return rates, steps, after


def measure(bench):
    display = bench.display()
    for least, name in LINES.items():
        rounds = len(list(bench.rounds(9)))
        _, _, printed = run([bench.program("window_bench"), text_of(TOKENS), str(least), str(rounds), "30"], bench.log,
                            display.environment)
        cost = json.loads(printed)
        rates, steps, state = frames_per_second(bench, display, cost["budget"], least)
        rate = statistics.median(rates)
        parts = ", ".join(f"{part} {ms:.1f}" for part, ms in cost["parts_ms"].items() if ms >= 0.3)
        costs = (f"a frame takes {cost['whole_ms']:.1f} ms at the best quality ({cost['whole_processor_ms']:.1f} ms of processor time), its "
                 f"lines alone {cost['lines_ms']:.1f} ({cost['lines_processor_ms']:.1f}); ms of it: {parts}")
        figures = {"frames_per_second": rates, "quality_steps": steps, "lines": cost["lines"], "passes_ms": state["passes_ms"], **cost}
        yield Row(f"frames a second, {name}, panel, quality step {max(steps)}", f"{rate:.1f}", "30", rate / 30.0, 1.0, at_least=True,
                  made_of=costs, figures=figures)
        yield Row(f"frame beside the same {cost['lines']} lines alone", f"{cost['whole_ms']:.1f} ms", f"{cost['lines_ms']:.1f} ms",
                  cost["whole_ms"] / cost["lines_ms"], 1.3, made_of=costs, figures=figures)
