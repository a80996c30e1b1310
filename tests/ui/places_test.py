#!/usr/bin/env python3
"""Saved places in the real window under Xvfb, by keys, clicks and commands: saved, flown to, cut to, named anew, deleted,
undone, exported and read again; and what is selected is framed and turned around; choices of the view are taken back.

usage: places_test.py WEFT   (no model is needed; Vulkan's validation is on throughout)
"""
import json
import math
import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden"))

import traces  # noqa: E402
from window_test import Display, Failed, Weft, check, click  # noqa: E402

FIELDS = ("yaw", "pitch", "distance", "fov")


def stands_at(camera):
    def holds(state):
        now = state["camera"]
        pairs = list(zip(now["target"], camera["target"])) + [(now[f], camera[f]) for f in FIELDS]
        return all(math.isclose(a, b, rel_tol=1e-4, abs_tol=1e-3) for a, b in pairs)
    return holds


def saving(weft):
    weft.wait_for("the trace", lambda s: s["lines"] > 0)
    weft.focus()
    weft.key("2")
    weft.wait_for("the front", lambda s: s["preset"] == "front" and s["camera"]["yaw"] == 0)
    weft.key("ctrl+shift+1")
    first = weft.wait_for("a first place", lambda s: len(s["places"]) == 1)
    check(first["places"][0]["name"] == "Place 1" and first["places"][0]["folded"], f"{first['places']}")
    weft.key("4")
    weft.wait_for("the end", lambda s: s["camera"]["yaw"] == -75)
    weft.key("ctrl+shift+2")
    second = weft.wait_for("a second place", lambda s: len(s["places"]) == 2)
    weft.key("ctrl+1")
    weft.wait_for("flown to the first", stands_at(first["places"][0]["camera"]))
    weft.key("alt+2")
    weft.wait_for("cut to the second", stands_at(second["places"][1]["camera"]))
    weft.key("ctrl+7")
    weft.wait_for("no seventh", lambda s: "no place '7'" in s["message"])


def panel(weft):
    weft.key("shift+p")
    weft.wait_for("the panel", lambda s: s["docked"] == "places")
    click(weft, "place 1")
    weft.wait_for("flown by click", lambda s: s["camera"]["yaw"] == 0)
    click(weft, "rename 1")
    state = weft.wait_for("a name to write", lambda s: s["renamed"] == 0)
    weft.wait_for("three more frames", lambda s, n=state["frames"]: s["frames"] >= n + 3)
    weft.key("ctrl+a")  # faster than frames come
    weft.type("front of all", delay_ms=5)
    weft.key("Return")
    weft.wait_for("a new name", lambda s: s["places"][0]["name"] == "front of all")
    click(weft, "delete 1")
    weft.wait_for("deleted", lambda s: len(s["places"]) == 1)
    click(weft, "undo")
    state = weft.wait_for("back again", lambda s: len(s["places"]) == 2)
    check(state["places"][0]["name"] == "front of all", f"{state['places']}")
    weft.key("shift+p")
    weft.wait_for("closed", lambda s: s["docked"] == "none")


def selected(weft):
    weft.key("1")
    weft.wait_for("the default view", lambda s: s["preset"] == "default" and not s["folded"])
    weft.key("shift+f")
    weft.wait_for("nothing to frame", lambda s: "nothing is selected" in s["message"])


def undone(weft):
    """While flying: what was chosen is taken back and chosen again."""
    weft.key("ctrl+z")
    weft.wait_for("a step back", lambda s: s["message"].startswith(("undone: ", "nothing is left to undo")))
    weft.key("m")
    weft.wait_for("drawn", lambda s, n=weft.state()["frames"]: s["frames"] >= n + 3)
    weft.key("ctrl+z")
    weft.wait_for("the threshold as it was", lambda s: s["message"] == "undone: threshold")
    weft.key("ctrl+shift+z")
    weft.wait_for("the threshold again", lambda s: s["message"] == "done again: threshold")
    weft.key("u")
    weft.wait_for("another place", lambda s, n=weft.state()["frames"]: s["frames"] >= n + 3)
    weft.key("ctrl+z")
    weft.wait_for("the place as it was", lambda s: s["message"] == "undone: place")


def by_script(program, display, folder, trace):
    """Another window: what was saved is there; it goes through a file; a selection is framed."""
    script, exported = os.path.join(folder, "places.txt"), os.path.join(folder, "exported.json")
    with open(script, "w", encoding="utf-8") as file:
        file.write(f"settle\nplaces.export {exported}\nplace.delete 1\nplace.delete 2\nplaces.import {exported}\n"
                   "query.set 3\ncamera.selection\nsettle\nplace.save the third\nplaces.pins on\npath.show on\n"
                   "arrows.toggle on\nplaces.toggle on\nsettle\nwait 0.5\n")
    weft = Weft(program, display, folder, [trace, "--script", script], text=None)
    try:
        state = weft.wait_for("the script's end",
                              lambda s: len(s["places"]) == 3 and s["docked"] == "places")
        check([p["name"] for p in state["places"]] == ["front of all", "Place 2", "the third"], f"{state['places']}")
        with open(exported, encoding="utf-8") as file:
            check(json.load(file)["places"] == state["places"][:2], "what was exported is what is there")
        check(state["preset"] == "by hand", "a framed selection is a camera of its own")
        check(state["camera"]["distance"] > 3, "nothing selected stands in the viewer's face")
        weft.wait_for("a picture of each place on the panel", lambda s: "place the third" in s["clickable"])
        check(weft.state()["validation_messages"] == 0, "validation messages")
        weft.focus()
        weft.end()
    finally:
        if weft.process.poll() is None:
            weft.process.kill()


def main():
    program = os.path.abspath(sys.argv[1])
    display = Display()
    folder = tempfile.mkdtemp(prefix="weft-ui-")
    trace = traces.write_all(folder)["mixed"]
    weft = None
    try:
        weft = Weft(program, display, folder, [trace], text=None)
        for part in (saving, panel, selected, undone):
            part(weft)
            print(f"ok  {part.__name__}", flush=True)
        check(weft.state()["validation_messages"] == 0, "validation messages")
        weft.end()
        pictures = [name for _, _, names in os.walk(os.path.join(folder, "weft", "places")) for name in names]
        check(sorted(n.rsplit(".", 1)[1] for n in pictures) == ["json", "png", "png"], f"kept: {pictures}")
        by_script(program, display, folder, trace)
        print("ok  by_script", flush=True)
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
