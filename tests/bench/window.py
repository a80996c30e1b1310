"""The real window on an X server of our own, with real key events, seen through the server's own pixels."""
import ctypes
import json
import mmap
import os
import signal
import struct
import subprocess
import tempfile
import time

from programs import Failed, tail_of


class Display:
    """An X server on a number that is free, as large as the window."""

    def __init__(self, folder):
        reader, writer = os.pipe()
        self.server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1280x720x24", "-fbdir", folder, "-nolisten", "tcp"],
            pass_fds=[writer], stderr=subprocess.DEVNULL)
        os.close(writer)
        with os.fdopen(reader) as numbers:
            self.name = ":" + numbers.readline().strip()
        if self.name == ":":
            raise Failed("Xvfb did not start")
        self.environment = dict(os.environ, DISPLAY=self.name)
        # An X window dump that the server keeps up to date; its header is big-endian.
        with open(os.path.join(folder, "Xvfb_screen0"), "rb") as file:
            self.pixels = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
        header = struct.unpack(">25I", self.pixels[:100])
        self.first, self.stride = header[0] + 12 * header[19], header[12]

    def rows(self, left, right, ys):
        """The pixels from left to right of each row in ys."""
        starts = (self.first + y * self.stride for y in ys)
        return [self.pixels[start + 4 * left:start + 4 * right] for start in starts]

    def stop(self):
        self.server.terminate()
        self.server.wait()


class Keys:
    """Events as keyboard and mouse send them, without the start of a process for each."""

    def __init__(self, display_name):
        self.x11, self.xtst = ctypes.CDLL("libX11.so.6"), ctypes.CDLL("libXtst.so.6")
        self.x11.XOpenDisplay.restype = ctypes.c_void_p
        self.x11.XStringToKeysym.restype = ctypes.c_ulong
        self.connection = ctypes.c_void_p(self.x11.XOpenDisplay(display_name.encode()))
        if not self.connection:
            raise Failed(f"no connection to display {display_name}")

    def event(self, key, pressed):
        symbol = ctypes.c_ulong(self.x11.XStringToKeysym(key.encode()))
        code = self.x11.XKeysymToKeycode(self.connection, symbol)
        self.xtst.XTestFakeKeyEvent(self.connection, code, int(pressed), ctypes.c_ulong(0))
        self.x11.XFlush(self.connection)

    def point(self, x, y):
        self.xtst.XTestFakeMotionEvent(self.connection, -1, int(x), int(y), ctypes.c_ulong(0))
        self.x11.XFlush(self.connection)

    def click(self):
        for pressed in (1, 0):
            self.xtst.XTestFakeButtonEvent(self.connection, 1, pressed, ctypes.c_ulong(0))
        self.x11.XFlush(self.connection)

    def tap(self, key):
        self.event(key, True)
        self.event(key, False)


class Window:
    """`weft view` on a display, of a text or, without one, of the trace among the arguments. Commands of a script can
    follow the start."""

    def __init__(self, bench, display, text=None, script=(), arguments=()):
        self.folder = tempfile.mkdtemp(prefix="window-", dir=bench.folder)
        self.state_path, self.log = (os.path.join(self.folder, name) for name in ("state.json", "log"))
        command = [bench.weft, "view", *(["--model", bench.model, "--text", text] if text else []), "--state", self.state_path,
                   *arguments]
        if script:
            path = os.path.join(self.folder, "script")
            with open(path, "w", encoding="utf-8") as file:
                file.write("\n".join(script) + "\n")
            command += ["--script", path]
        self.environment = dict(display.environment, XDG_STATE_HOME=self.folder)
        with open(self.log, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)
        self.wait_for(lambda s: s["shown_revision"] > 0 if text else s["tokens"])
        self.xdotool("mousemove", "1279", "2")  # where there is nothing to point at
        window = self.xdotool("search", "--sync", "--onlyvisible", "--name", "^Weft$").split()[0]
        self.xdotool("windowmove", window, "0", "0")
        self.xdotool("windowfocus", "--sync", window)

    def xdotool(self, *arguments):
        return subprocess.run(["xdotool", *arguments], env=self.environment, check=True, capture_output=True,
                              text=True).stdout.strip()

    def state(self):
        try:
            with open(self.state_path, encoding="utf-8") as file:
                return json.load(file)
        except FileNotFoundError:
            return None

    def wait_for(self, holds, timeout_s=60.0):
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            state = self.state()
            if state and holds(state):
                return state
            if self.process.poll() is not None:
                raise Failed(f"the window ended with {self.process.returncode}\n{tail_of(self.log)}")
            time.sleep(0.05)
        raise Failed(f"the window did not come to what was awaited; its last state: {self.state()}")

    def peak_mb(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            return next(int(line.split()[1]) / 1024 for line in file if line.startswith("VmHWM"))

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)

    def stop(self):
        self.process.kill()
        self.process.wait()
