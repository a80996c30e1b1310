#!/usr/bin/env python3
"""BertViz' model view of all heads of a trace in a headless browser. Answers each line of input with one of JSON:

    picture LIMIT_S     from the weights in memory to the page that shows them (null: not within the limit, or not in half of
                        this machine's memory), and the most that the browser took meanwhile
    click COUNT, hover COUNT    of the page that stands: from the event to the page that shows what it changed

A page counts as shown when the frame after the one that drew it begins; what the browser's other threads still have to
do for its pixels is not counted. BertViz asks content networks for its three libraries: here it gets Debian's, of the
same major versions but for jQuery (3 instead of 2).
"""
import json
import os
import sys
import threading
import time

import torch
from bertviz import model_view
from safetensors import safe_open

from browser import D3, JQUERY, NO_CARD, REQUIRE, Browser, BrowserEnded

MOST_MB = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**21
NETWORK = {
    "https://cdnjs.cloudflare.com/ajax/libs/require.js/2.3.6/require.min.js": "/require.js",
    "https://cdnjs.cloudflare.com/ajax/libs/d3/5.7.0/d3.min": "/d3",
    "https://cdnjs.cloudflare.com/ajax/libs/jquery/2.0.0/jquery.min": "/jquery",
}
# BertViz' own callback for the same modules was registered before, so that it has run.
SHOWN = """<script>
function weftFrameAfterNext(value) { requestAnimationFrame(() => requestAnimationFrame(() => weftShown(String(value())))); }
requirejs(['jquery', 'd3'], () => weftFrameAfterNext(() => 0));
for (const kind of ['click', 'mouseover']) window.addEventListener(kind, event => {
    if (kind === 'click' || event.target.closest('g.detail g')) weftFrameAfterNext(() => performance.now() - event.timeStamp);
}, true);
</script>"""


class Peer:
    def __init__(self, path):
        with safe_open(path, "pt") as file:
            weights = file.get_tensor("attention")
            self.tokens = json.loads(file.metadata()["tokens"])
        self.attention = [layer.unsqueeze(0).clone() for layer in weights]
        self.browser = None

    def open_browser(self):
        if self.browser:
            self.browser.stop()
        self.browser = Browser(NO_CARD)
        self.browser.ask("Runtime.addBinding", name="weftShown")
        self.browser.server.files = {"/require.js": REQUIRE, "/d3.js": D3, "/jquery.js": JQUERY, "/empty": "<!DOCTYPE html>"}

    def shown(self, limit_s):
        """What the page says when it is shown."""
        is_it = lambda said: said.get("method") == "Runtime.bindingCalled"
        return float(self.browser.await_message(is_it, limit_s)["params"]["payload"])

    def picture(self, limit_s):
        """Seconds, or None. The browser is already there."""
        self.browser.ask("Page.navigate", url=self.browser.url("/empty"))
        began = time.monotonic()
        body = model_view(self.attention, self.tokens, html_action="return").data
        for far, near in NETWORK.items():
            assert far in body, far
            body = body.replace(far, near)
        self.browser.server.files["/"] = "<!DOCTYPE html><meta charset=utf-8><body>" + body + SHOWN
        try:
            self.browser.ask("Page.navigate", limit_s, url=self.browser.url("/"))
            self.shown(limit_s - (time.monotonic() - began))
        except (TimeoutError, BrowserEnded):
            return None
        taken = time.monotonic() - began
        lines = self.browser.evaluate("document.querySelectorAll('line').length")
        assert lines == sum(layer.numel() for layer in self.attention), lines
        return taken

    def picture_and_memory(self, limit_s):
        peak, done = [0.0], threading.Event()

        def watch():
            while not done.wait(0.3):
                peak[0] = max(peak[0], self.browser.memory_mb())
                if peak[0] > MOST_MB:
                    return self.browser.end()

        self.open_browser()
        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            return self.picture(limit_s), peak[0]
        finally:
            done.set()
            watcher.join()

    def mouse(self, kind, x, y, **more):
        self.browser.ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)

    def click(self, count):
        """Two heads of the first layer in turn: neither's detail covers the other."""
        places = self.browser.evaluate("""[...document.querySelectorAll('[id^=attn_background_0_]')].map(rect => {
            const box = rect.getBoundingClientRect(); return [box.x + box.width / 2, box.y + 60]; })""")
        taken = []
        for i in range(count):
            x, y = places[(0, 8)[i % 2]]
            self.mouse("mouseMoved", x, y)
            for kind in ("mousePressed", "mouseReleased"):
                self.mouse(kind, x, y, button="left", clickCount=1)
            taken.append(self.shown(60.0))
        return taken

    def hover(self, count):
        """Words of the open head that are on screen."""
        places = self.browser.evaluate("""[...document.querySelectorAll('g.detail g text.token')]
            .filter(text => text.style.textAnchor === 'end').map(text => {
                const box = text.previousSibling.getBoundingClientRect(); return [box.x + box.width / 2, box.y + 9]; })
            .filter(place => place[1] < 700)""")
        taken = []
        for i in range(count):
            self.mouse("mouseMoved", *places[(i * 7) % len(places)])
            taken.append(self.shown(60.0))
        return taken

    def answer(self, what, number):
        if what == "picture":
            taken, peak = self.picture_and_memory(float(number))
            return {"s": taken, "peak_mb": peak}
        return {"ms": {"click": self.click, "hover": self.hover}[what](int(number))}


if __name__ == "__main__":
    torch.set_grad_enabled(False)
    peer = Peer(sys.argv[1])
    print(json.dumps({"ready": "BertViz"}), flush=True)
    try:
        for line in sys.stdin:
            print(json.dumps(peer.answer(*line.split())), flush=True)
    finally:
        if peer.browser:
            peer.browser.stop()
