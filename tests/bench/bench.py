#!/usr/bin/env python3
"""Measures Weft beside its peers on this machine, in turn, in one run. Called by scripts/bench, which prepares everything."""
import argparse
import json
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile
import time

import browser
import decoder
import default_frame
import encoder_decoder
import flow
import forward
import frames
import gradients
import image
import latency
import live
import loading
import memory
import methods
import model_view
import pointing
import recording
import ribbons
import rows
import startup
import text_file
import threshold
import tokenize_paste
from programs import Failed, Program, busy_share, run
from window import Display

MEASURES = {
    "text": forward,
    "decoder": decoder,
    "live": live,
    "pair": encoder_decoder,
    "image": image,
    "gradients": gradients,
    "methods": methods,
    "flow": flow,
    "texts": text_file,
    "tokenize": tokenize_paste,
    "key": latency,
    "start": startup,
    "load": loading,
    "frame": frames,
    "default": default_frame,
    "pointing": pointing,
    "ribbons": ribbons,
    "heads": model_view,
    "threshold": threshold,
    "record": recording,
    "memory": memory,
}
BUSY_TOO_MUCH = 0.1


class Bench:
    """What the measures share."""

    def __init__(self, args):
        self.quick, self.build, self.python, self.model = args.quick, args.build, os.path.join(args.peers, "bin/python"), args.model
        self.folder = tempfile.mkdtemp(prefix="weft-bench-")
        self.log = os.path.join(self.folder, "log")
        self.weft = self.program("weft")
        self.shared_display = None
        # Where CUDA is not installed, torch finds stand-ins for its libraries there.
        self.peer_environment = dict(os.environ, LD_LIBRARY_PATH=str(pathlib.Path(args.peers) / "stand-ins"))
        # The peers start as fast as they can: from compiled modules, which the warm-up leaves behind.
        self.peer_environment.pop("PYTHONDONTWRITEBYTECODE", None)

    def rounds(self, count, warm_up=0):
        """Negative ones are for warming up."""
        return range(-warm_up, max(1, count // 3) if self.quick else count)

    def program(self, name):
        return os.path.join(self.build, "bin", name)

    def here(self, name):
        return str(pathlib.Path(__file__).parent / name)

    def forward_bench(self, model=None):
        return Program([self.program("forward_bench"), model or self.model], os.path.join(self.folder, "forward_bench.log"))

    def peer(self, model=None):
        return Program([self.python, self.here("forward_peer.py"), model or self.model], os.path.join(self.folder, "peer.log"),
                       self.peer_environment)

    def random_decoder(self, kind):
        """The folder of a random checkpoint of MiniLM's size with its vocabulary."""
        folder = os.path.join(self.folder, f"random-{kind}")
        if not os.path.exists(folder):
            run([self.python, self.here("random_decoder.py"), kind, self.model, folder], self.log, self.peer_environment)
        return folder

    def run_peer(self, name, *arguments):
        """A script of the peers' Python to its end."""
        with open(os.path.join(self.folder, name + ".log"), "wb") as log:
            if subprocess.call([self.python, self.here(name), *arguments], stdout=log, stderr=log, env=self.peer_environment):
                raise Failed(f"{name} failed; see {log.name}")

    def lacks_browser(self):
        """Says so, and how to get it."""
        missing = browser.missing(self.python)
        if missing:
            print(f"weft bench:   left out, {missing[0]} is missing: scripts/bench --with-browser installs it", file=sys.stderr)
        return bool(missing)

    def display(self):
        if not self.shared_display:
            self.shared_display = Display(self.folder)
        return self.shared_display

    def close(self):
        if self.shared_display:
            self.shared_display.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        names = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    return names[0] if names else platform.machine()


def about_run(bench, busy):
    quick = ", quick" if bench.quick else ""
    return (f"on {processor()}, {os.cpu_count()} cores, {time.strftime('%Y-%m-%d')}{quick}; medians, both sides in turn; "
            f"{max(busy.values()):.0%} of the processors at most were taken by other work when a measure began")


def chosen_measures(only):
    names = only.split(",") if only else list(MEASURES)
    for name in names:
        if name not in MEASURES:
            sys.exit(f"weft bench: there is no measure '{name}'; there are: {', '.join(MEASURES)}")
    return names


def run_measures(bench, names):
    found, busy, failed = [], {}, False
    for name in names:
        busy[name] = busy_share()
        warning = " (the figures will suffer)" if busy[name] > BUSY_TOO_MUCH else ""
        print(f"weft bench: {name}; {busy[name]:.0%} of the processors taken by other work{warning}", file=sys.stderr, flush=True)
        try:
            for row in MEASURES[name].measure(bench):
                found.append(row)
                print("weft bench:   " + ", ".join(row.cells()), file=sys.stderr, flush=True)
        except Failed as failure:
            print(f"weft bench: {name} failed: {failure}", file=sys.stderr)
            failed = True
    return found, busy, failed


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench", description="Measures Weft beside its peers, in turn, in one run.")
    parser.add_argument("--only", metavar="NAME,...", help=f"some of: {', '.join(MEASURES)}")
    parser.add_argument("--quick", action="store_true", help="a third of the rounds")
    parser.add_argument("--list", action="store_true", help="say what is measured and end")
    parser.add_argument("--build", default="build/release", help=argparse.SUPPRESS)
    parser.add_argument("--peers", help=argparse.SUPPRESS)
    parser.add_argument("--model", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.list:
        for name, module in MEASURES.items():
            print(f"{name:8} {module.__doc__.splitlines()[0]}")
        return 0
    names = chosen_measures(args.only)
    bench = Bench(args)
    try:
        found, busy, failed = run_measures(bench, names)
        about = about_run(bench, busy)
    finally:
        bench.close()
    print(f"\n{about}\n")
    print("\n".join(rows.lines_of_table(found)))
    missed = [row for row in found if not row.held()]
    for row in missed:
        print(f"\nmissed: {row.measure}: {row.ratio:.2f}\n    {row.made_of}")
    out = pathlib.Path("out")
    out.mkdir(exist_ok=True)
    (out / "bench.json").write_text(json.dumps({"about": about, "busy": busy, "rows": [row.as_json() for row in found]}, indent=1) + "\n")
    (out / "bench.md").write_text("\n".join(rows.markdown(found, about)) + "\n")
    print(f"\nweft bench: {len(found) - len(missed)} goals held, {len(missed)} missed; out/bench.json, out/bench.md")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
