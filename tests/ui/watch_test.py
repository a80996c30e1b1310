#!/usr/bin/env python3
"""The real window under Xvfb watches a folder while traces are written into it, whole, slowly and broken, and shows
one of two stacks.

usage: watch_test.py WEFT   (no model is needed; Vulkan's validation is on throughout)
"""
import json
import os
import shutil
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden"))

import traces  # noqa: E402
from window_test import Display, Failed, Weft, check  # noqa: E402


def epoch(number, count=6):
    """Attention that sharpens from epoch to epoch, over words that name it."""
    tokens = [f"epoch{number}"] + [f"word{t}" for t in range(1, count)]
    values = traces.attention(3, 2, count, lambda l, h, i, j: 1.0 + 3.0 * number * (j == (i + h + 1) % count))
    return traces.trace_bytes({"attention": ([3, 2, count, count], values)},
                              {"tokens": json.dumps(tokens), "title": f"epoch {number}"})


class Run:
    """A training run that writes traces."""

    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, content):
        with open(self.path(name) + ".part", "wb") as file:
            file.write(content)
        os.rename(self.path(name) + ".part", self.path(name))


def shown(name, number, count, words):
    title = f"{name} \u00b7 {number} of {count}"
    return lambda s: s["title"] == title and s["tokens"][:1] == [words]


def arriving(weft, run):
    weft.wait_for("a window that waits", lambda s: s["frames"] > 0 and s["tokens"] == [])
    weft.focus()
    check(weft.state()["mode"] == "flying", "there is nothing to type")
    for number in (1, 2, 3):
        run.write(f"e{number}.safetensors", epoch(number))
        state = weft.wait_for(f"epoch {number}", shown(f"e{number}.safetensors", number, number, f"epoch{number}"))
        check(state["message"] == "" and state["lines"] > 0, f"message {state['message']}, {state['lines']} lines")


def stepping(weft, run):
    weft.key("Left")
    weft.wait_for("the one before", shown("e2.safetensors", 2, 3, "epoch2"))
    weft.key("Left", "Left")
    weft.wait_for("the first", shown("e1.safetensors", 1, 3, "epoch1"))
    run.write("e4.safetensors", epoch(4))
    weft.wait_for("one more is counted", shown("e1.safetensors", 1, 4, "epoch1"))
    weft.key("Right")
    weft.wait_for("the one after", shown("e2.safetensors", 2, 4, "epoch2"))
    weft.key("End")
    weft.wait_for("the newest", shown("e4.safetensors", 4, 4, "epoch4"))


