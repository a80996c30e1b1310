"""Key press to the pixels that show its attention, beside what transformers needs for that attention alone.

A real key event goes to the X server; the clock stops when the server's own pixels show the new token's label. The
wave runs meanwhile, as it does for whoever types. The last word changes between "a" and "as": always 32 tokens.
"""
import random
import statistics
import time

from programs import Failed
from rows import Row
from texts import text_of
from window import Keys, Window

TOKENS = 32
LABELS = 100, 148  # x from, to: words at the left of the first pane; no line reaches them
SCENE = range(60, 640)


def moving_rows(display, seconds):
    """Rows of the label column that change although nobody types."""
    first, moving = display.rows(*LABELS, SCENE), set()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(0.05)
        moving.update(y for y, was, now in zip(SCENE, first, display.rows(*LABELS, SCENE)) if was != now)
    return moving


def rows_of_last_word(display, keys):
    """Rows of the label column that the key changes, and that nothing else does."""
    moving = moving_rows(display, 2.0)
    before = display.rows(*LABELS, SCENE)
    keys.tap("s")
    time.sleep(1.0)
    after = display.rows(*LABELS, SCENE)
    keys.tap("BackSpace")
    time.sleep(1.0)
    again = display.rows(*LABELS, SCENE)
    changed = [y for y, was, now, then in zip(SCENE, before, after, again) if was != now and was == then and y not in moving]
    if not changed:
        raise Failed("the last word's label does not follow the keys")
    return changed


def press(display, keys, key, ys):
    before = display.rows(*LABELS, ys)
    began = time.monotonic()
    keys.event(key, True)
    while display.rows(*LABELS, ys) == before:
        if time.monotonic() > began + 3.0:
            raise Failed("a key was pressed and no word changed")
        time.sleep(0.0002)
    taken_ms = (time.monotonic() - began) * 1e3
    keys.event(key, False)
    return taken_ms


def press_many(bench, display, keys, ys, pairs):
    taken = []
    for _ in range(pairs):
        for key in ("s", "BackSpace"):
            time.sleep(bench.chance.uniform(0.2, 0.4))  # anywhere between two frames
            taken.append(press(display, keys, key, ys))
    return taken


def measure(bench):
    bench.chance = random.Random(1)
    display = bench.display()
    keys, peer = Keys(display.name), bench.peer()
    moving = Window(bench, display, text_of(TOKENS - 1) + " a")
    try:
        ours, theirs, steps = [], [], []
        keys.tap("End")
        time.sleep(4.0)  # the quality finds its step
        ys = rows_of_last_word(display, keys)
        for _ in bench.rounds(5):
            moving.go_on()
            time.sleep(0.5)
            ours += press_many(bench, display, keys, ys, 8)
            state = moving.state()
            steps.append(state["quality"])
            moving.pause()
            theirs += peer.ask(TOKENS, 15)["text_to_attention_ms"]
        moving.go_on()
    finally:
        moving.stop()
        peer.stop()
    if len(state["tokens"]) != TOKENS:
        raise Failed(f"the window has {len(state['tokens'])} tokens instead of {TOKENS}")
    middle_ours, middle_peer = statistics.median(ours), statistics.median(theirs)
    handed_over = state["latency_ms"]["median"]
    analysis = state["analysis_ms"].get("text_to_attention", 0.0)
    drawing = handed_over - analysis
    made_of = (f"median of {len(ours)} keys; analysis {analysis:.1f} ms; its picture {drawing:.1f} ms, nearly all of it the software device "
               f"drawing at quality step {statistics.median(steps):g} before it takes the picture for the window; the remaining "
               f"{middle_ours - handed_over:.1f} ms: the wave's frame under way when the key came, and the window system")
    figures = {"ours_ms": ours, "peer_ms": theirs, "own_latency_ms": state["latency_ms"], "analysis_ms": state["analysis_ms"],
               "quality_steps": steps, "frame_ms": state["frame_ms"], "passes_ms": state["passes_ms"]}
    for name, goal in ((f"key press to its attention on screen, {TOKENS} tokens", 1.0), ("the same, the limit", 1.5)):
        yield Row(name, f"{middle_ours:.1f} ms", f"{middle_peer:.1f} ms", middle_ours / middle_peer, goal, made_of=made_of, figures=figures)
