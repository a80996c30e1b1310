"""Headless Chromium, told what to do through its DevTools pipe; its pages come from this machine alone."""
import glob
import http.server
import json
import os
import select
import signal
import subprocess
import tempfile
import threading
import time

PROGRAM = "/usr/bin/chromium"
JQUERY, REQUIRE, THREE, D3 = LIBRARIES = ["/usr/share/javascript/jquery/jquery.min.js", "/usr/share/javascript/requirejs/require.min.js",
                                          "/usr/share/javascript/three/three.min.js", "/usr/share/nodejs/d3/dist/d3.min.js"]
SIZE = 1280, 720
# What draws pages, and what draws WebGL.
NO_CARD = ["--disable-gpu"]
BACK_ENDS = {
    "llvmpipe": ["--use-gl=angle", "--use-angle=gl-egl", "--ignore-gpu-blocklist"],
    "SwiftShader": ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
}


def missing(python):
    """What pages need and this machine does not have; BertViz is looked for beside the peers' Python."""
    lacking = [path for path in [PROGRAM, *LIBRARIES] if not os.path.exists(path)]
    if not glob.glob(os.path.join(os.path.dirname(python), "../lib/python3*/site-packages/bertviz")):
        lacking.append("BertViz")
    return lacking


class Files(http.server.BaseHTTPRequestHandler):
    """Serves `server.files`: path -> text, or the name of a file."""

    def do_GET(self):
        found = self.server.files.get(self.path)
        if found is None:
            return self.send_error(404)
        if os.path.isabs(found):
            with open(found, "rb") as file:
                body = file.read()
        else:
            body = found.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/javascript" if self.path.endswith(".js") else "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class BrowserEnded(RuntimeError):
    pass


class Browser:
    def __init__(self, switches):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Files)
        self.server.files = {}
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.profile = tempfile.TemporaryDirectory(prefix="weft-bench-browser-", ignore_cleanup_errors=True)
        to_browser, self.writer = os.pipe()
        self.reader, from_browser = os.pipe()
        # Chromium reads commands from descriptor 3 and answers on 4.
        script = f'exec "$0" "$@" 3<&{to_browser} 4>&{from_browser}'
        self.process = subprocess.Popen(
            ["bash", "-c", script, PROGRAM, "--headless=new", "--no-sandbox", "--remote-debugging-pipe", "--no-first-run",
             "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update", "--disable-sync",
             "--disable-extensions", f"--window-size={SIZE[0]},{SIZE[1]}", "--js-flags=--max-old-space-size=16384",
             f"--user-data-dir={self.profile.name}", *switches, "about:blank"],
            pass_fds=[to_browser, from_browser], env=dict(os.environ, LIBGL_ALWAYS_SOFTWARE="1"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True)
        os.close(to_browser)
        os.close(from_browser)
        self.count, self.kept, self.told, self.session = 0, b"", [], None
        page = next(target for target in self.ask("Target.getTargets")["targetInfos"] if target["type"] == "page")
        self.session = self.ask("Target.attachToTarget", targetId=page["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Inspector"):
            self.ask(domain + ".enable")
        self.ask("Emulation.setDeviceMetricsOverride", width=SIZE[0], height=SIZE[1], deviceScaleFactor=1, mobile=False)

    def ask(self, method, timeout_s=60.0, **parameters):
        self.count += 1
        message = {"id": self.count, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.writer, json.dumps(message).encode() + b"\0")
        answer = self.await_message(lambda said: said.get("id") == message["id"], timeout_s)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        return answer["result"]

    def await_message(self, is_it, timeout_s):
        end = time.monotonic() + timeout_s
        while True:
            while b"\0" in self.kept:
                line, self.kept = self.kept.split(b"\0", 1)
                said = json.loads(line)
                if said.get("method") == "Inspector.targetCrashed":
                    raise BrowserEnded("the page crashed")
                if is_it(said):
                    return said
                self.told.append(said)
            left = end - time.monotonic()
            if left <= 0.0:
                raise TimeoutError
            if select.select([self.reader], [], [], min(left, 1.0))[0]:
                data = os.read(self.reader, 1 << 20)
                if not data:
                    raise BrowserEnded("the browser ended")
                self.kept += data

    def evaluate(self, expression, timeout_s=60.0):
        answer = self.ask("Runtime.evaluate", timeout_s, expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(json.dumps(answer["exceptionDetails"])[:2000])
        return answer["result"].get("value")

    def url(self, path):
        return f"http://127.0.0.1:{self.server.server_port}{path}"

    def processes(self):
        """Of the browser and all that it started."""
        parents = {}
        for name in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as file:
                    parents[int(name)] = int(file.read().rsplit(")", 1)[1].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
        found = {self.process.pid}
        while more := {pid for pid, parent in parents.items() if parent in found} - found:
            found |= more
        return found

    def processor_ms(self):
        """That they have taken so far; what has ended is not counted."""
        ticks = 0
        for pid in self.processes():
            try:
                with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
                    ticks += sum(map(int, file.read().rsplit(")", 1)[1].split()[11:13]))
            except (FileNotFoundError, ProcessLookupError):
                continue
        return ticks * 1e3 / os.sysconf("SC_CLK_TCK")

    def memory_mb(self):
        """Resident: what each process has of its own, and what they share as large as it is in one of them."""
        own, shared = 0, 0
        for pid in self.processes():
            try:
                with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as file:
                    resident = {line.split(":")[0]: int(line.split()[1]) for line in file if line.startswith("Rss")}
            except (FileNotFoundError, ProcessLookupError):
                continue
            own += resident.get("RssAnon", 0)
            shared = max(shared, resident.get("RssFile", 0) + resident.get("RssShmem", 0))
        return (own + shared) / 1024

    def end(self):
        os.killpg(self.process.pid, signal.SIGKILL)

    def stop(self):
        if self.process.poll() is None:
            self.end()
        self.process.wait()
        self.server.shutdown()
        for descriptor in (self.reader, self.writer):
            os.close(descriptor)
        self.profile.cleanup()
