#!/usr/bin/env python3
"""Drives the real window under Xvfb with real key and pointer events and asserts on what it says it shows.

usage: window_test.py WEFT   (with the default model in place; Vulkan's validation is on throughout)

What is looked at after an event is waited for, however long the machine needs; a sleep only lets frames pass.
"""
import ctypes
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "golden"))
import traces  # pylint: disable=wrong-import-position


PATIENCE_S = 180.0  # of a machine ten times slower and busy; only a failure takes so long


class Failed(Exception):
    pass


def check(holds, what):
    if not holds:
        raise Failed(what)


def put_on_spare_keys(display_name, letters):
    """Gives each letter a key; xdotool would give it one for a moment only, which may be over when it is read. Returns the
    connection, without which the server would forget."""
    x11 = ctypes.CDLL("libX11.so.6")
    for name, arguments, result in (
            ("XOpenDisplay", [ctypes.c_char_p], ctypes.c_void_p),
            ("XGetKeyboardMapping", [ctypes.c_void_p, ctypes.c_ubyte, ctypes.c_int, ctypes.POINTER(ctypes.c_int)],
             ctypes.POINTER(ctypes.c_ulong)),
            ("XChangeKeyboardMapping", [ctypes.c_void_p, ctypes.c_int, ctypes.c_int, ctypes.POINTER(ctypes.c_ulong), ctypes.c_int],
             ctypes.c_int),
            ("XSync", [ctypes.c_void_p, ctypes.c_int], ctypes.c_int)):
        getattr(x11, name).argtypes, getattr(x11, name).restype = arguments, result
    connection = x11.XOpenDisplay(display_name.encode())
    check(connection, f"no connection to display {display_name}")
    first, count, width = 8, 248, ctypes.c_int()  # all codes that X has
    symbols = x11.XGetKeyboardMapping(connection, first, count, ctypes.byref(width))
    spare = [k for k in range(count) if not any(symbols[k * width.value:(k + 1) * width.value])]
    check(len(spare) >= len(letters), "the keyboard has no spare keys")
    for key, letter in zip(spare, letters):
        symbol = ord(letter) if ord(letter) < 0x100 else 0x1000000 + ord(letter)
        x11.XChangeKeyboardMapping(connection, first + key, 2, (ctypes.c_ulong * 2)(symbol, symbol), 1)
    x11.XSync(connection, 0)
    return connection


class Display:
    """An X server of our own, on a number that is free."""

    def __init__(self, letters=""):
        reader, writer = os.pipe()
        self.server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1600x1000x24", "-nolisten", "tcp"],
            pass_fds=[writer], stderr=subprocess.DEVNULL)
        os.close(writer)
        with os.fdopen(reader) as numbers:
            self.name = ":" + numbers.readline().strip()
        self.connection = put_on_spare_keys(self.name, letters)

    def stop(self):
        self.server.terminate()
        self.server.wait()


