"""Runs the shipped program on what is wrong and checks how it says so."""
import os
import re
import resource
import shutil
import subprocess
import tempfile

# What a program prints that did not notice by itself.
CRASHES = ("terminate called", "assertion failed", "Segmentation fault", "what():", "Sanitizer", "runtime error",
           "Backtrace", "c10::")


class Failed(Exception):
    pass


def check(holds, what):
    if not holds:
        raise Failed(what)


def contents(folder):
    """Path -> bytes of everything below a folder."""
    found = {}
    for place, folders, files in os.walk(folder):
        for name in folders:
            found[os.path.join(place, name)] = None
        for name in files:
            path = os.path.join(place, name)
            if os.path.islink(path) or not os.path.isfile(path):
                found[path] = None
                continue
            with open(path, "rb") as file:
                found[path] = file.read()
    return found


class Replay:
    def __init__(self, program):
        self.program = os.path.abspath(program)
        self.folder = tempfile.mkdtemp(prefix="weft-bad-input-")
        self.state = tempfile.mkdtemp(prefix="weft-bad-input-state-")
        self.passed, self.failed = 0, 0

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self.state, ignore_errors=True)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def environment(self, more=None):
        base = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
        return dict(base, XDG_STATE_HOME=self.state, **(more or {}))

    def run(self, arguments, environment=None, file_limit_bytes=None, stdout=subprocess.PIPE):
        """With a limit, a file that would grow beyond it fails to, as on a full disk."""

        def limit():
            if file_limit_bytes is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit_bytes, file_limit_bytes))

        # SIGXFSZ stays ignored, so that the write fails instead of the program being killed.
        run = subprocess.run([self.program, *arguments], env=self.environment(environment), stdout=stdout,
                             stderr=subprocess.PIPE, timeout=900, check=False, preexec_fn=limit,
                             restore_signals=False, cwd=self.folder)
        run.stderr = run.stderr.decode("utf-8", "replace")
        return run

    def start(self, arguments):
        return subprocess.Popen([self.program, *arguments], env=self.environment(), stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, cwd=self.folder, text=True)

    def case(self, what, body):
        try:
            body()
            self.passed += 1
            print(f"ok  {what}", flush=True)
        except (Failed, subprocess.TimeoutExpired) as failure:
            self.failed += 1
            print(f"FAILED  {what}: {failure}", flush=True)

    def refused(self, what, arguments, code, *words, **how):
        """The program ends with `code`, says every word, what to do next, and leaves no trace."""

        def body():
            before = contents(self.folder)
            run = self.run(arguments, **how)
            check(run.returncode == code, f"exit code {run.returncode}, expected {code}\n{run.stderr}")
            self.check_message(run.stderr, words)
            after = contents(self.folder)
            changed = {path for path in before.keys() | after.keys() if before.get(path, 0) != after.get(path, 0)}
            check(not changed, f"these files were made, changed or lost: {sorted(changed)}\n{run.stderr}")

        self.case(what, body)

    def check_message(self, said, words):
        for crash in CRASHES:
            check(crash not in said, f"it crashed:\n{said}")
        message = re.search(r"^weft: .+$", said, re.MULTILINE)
        check(message, f"no message:\n{said}")
        for word in words:
            check(word in said, f"the message does not say \"{word}\":\n{said}")
        check(re.search(r"^      \S", said, re.MULTILINE), f"no hint what to do next:\n{said}")


def video(path):
    """What a player sees: codec and tags of the stream, count of frames that decode, seconds."""
    wanted = "codec_name,width,height,pix_fmt,color_range,color_space,color_transfer,color_primaries,nb_read_frames"
    run = subprocess.run(["ffprobe", "-v", "error", "-count_frames", "-select_streams", "v", "-show_entries",
                          f"stream={wanted}", "-of", "default=noprint_wrappers=1", "-f", "mp4", path],
                         capture_output=True, text=True, check=False)
    check(run.returncode == 0 and not run.stderr.strip(), f"{path} does not play: {run.stderr}")
    entries = dict(line.split("=", 1) for line in run.stdout.splitlines())
    entries["frames"] = int(entries.pop("nb_read_frames"))
    return entries
