"""Pointing and clicking to the changed picture, 128 tokens, in the window; BertViz' figures beside them.

A real pointer goes to the X server, which says by its own pixels when the picture has changed. What moves by itself is
not looked at; of the rest the place lowest on screen that both states show differently.
"""
import os
import random
import statistics
import time

from programs import Failed, Program
from rows import Row
from traces import trace
from window import Keys, Window

TOKENS, MOST_MS = 128, 50.0
WIDTH, HEIGHT, CELL = 1280, 720, 32
AT_EDGE = 1279, 2


def picture(display):
    return display.rows(0, WIDTH, range(HEIGHT))


def differing(one, other):
    """Cells (x, y) of a row's pixels."""
    for y, (a, b) in enumerate(zip(one, other)):
        if a != b:
            yield from ((x, y) for x in range(0, WIDTH, CELL) if a[4 * x:4 * (x + CELL)] != b[4 * x:4 * (x + CELL)])


def moving_cells(display, seconds=2.0):
    """That change although the pointer rests, and one picture."""
    first, moving, end = picture(display), set(), time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(0.05)
        moving.update(differing(first, picture(display)))
    return moving, first


class Pointer:
    def __init__(self, bench, display, window):
        self.bench, self.display, self.window, self.keys = bench, display, window, Keys(display.name)

    def hovered(self, x, y):
        self.keys.point(x, y)
        time.sleep(0.35)
        return self.window.state()["hovered"]

    def two_of(self, kind, places):
        """Two places with different things of this kind under the pointer."""
        found = {}
        for x, y in places:
            focus = self.hovered(x, y)
            if focus["kind"] == kind and str(focus) not in found:
                found[str(focus)] = x, y
            if len(found) == 2:
                return list(found.values())
        raise Failed(f"nothing to point at: no two of '{kind}'")

    def taken_ms(self, act, places, repeats):
        """act(place) brings the place's picture; of many changes between the two."""
        moving, states = set(), []
        for place in places * 2:
            self.keys.point(*place)
            time.sleep(0.6)
            act(place)
            time.sleep(1.5)  # what follows the change comes to rest
            moves, state = moving_cells(self.display)
            moving |= moves
            states.append(state)
        # The same whenever a place is shown, and not the same for both.
        for first, again in zip(states[:2], states[2:]):
            moving.update(differing(first, again))
        still = [cell for cell in differing(*states[:2]) if cell not in moving]
        if not still:
            raise Failed("the picture does not follow the pointer")
        x, y = max(still, key=lambda cell: cell[1])
        look = lambda: self.display.rows(x, x + CELL, [y])
        taken = []
        for index in range(repeats):
            place = places[index % 2]
            pause_s = self.bench.chance.uniform(0.6, 1.1)  # anywhere between two frames
            if act != self.move:
                self.keys.point(*place)
            time.sleep(pause_s)
            before, began = look(), time.monotonic()
            act(place)
            while look() == before:
                if time.monotonic() > began + 10.0:
                    raise Failed("the pointer did something and no picture changed")
                time.sleep(0.0002)
            taken.append((time.monotonic() - began) * 1e3)
        return taken

    def move(self, place):
        self.keys.point(*place)

    def press(self, _):
        self.keys.click()


def ours(bench, arguments, kind, places):
    """Milliseconds of pointing and of clicking, quality step."""
    display = bench.display()
    window = Window(bench, display, script=["settle"], arguments=arguments)
    try:
        time.sleep(5.0)  # the quality finds its step
        pointer = Pointer(bench, display, window)
        two = pointer.two_of(kind, places)
        repeats = 4 * len(list(bench.rounds(9)))
        moved = pointer.taken_ms(pointer.move, two, repeats)
        clicked = pointer.taken_ms(pointer.press, two, repeats)
        return moved, clicked, window.state()
    finally:
        window.stop()


def theirs(bench, path):
    if bench.lacks_browser():
        return {}
    peer = Program([bench.python, bench.here("bertviz_peer.py"), path], os.path.join(bench.folder, "bertviz_peer.log"),
                   bench.peer_environment)
    try:
        if not peer.ask_line("picture 280")["s"]:
            return {}
        return {what: peer.ask_line(f"{what} 6")["ms"] for what in ("click", "hover")}
    finally:
        peer.stop()


def measure(bench):
    bench.chance = random.Random(1)
    path = trace(bench, TOKENS)
    peer = theirs(bench, path)
    words = [(x, y) for x in (120, 150, 180) for y in range(120, 620, 7)]
    tiles = [(x, y) for y in (200, 260) for x in range(200, 900, 60)]
    for what, arguments, kind, places in (("a word", [path], "token", words), ("a head's tile", [path, "--scene", "heads"], "head", tiles)):
        moved, clicked, state = ours(bench, arguments, kind, places)
        for verb, name, taken in (("pointing at", "hover", moved), ("clicking", "click", clicked)):
            middle = statistics.median(taken)
            beside = f"; BertViz' model view {statistics.median(peer[name]):.0f} ms" if peer else ""
            yield Row(f"{verb} {what} to the changed picture, {TOKENS} tokens{beside}", f"{middle:.1f} ms", f"{MOST_MS:.0f} ms",
                      middle / MOST_MS, 1.0,
                      made_of=f"median of {len(taken)}, from {min(taken):.0f} to {max(taken):.0f} ms; quality step {state['quality']}, a frame "
                              f"{state['frame_ms']:.1f} ms; the frame under way, this frame's own time, the window system",
                      figures={"ours_ms": taken, "peer_ms": peer.get(name), "passes_ms": state["passes_ms"]})