def half_written(weft, run):
    before = weft.state()["title"]
    content = epoch(5)
    titles, written, longest_s = set(), time.monotonic(), 0.0
    with open(run.path("e5.safetensors"), "wb") as file:
        for at in range(6):
            file.write(content[len(content) * at // 6:len(content) * (at + 1) // 6])
            file.flush()
            longest_s, written = max(longest_s, time.monotonic() - written), time.monotonic()
            for _ in range(7):
                time.sleep(0.05)
                state = weft.state()
                if at < 5:
                    titles.add(state["title"])
                    # What was not written on for 1.5 s is rightly called broken.
                    said_s = max(longest_s, time.monotonic() - written)
                    check(state["message"] == "" or said_s > 1.4, f"a message while it is written: {state['message']}")
    check(titles == {before}, f"shown before it was whole: {titles}")
    weft.wait_for("whole", shown("e5.safetensors", 5, 5, "epoch5"))


def broken(weft, run):
    content = epoch(6)
    run.write("e6.safetensors", content[:-4] + b"\0\0\xc0\x7f")  # a NaN at the end
    state = weft.wait_for("the broken one is said", lambda s: "e6.safetensors" in s["message"])
    check("nan" in state["message"].lower(), state["message"])
    check(state["title"].startswith("e5.") and state["tokens"][0] == "epoch5", "the last good picture stays")
    check(state["lines"] > 0, "the last good picture has its lines")
    run.write("e7.safetensors", epoch(7))
    state = weft.wait_for("the next good one", shown("e7.safetensors", 6, 6, "epoch7"))
    check(state["message"] == "", "the message goes with the next good one")


def longer_text(weft, run):
    weft.key("5")
    weft.wait_for("inside a head", lambda s: s["preset"] == "head")
    run.write("e8.safetensors", epoch(8, count=40))
    state = weft.wait_for("forty words", shown("e8.safetensors", 7, 7, "epoch8"))
    check(state["preset"] == "head", "the view is kept from epoch to epoch")
    run.write("e9.safetensors", epoch(9, count=2))
    weft.wait_for("two words", shown("e9.safetensors", 8, 8, "epoch9"))
    weft.key("1", "i")
    weft.wait_for("matrix", lambda s: s["docked"] == "matrix")
    weft.key("i")


def two_stacks(weft, run):
    tensors, metadata = traces.two_stacks(3, 2)
    run.write("translation.safetensors", traces.trace_bytes(tensors, metadata))
    state = weft.wait_for("cross-attention in front", lambda s: s["attention"] == "cross")
    check(state["tokens"] == traces.TARGET and state["key_tokens"] == traces.SOURCE, f"{state['tokens']}")
    weft.key("i", "x")
    state = weft.wait_for("the encoder", lambda s: s["attention"] == "encoder")
    check(state["tokens"] == traces.SOURCE and state["key_tokens"] == traces.SOURCE, f"{state['tokens']}")
    weft.key("x")
    state = weft.wait_for("the decoder", lambda s: s["attention"] == "decoder")
    check(state["tokens"] == traces.TARGET, f"{state['tokens']}")
    weft.key("x")
    state = weft.wait_for("cross-attention", lambda s: s["attention"] == "cross")
    check(state["tokens"] == traces.TARGET and state["key_tokens"] == traces.SOURCE, f"{state['tokens']}")
    weft.settle()
    kinds = set()
    for x in range(60, 900, 13):
        hovered = weft.point(x, 150 + x % 370)["hovered"]
        kinds.add(hovered["kind"])
        read = traces.TARGET if hovered["block"] == 1 else traces.SOURCE
        check(hovered["query"] < len(traces.TARGET) and hovered["key"] < len(read), f"{hovered}")
    check(kinds - {"none"}, "nothing is hovered anywhere")
    weft.key("v")
    weft.wait_for("rollout is passed over", lambda s: s["quantity"] == "entropy")
    weft.key("v", "F2")
    weft.wait_for("choices", lambda s: s["docked"] == "choices" and s["quantity"] == "attention")
    for view in ("2", "3", "4", "5", "6", "1", "g", "t"):
        weft.key(view)
        time.sleep(0.2)
    weft.key("x")
    weft.wait_for("the encoder again", lambda s: s["attention"] == "encoder")
    check(weft.state()["message"] == "", weft.state()["message"])


def many_at_once(weft, run):
    for number in range(100, 130):
        run.write(f"m{number}.safetensors", epoch(number))
    weft.wait_for("the last of thirty", lambda s: s["title"].endswith("of 39") and s["tokens"][0] == "epoch129")


def main():
    program = os.path.abspath(sys.argv[1])
    display = Display()
    folder = tempfile.mkdtemp(prefix="weft-watch-")
    weft = None
    try:
        run = Run(os.path.join(folder, "run"))
        weft = Weft(program, display, folder, ["--watch", run.folder], text=None)
        for part in (arriving, stepping, half_written, broken, longer_text, two_stacks, many_at_once):
            part(weft, run)
            print(f"ok  {part.__name__}", flush=True)
        check(weft.state()["validation_messages"] == 0, "validation messages")
        weft.end()
    except Failed as failure:
        print(f"FAILED  {failure}", flush=True)
        return 1
    finally:
        if weft and weft.process.poll() is None:
            weft.process.kill()
        display.stop()
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