class Weft:
    def __init__(self, program, display, folder, arguments, text="The cat sat"):
        self.folder = folder
        self.state_path = os.path.join(folder, "state.json")
        if os.path.exists(self.state_path):
            os.remove(self.state_path)
        self.environment = dict(os.environ, DISPLAY=display.name, XDG_STATE_HOME=folder)
        self.process = subprocess.Popen(
            [program, "view", *(["--text", text] if text else []), "--validation", "--state", self.state_path]
            + arguments,
            cwd=folder, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.window = None

    def xdotool(self, *arguments):
        return subprocess.run(["xdotool", *arguments], env=self.environment, check=True, capture_output=True,
                              text=True).stdout.strip()

    def focus(self):
        self.window = self.xdotool("search", "--sync", "--onlyvisible", "--name", "^Weft$").split()[0]
        self.xdotool("windowfocus", "--sync", self.window)

    def key(self, *keys):
        self.xdotool("key", "--delay", "30", *keys)

    def type(self, text, delay_ms=40):
        self.xdotool("type", "--delay", str(delay_ms), text)

    def state(self):
        try:
            with open(self.state_path, encoding="utf-8") as file:
                return json.load(file)
        except FileNotFoundError:
            return {}

    def wait_for(self, what, holds, timeout_s=PATIENCE_S):
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            state = self.state()
            if state and holds(state):
                return state
            if self.process.poll() is not None:
                raise Failed(f"{what}: the program ended with {self.process.returncode}\n{self.process.stdout.read()}")
            time.sleep(0.05)
        raise Failed(f"{what}: not within {timeout_s} s; last state: {json.dumps(self.state())[:3000]}")

    def settle(self):
        """Until all that was asked for is there and nothing moves but the wave."""
        return self.wait_for("rest", lambda s: s["settled"])

    def point(self, x, y):
        """Moves the pointer; the state of a frame that knows where it is."""
        self.xdotool("mousemove", "--window", self.window, str(x), str(y))
        return self.wait_for(f"the pointer at {x}, {y}", lambda s: s["pointer"] == [x, y])

    def end(self):
        """Ctrl+Q; the exit code and all that was printed."""
        self.key("ctrl+q")
        try:
            output, _ = self.process.communicate(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired as error:
            self.process.kill()
            raise Failed("Ctrl+Q does not end the program") from error
        check(self.process.returncode == 0, f"exit code {self.process.returncode}\n{output}")
        check("validation:" not in output, output)


def shown(text):
    return lambda s: s["text"] == text and s["shown_revision"] == s["submitted_revision"]


def typing(weft):
    weft.wait_for("the first picture", shown("The cat sat"))
    weft.focus()
    weft.type(" on it")
    state = weft.wait_for("typed words", shown("The cat sat on it"))
    check(state["tokens"] == ["[CLS]", "the", "cat", "sat", "on", "it", "[SEP]"], f"tokens {state['tokens']}")
    check(state["mode"] == "typing", "typing is the first mode")
    check(state["lines"] > 0, "no lines")
    weft.key("BackSpace", "BackSpace")
    text = "The cat sat on "
    for letters in ("\u00fc", "ber ", "\u4f60", "\u597d"):
        weft.type(letters)
        text += letters
        weft.wait_for(f"typed {letters}", shown(text))
    weft.key("Home", "ctrl+Right", "ctrl+shift+Right")
    weft.wait_for("a selected word", lambda s: s["selected_text"].strip() == "cat")
    weft.type(" dog")
    weft.wait_for("the selection replaced", lambda s: s["text"].startswith("The dog "))
    weft.key("ctrl+z", "ctrl+z")
    weft.wait_for("undone", lambda s: s["text"].startswith("The cat"))
    weft.key("ctrl+a", "ctrl+c", "End", "ctrl+v")
    state = weft.wait_for("pasted", lambda s: s["text"].count("cat") == 2)
    weft.key("ctrl+a", "ctrl+x")
    weft.wait_for("cut", lambda s: s["text"] == "")
    check(len(weft.state()["tokens"]) > 2, "an empty line keeps the last picture")
    weft.key("ctrl+v")
    weft.wait_for("pasted again", shown(state["text"]))


def flying(weft):
    text = weft.state()["text"]
    weft.key("Tab")
    before = weft.wait_for("flying", lambda s: s["mode"] == "flying")
    for key in ("w", "d", "e"):
        target = weft.settle()["camera"]["target"]
        weft.xdotool("keydown", key)
        weft.wait_for(f"{key} flies", lambda s, t=target: s["camera"]["target"] != t)
        weft.xdotool("keyup", key)
    check(weft.state()["text"] == text, "flying keys type nothing")
    check(before["preset"] == "default", "the first view is the default view")
    weft.wait_for("by hand", lambda s: s["preset"] == "by hand")
    for key, preset in (("2", "front"), ("3", "top"), ("4", "end"), ("5", "head"), ("1", "default")):
        weft.key(key)
        weft.wait_for(f"view {preset}", lambda s, p=preset: s["preset"] == p)
    weft.key("6")
    weft.wait_for("view token", lambda s: s["preset"] == "token")
    weft.key("Escape")
    weft.wait_for("Esc leaves the token", lambda s: s["preset"] == "default")
    weft.wait_for("unfolded", lambda s: not s["folded"])
    weft.key("g")
    weft.wait_for("folded", lambda s: s["folded"])
    weft.key("g", "f")
    weft.key("h")
    weft.wait_for("all heads", lambda s: s["scene"] == "heads" and s["docked"] == "matrix")
    weft.key("j")
    weft.wait_for("queries and keys", lambda s: s["scene"] == "neurons")
    weft.key("j", "i")
    weft.wait_for("panes again", lambda s: s["scene"] == "auto" and s["docked"] == "none")
    weft.key("v")
    weft.wait_for("rollout", lambda s: s["quantity"] == "rollout")
    weft.key("v")
    weft.wait_for("entropy", lambda s: s["quantity"] == "entropy")
    for _ in range(20):  # through all that is computed, round to the first
        before = weft.wait_for("a quantity", lambda s: True)["quantity"]
        weft.key("v")
        if weft.wait_for("the next", lambda s: s["quantity"] != before)["quantity"] == "attention":
            break
    weft.wait_for("attention", lambda s: s["quantity"] == "attention")
    weft.key("c")
    weft.wait_for("light", lambda s: s["theme"] == "light")
    weft.key("c", "c")
    weft.key("u")
    weft.wait_for("panes of tokens for anything", lambda s: s["scene"] == "stack")
    weft.key("u")
    weft.wait_for("the input's own place", lambda s: s["scene"] == "auto")
    weft.key("slash")
    weft.wait_for("the slash goes to typing", lambda s: s["mode"] == "typing" and s["text"] == text)
    weft.key("Escape")
    weft.wait_for("Esc leaves typing", lambda s: s["mode"] == "flying")


def panels(weft):
    weft.key("i")
    weft.wait_for("matrix", lambda s: s["docked"] == "matrix")
    weft.key("F2")
    weft.wait_for("choices", lambda s: s["docked"] == "choices")
    weft.key("F3")
    weft.wait_for("timings", lambda s: s["docked"] == "timings")
    # At once: no frame has given the search its focus yet.
    weft.xdotool("key", "--delay", "0", "F1", "g", "o")
    weft.wait_for("help", lambda s: s["help"])
    weft.type("fold")
    weft.key("Escape")
    state = weft.wait_for("Esc closes the help", lambda s: not s["help"])
    check(not state["folded"] and state["docked"] == "timings", "the search's letters are no commands")
    # The search gives the keys back in the frame after.
    weft.wait_for("two more frames", lambda s, n=state["frames"]: s["frames"] >= n + 2)
    weft.key("F3", "F10")
    weft.wait_for("hidden", lambda s: s["hidden"] and s["docked"] == "none")
    weft.key("F10")


def click(weft, name, keys=(), button="1"):
    """On what the state file calls by this name, once it stands still under the pointer."""
    at = weft.wait_for(f"'{name}' to click", lambda s: name in s["clickable"])["clickable"][name]
    while True:
        x, y = round(at[0]), round(at[1])
        weft.point(x + 1, y)  # two frames at least, also where it was there before
        now = weft.point(x, y)["clickable"].get(name)
        if now == at:
            break
        at = now or at
    for key in keys:
        weft.xdotool("keydown", key)
    weft.xdotool("click", button)
    for key in reversed(keys):
        weft.xdotool("keyup", key)


def methods(weft):
    weft.key("F7")
    weft.wait_for("quantities", lambda s: s["docked"] == "method")
    click(weft, "method rollout")
    weft.wait_for("rollout by click", lambda s: s["quantity"] == "rollout" and s["method"] == "rollout")
    click(weft, "method attention")
    weft.wait_for("attention by click", lambda s: s["quantity"] == "attention")
    weft.key("F8")
    weft.wait_for("heads", lambda s: s["docked"] == "heads")
    click(weft, "head 0.2")
    weft.wait_for("a head by click", lambda s: s["head"] == [0, 2])
    ablated = [{"kind": "self", "layer": 0, "head": 2, "mean": False}]
    weft.key("b")
    state = weft.wait_for("ablated by a key", lambda s: s["ablations"] == ablated)
    weft.wait_for("the pass without it", lambda s, r=state["submitted_revision"]: s["shown_revision"] >= r)
    weft.key("shift+b")
    weft.wait_for("its mean", lambda s: [h["mean"] for h in s["ablations"]] == [True])
    click(weft, "head 0.1", keys=("ctrl",))
    weft.wait_for("another by Ctrl+click", lambda s: [h["head"] for h in s["ablations"]] == [1, 2])
    check(weft.state()["head"] == [0, 2], "Ctrl+click chooses no head")
    time.sleep(0.7)  # changes of the same thing that follow faster are one step of undo
    click(weft, "give all back")
    weft.wait_for("all given back", lambda s: s["ablations"] == [])
    weft.key("ctrl+z")
    weft.wait_for("undone", lambda s: [h["head"] for h in s["ablations"]] == [1, 2])
    weft.key("ctrl+y")
    weft.wait_for("done again", lambda s: s["ablations"] == [])
    weft.key("F9")
    weft.wait_for("curves", lambda s: s["docked"] == "curves")
    weft.key("shift+F9")
    weft.wait_for("agreement", lambda s: s["docked"] == "agreement")
    weft.key("shift+F9")
    weft.wait_for("no panel", lambda s: s["docked"] == "none")


def point_at_a_word(weft):
    for x in range(60, 1240, 37):
        for y in (180, 260, 340):
            hovered = weft.point(x, y)["hovered"]
            if hovered["kind"] == "token" and hovered["query"] >= 0:
                return hovered["query"]
    raise Failed("no word is hovered in the front view")


def target_of_a_word(weft):
    weft.key("2")
    weft.wait_for("front", lambda s: s["preset"] == "front")
    weft.settle()
    query = point_at_a_word(weft)
    weft.xdotool("keydown", "alt", "click", "1", "keyup", "alt")
    weft.wait_for("the word is the target", lambda s: s["target"]["chosen"] == f"norm@{query}")
    weft.key("1")


def pointing(weft):
    weft.settle()
    kinds = {weft.point(x, 150 + x % 370)["hovered"]["kind"] for x in range(160, 1100, 47)}
    check(kinds - {"none"}, "nothing is hovered anywhere")
    yaw = weft.state()["camera"]["yaw"]
    weft.point(700, 60)
    weft.xdotool("mousedown", "1", "mousemove_relative", "80", "0", "mousemove_relative", "40", "10", "mouseup", "1")
    weft.wait_for("a drag orbits", lambda s: abs(s["camera"]["yaw"] - yaw) > 1)
    distance = weft.state()["camera"]["distance"]
    weft.xdotool("click", "4")
    weft.wait_for("the wheel zooms", lambda s: s["camera"]["distance"] < distance)


def recording(weft):
    asked = time.monotonic()
    weft.key("r")
    state = weft.wait_for("recording", lambda s: s["recording"])
    started, size = time.monotonic(), state["size"]
    weft.wait_for("seventy frames", lambda s, n=state["frames"]: s["frames"] >= n + 70)  # every second is recorded, or all
    for disturbance in (["windowmove", weft.window, "150", "90"], ["windowsize", weft.window, "900", "701"],
                        ["windowsize", weft.window, "1", "1"], ["windowsize", weft.window, *map(str, size)],
                        ["windowunmap", weft.window], ["windowmap", weft.window]):
        weft.xdotool(*disturbance)
        time.sleep(0.4)
    weft.focus()
    weft.wait_for("still recording", lambda s: s["recording"] and s["size"] == size)
    at_least_s = time.monotonic() - started
    weft.key("r")
    weft.wait_for("recorded", lambda s: not s["recording"] and "recorded" in s["message"])
    at_most_s = time.monotonic() - asked
    video = os.path.join(weft.folder, "weft-1.mp4")
    check(not os.path.exists(video + ".part"), "the part is still there")
    played = subprocess.run(["ffprobe", "-v", "error", "-count_frames", "-select_streams", "v", "-show_entries",
                             "stream=width,height,duration,nb_read_frames", "-of", "json", video],
                            capture_output=True, text=True, check=True)
    check(not played.stderr.strip(), f"the video does not play: {played.stderr}")
    stream = json.loads(played.stdout)["streams"][0]
    check([stream["width"], stream["height"]] == size, f"the video is {stream['width']}x{stream['height']}, not {size}")
    check(at_least_s - 1.5 < float(stream["duration"]) < at_most_s + 1.5,
          f"{stream['duration']} s of {at_least_s:.1f} to {at_most_s:.1f} s are in the video")
    check(int(stream["nb_read_frames"]) > 30, f"{stream['nb_read_frames']} frames")
    weft.key("F12")
    weft.wait_for("screenshot", lambda s: "weft-1.png" in s["message"])
    check(os.path.getsize(os.path.join(weft.folder, "weft-1.png")) > 1000, "the screenshot is empty")


def resize_storm(weft):
    chance = random.Random(3)
    for step in range(80):
        width, height = chance.randint(1, 1500), chance.randint(1, 950)
        if step % 20 == 7:
            width, height = 1, 1
        weft.xdotool("windowsize", weft.window, str(width), str(height))
        if step % 10 == 0:
            weft.key("1")
    weft.xdotool("windowunmap", weft.window)
    time.sleep(0.3)
    weft.xdotool("windowmap", weft.window)
    weft.xdotool("windowsize", weft.window, "1280", "720")
    weft.wait_for("the size after the storm", lambda s: s["size"] == [1280, 720])
    weft.focus()
    frames = weft.state()["frames"]
    weft.key("g")
    weft.wait_for("frames go on", lambda s: s["frames"] > frames)


def long_paste(program, display, folder):
    script = os.path.join(folder, "long.txt")
    with open(script, "w", encoding="utf-8") as file:
        file.write("settle\ntext.set " + "word " * 5000 + "\nsettle\n")
    weft = Weft(program, display, folder, ["--script", script])
    state = weft.wait_for("5,000 words", lambda s: len(s["text"]) > 20000 and s["shown_revision"] > 1)
    check(len(state["tokens"]) <= 512, f"{len(state['tokens'])} tokens")
    weft.focus()
    weft.end()


def panels_by_script(program, display, folder):
    script = os.path.join(folder, "panels.txt")
    with open(script, "w", encoding="utf-8") as file:
        file.write("settle\nmethod.toggle on\nmethod.choose rollout\nmethod.residual 0.3\nmethod.fuse max\ntarget.set norm@1\n"
                   "ablate.head 1.2\nablate.mean 0.0\nsettle\nheads.toggle on\nheads.sort distance\nsettle\n"
                   "curves.toggle on\nsettle\nagreement.toggle on\nsettle\nheads.toggle on\nwait 0.5\nheads.sort entropy\n")
    weft = Weft(program, display, folder, ["--script", script])
    try:
        state = weft.wait_for("the script's end", lambda s: s["docked"] == "heads" and s["head_order"] == "entropy" and
                              s["quantity"] == "rollout")
        check(state["target"]["chosen"] == "norm@1", f"target {state['target']}")
        check([(h["layer"], h["head"], h["mean"]) for h in state["ablations"]] == [(0, 0, True), (1, 2, False)],
              f"ablations {state['ablations']}")
        check(state["heads_descending"], "numbers are sorted from the greatest on")
        state = weft.wait_for("the sorted table", lambda s: "sort pattern" in s["clickable"])
        weft.focus()
        click(weft, "sort pattern")
        weft.wait_for("sorted by click", lambda s: s["head_order"] == "pattern")
        weft.end()
    finally:
        if weft.process.poll() is None:
            weft.process.kill()


def images(program, display, folder):
    """A trace of an image: pages turn by keys, wheel and click, patches and heads are chosen by the pointer."""
    trace = traces.image_of_scenery(folder, "scenery", 4, 6, ["[CLS]"], layers=6, heads=3)
    weft = Weft(program, display, folder, [trace, "--size", "1280x720"], text=None)
    try:
        state = weft.wait_for("the image", lambda s: s["image"] and s["image"]["open"] == [5, 6])
        check(state["image"]["query"] == 0 and state["image"]["heads"] == [0, 1, 2], f"at first {state['image']}")
        weft.focus()
        weft.key("bracketleft")
        weft.wait_for("the page before", lambda s: s["image"]["layer"] == 4 and s["image"]["open"] == [4, 5])
        weft.settle()
        # The image stands at left, the closed panes of the layers before just behind its right edge.
        check(weft.point(330, 300)["hovered"]["query"] > 0, "no patch is hovered")
        weft.xdotool("click", "1")
        state = weft.wait_for("the patch", lambda s: s["image"]["query"] > 0 and s["selected"]["kind"] == "token")
        patch = state["image"]["query"]
        for x in range(430, 540, 4):
            if weft.point(x, 300)["image"]["closed_layer_pointed_at"] is not None:
                break
        weft.xdotool("click", "4")
        state = weft.wait_for("a page by the wheel", lambda s: s["image"]["open"] == [3, 4])
        check(state["image"]["query"] == patch, "the patch stays")
        weft.key("period")
        weft.wait_for("one head", lambda s: len(s["image"]["heads"]) == 1)
        weft.key("shift+h", "z")
        weft.wait_for("a smooth map", lambda s: s["image"]["look"] == "map" and s["image"]["smooth"])
        weft.key("shift+j")
        weft.wait_for("the mean", lambda s: s["image"]["query"] is None)
        weft.key("Escape")
        weft.wait_for("the class token", lambda s: s["image"]["query"] == 0)
        weft.key("u")
        weft.wait_for("panes of tokens", lambda s: s["image"] is None and s["scene"] == "stack")
        weft.key("u")
        weft.wait_for("the image again", lambda s: s["image"] is not None)
        check(weft.state()["validation_messages"] == 0, "validation messages")
        weft.end()
    finally:
        if weft.process.poll() is None:
            weft.process.kill()


def tiny_decoder(folder):
    """A GPT-2 of random numbers whose words are w1, w2, ..., as a model folder."""
    case = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "parity", "checkpoints", "gpt2")
    shutil.copytree(case, folder)
    words = {"[UNK]": 0, **{f"w{i}": i for i in range(1, 65)}}
    with open(os.path.join(folder, "tokenizer.json"), "w", encoding="utf-8") as file:
        json.dump({"version": "1.0", "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": False},
                   "pre_tokenizer": {"type": "BertPreTokenizer"},
                   "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                             "max_input_chars_per_word": 100, "vocab": words}}, file)


def changing_models(program, display, folder):
    tiny = os.path.join(folder, "tiny")
    tiny_decoder(tiny)
    script = os.path.join(folder, "models.txt")
    with open(script, "w", encoding="utf-8") as file:
        file.write(f"settle\nlayers.set 4-5\nheads.set 5.11\nsettle\nmodel.set {tiny}\nsettle\npredictions.toggle on\n")
    weft = Weft(program, display, folder, ["--script", script], text="w3 w4 w5")
    try:
        state = weft.wait_for("the other model", lambda s: s["model"] == "tiny" and len(s["predictions"]) == 10)
        check(abs(sum(p for _, p in state["predictions"])) <= 1.0001, "probabilities beyond 1")
        best = state["predictions"][0][0]
        weft.wait_for("its predictions", lambda s: s["docked"] == "predictions")
        weft.focus()
        weft.key("ctrl+space")
        weft.wait_for("its next token", lambda s: len(s["tokens"]) == 4 and s["shown_revision"] == s["submitted_revision"])
        weft.key("F4")
        state = weft.wait_for("the list of models", lambda s: s["docked"] == "models")
        check(state["text"] == f"w3 w4 w5 {best}", f"text {state['text']}, best {best}")
        check(len(state["tokens"]) == 4, f"tokens {state['tokens']}")
        check(state["lines"] > 0, "layers and heads of the model before hide everything")
        weft.key("F5")
        weft.wait_for("the predictions again", lambda s: s["docked"] == "predictions")
        third = weft.state()["predictions"][2][0]
        click(weft, "prediction 2")
        weft.wait_for("a token is the target", lambda s: s["target"]["chosen"] == third.lstrip("w"))
        text = weft.state()["text"]
        check(text == state["text"], "a click on a prediction adds nothing to the text")
        weft.key("ctrl+space")
        weft.wait_for("a key's token", lambda s: s["text"].startswith(state["text"] + " w") and len(s["tokens"]) == 5)
        weft.end()
    finally:
        if weft.process.poll() is None:
            weft.process.kill()


def without_display(program):
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    run = subprocess.run([program, "view"], env=environment, capture_output=True, text=True, timeout=600, check=False)
    check(run.returncode == 1 and "--output" in run.stderr, f"no display: {run.returncode} {run.stderr}")


def main():
    program = os.path.abspath(sys.argv[1])
    display = Display(letters="\u00fc\u4f60\u597d")
    folder = tempfile.mkdtemp(prefix="weft-ui-")
    os.makedirs(os.path.join(folder, "weft"), exist_ok=True)
    with open(os.path.join(folder, "weft", "started"), "w", encoding="utf-8"):
        pass
    weft = None
    try:
        weft = Weft(program, display, folder, [])
        for part in (typing, flying, panels, methods, target_of_a_word, pointing, recording, resize_storm):
            part(weft)
            print(f"ok  {part.__name__}", flush=True)
        check(weft.state()["validation_messages"] == 0, "validation messages")
        weft.end()
        long_paste(program, display, folder)
        print("ok  long_paste", flush=True)
        panels_by_script(program, display, folder)
        print("ok  panels_by_script", flush=True)
        images(program, display, folder)
        print("ok  images", flush=True)
        changing_models(program, display, folder)
        print("ok  changing_models", flush=True)
        without_display(program)
        print("ok  without_display", flush=True)
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
