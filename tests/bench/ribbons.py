"""10,000 flow lines at 1280x720 beside three.js ribbons in headless Chromium, by its fastest software back end."""
import json
import os
import statistics

import browser
from programs import Failed, Program
from rows import Row

LINES, SEGMENTS = 10000, 16
FRAMES = 10
SLOW_S = 30.0


def open_page(back_end, bench, lines):
    """A page that has drawn, and what it says of itself; None where the browser has no such back end."""
    page = browser.Browser(browser.BACK_ENDS[back_end])
    page.server.files = {"/": bench.here("ribbons.html"), "/three.js": browser.THREE, "/lines.json": lines}
    try:
        page.ask("Page.navigate", url=page.url("/"))
        page.evaluate("new Promise(done => { if (document.readyState === 'complete') done(); else window.onload = done; })")
        about = page.evaluate("prepare()", SLOW_S)
    except (RuntimeError, TimeoutError) as problem:
        page.stop()
        return None, repr(problem)
    if about["error"] or about["triangles"] != 2 * SEGMENTS * LINES:
        page.stop()
        raise Failed(f"three.js drew something else: {about}")
    return page, about


def fastest_page(bench, lines):
    """The page of the fastest back end, and of each what it is and takes."""
    taken, told = {}, {}
    for back_end in browser.BACK_ENDS:
        page, about = open_page(back_end, bench, lines)
        if not page:
            told[back_end] = f"does not draw: {about[:200]}"
            continue
        try:
            taken[back_end] = page.evaluate("frameMs(2)", SLOW_S)
            told[back_end] = f"{about['renderer']}: {taken[back_end]:.0f} ms"
        except TimeoutError:
            told[back_end] = f"{about['renderer']}: not two frames in {SLOW_S:.0f} s"
        page.stop()
    if not taken:
        raise Failed(f"no back end draws: {told}")
    best = min(taken, key=taken.get)
    return (*open_page(best, bench, lines), told)


def measure(bench):
    if bench.lacks_browser():
        return
    lines = os.path.join(bench.folder, "lines.json")
    ours = Program([bench.program("lines_bench"), str(LINES), lines], os.path.join(bench.folder, "lines_bench.log"))
    try:
        if (ours.about["lines"], ours.about["segments"]) != (LINES, SEGMENTS):
            raise Failed(f"lines_bench drew something else: {ours.about}")
        page, about, told = fastest_page(bench, lines)
        try:
            taken, theirs, processor = [], [], {"ours": [], "peer": []}
            for _ in bench.rounds(7):
                answer = ours.ask_line(str(FRAMES))
                taken.append(answer["frame_ms"])
                processor["ours"].append(answer["processor_ms"])
                before = page.processor_ms()
                theirs.append(page.evaluate(f"frameMs({FRAMES})", 300.0))
                processor["peer"].append((page.processor_ms() - before) / FRAMES)
        finally:
            page.stop()
    finally:
        ours.stop()
    middle_ours, middle_peer = statistics.median(taken), statistics.median(theirs)
    passes = ", ".join(f"{name} {ms:.1f}" for name, ms in answer["passes_ms"].items() if ms >= 0.3)
    yield Row(f"frame of {LINES:,} lines of {SEGMENTS} segments beside three.js r{about['revision']}", f"{middle_ours:.1f} ms",
              f"{middle_peer:.1f} ms", middle_ours / middle_peer, 0.5,
              made_of=f"processor time of a frame {statistics.median(processor['ours']):.0f} ms, three.js and its browser "
                      f"{statistics.median(processor['peer']):.0f}; ms on the device: {passes}. three.js by {'; '.join(f'{name} ({what})' for name, what in told.items())}",
              figures={"ours_ms": taken, "peer_ms": theirs, "processor_ms": processor, "back_ends": told, "device": ours.about["device"],
                       "passes_ms": answer["passes_ms"]})
