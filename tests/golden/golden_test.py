#!/usr/bin/env python3
"""Draws small pictures with the shipped program and compares them with those that were approved.

usage: golden_test.py WEFT FOLDER traces|model|all [--approve] [NAME...]

A picture passes when at most 0.1 % of its pixels differ by more than 5/255 in any channel. What does not pass lies
as NAME.png and NAME.difference.png in FOLDER. A missing reference fails. --approve makes references of what is drawn
instead (scripts/approve): of the names given in any case, without names of those that would not pass.
"""
import argparse
import concurrent.futures
import os
import shutil
import subprocess
import sys
import tempfile
import time

import pictures
import png
import traces

CHECKPOINTS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "parity", "checkpoints")
REFERENCES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "references")
CHANNEL_TOLERANCE = 5
SHARE_TOLERANCE = 0.001


def difference(actual, reference):
    """Share of pixels beyond the tolerance, and those pixels in white over the darkened picture."""
    pixels, marked, beyond = actual[2], bytearray(), 0
    for at in range(0, len(pixels), 3):
        a, b = pixels[at:at + 3], reference[2][at:at + 3]
        if a != b and max(abs(x - y) for x, y in zip(a, b)) > CHANNEL_TOLERANCE:
            beyond += 1
            marked += b"\xff\xff\xff"
        else:
            marked += bytes(x // 4 for x in a)
    return beyond / (len(pixels) // 3), bytes(marked)


class Rig:
    def __init__(self, program, folder, trace_folder):
        self.program, self.folder = os.path.abspath(program), os.path.abspath(folder)
        os.makedirs(self.folder, exist_ok=True)
        self.traces = traces.write_all(trace_folder)
        self.image = os.path.join(trace_folder, "scenery.png")
        self.environment = dict(os.environ, XDG_STATE_HOME=trace_folder)

    def arguments(self, name):
        for own, trace, size, more in pictures.OF_TRACES:
            if own == name:
                return ["view", self.traces[trace], "--size", size, *more]
        for own, text, size, more in pictures.OF_THE_MODEL:
            if own == name:
                return ["view", "--device", "cpu", "--text", text, "--size", size, *more]
        for own, folder, size, more in pictures.OF_IMAGE_MODELS:
            if own == name:
                return ["view", "--device", "cpu", "--model", os.path.join(CHECKPOINTS, folder), "--image",
                        self.image, "--size", size, *more]
        raise KeyError(name)

    def draw(self, name, path):
        """What went wrong, or None."""
        if os.path.exists(path):
            os.remove(path)
        run = subprocess.run([self.program, *self.arguments(name), "--validation", "--output", path],
                             env=self.environment, capture_output=True, text=True, timeout=900, check=False)
        if run.returncode != 0 or not os.path.exists(path):
            return f"the program ended with {run.returncode}\n{run.stderr.strip()}"
        return None

    def mismatch(self, name, path):
        """How the picture at `path` differs from its reference, or None."""
        marked_path = os.path.join(self.folder, name + ".difference.png")
        if os.path.exists(marked_path):
            os.remove(marked_path)
        reference_path = os.path.join(REFERENCES, name + ".png")
        if not os.path.exists(reference_path):
            return f"there is no reference; look at {path}, then scripts/approve {name}"
        actual, reference = png.read(path), png.read(reference_path)
        if actual[:2] != reference[:2]:
            return f"{path} is {actual[0]}x{actual[1]}, the reference {reference[0]}x{reference[1]}"
        share, marked = difference(actual, reference) if actual != reference else (0.0, b"")
        if share <= SHARE_TOLERANCE:
            return None
        png.write(marked_path, *actual[:2], marked)
        return f"{100 * share:.2f} % of the pixels differ: {path}, {marked_path}"

    def compare(self, name):
        """What went wrong, or None. Leaves the picture only where something did."""
        path = os.path.join(self.folder, name + ".png")
        failure = self.draw(name, path) or self.mismatch(name, path)
        if failure is None:
            os.remove(path)
        return failure

    def approve(self, name, always):
        path = os.path.join(self.folder, name + ".png")
        failure = self.draw(name, path)
        if failure:
            return failure
        if not always and self.mismatch(name, path) is None:
            return None
        png.write(os.path.join(REFERENCES, name + ".png"), *png.read(path))
        return "APPROVED"

    def same_bytes(self, name):
        """The same arguments a second time give the same file."""
        paths = [os.path.join(self.folder, f"{name}.{n}.png") for n in (1, 2)]
        contents = []
        for path in paths:
            failure = self.draw(name, path)
            if failure:
                return failure
            with open(path, "rb") as file:
                contents.append(file.read())
        if contents[0] != contents[1]:
            return f"two runs differ: {' '.join(paths)}"
        for path in paths:
            os.remove(path)
        return None

    def same_frames(self, name, arguments):
        """The same recording a second time decodes to the same frames."""
        sums = []
        for n in (1, 2):
            path = os.path.join(self.folder, f"{name}.{n}.mp4")
            run = subprocess.run([self.program, "record", *arguments, "--size", "320x180", "--fps", "10", "--seconds",
                                  "3", "--validation", "--output", path],
                                 env=self.environment, capture_output=True, text=True, timeout=900, check=False)
            if run.returncode != 0:
                return f"the program ended with {run.returncode}\n{run.stderr.strip()}"
            sums.append(subprocess.run(["ffmpeg", "-v", "error", "-i", path, "-f", "framemd5", "-"],
                                       capture_output=True, text=True, check=True).stdout)
            os.remove(path)
        frames = [line.split(",")[-1].strip() for line in sums[0].splitlines() if not line.startswith("#")]
        if len(frames) != 30 or len(set(frames)) < 10:
            return f"{len(frames)} frames, {len(set(frames))} of them different; expected 30, most of them different"
        return None if sums[0] == sums[1] else "two recordings differ"

    def begins_on_path(self, name, trace):
        """The first frame of a recording is the path's first picture, but for what the codec takes."""
        picture, video = (os.path.join(self.folder, f"{name}.first.{kind}") for kind in ("png", "mp4"))
        size = ["--size", "320x180"]
        for command in (["view", trace, *size, "--time", "0", "--output", picture],
                        ["record", trace, *size, "--fps", "10", "--seconds", "0.5", "--output", video]):
            run = subprocess.run([self.program, *command], env=self.environment, capture_output=True, text=True, timeout=900,
                                 check=False)
            if run.returncode != 0:
                return f"{command[0]} ended with {run.returncode}\n{run.stderr.strip()}"
        pixels = [subprocess.run(["ffmpeg", "-v", "error", "-i", path, "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24",
                                  "-"], capture_output=True, check=True).stdout for path in (picture, video)]
        if len(pixels[0]) != 320 * 180 * 3 or len(pixels[1]) != len(pixels[0]):
            return f"{len(pixels[0])} and {len(pixels[1])} bytes"
        mean = sum(abs(a - b) for a, b in zip(*pixels)) / len(pixels[0])
        return None if mean < 3 else f"the first frame differs from the path's beginning by {mean:.1f} of 255 on average"


def stray_references(names):
    return sorted({file[:-4] for file in os.listdir(REFERENCES)} - set(names)) if os.path.isdir(REFERENCES) else []


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("folder")
    parser.add_argument("set", choices=("traces", "model", "all"))
    parser.add_argument("--approve", action="store_true")
    parser.add_argument("names", nargs="*")
    options = parser.parse_intermixed_args()

    of_traces = [row[0] for row in pictures.OF_TRACES]
    of_the_model = [row[0] for row in pictures.OF_THE_MODEL + pictures.OF_IMAGE_MODELS]
    every = of_traces + of_the_model
    unknown = set(options.names) - set(every)
    if unknown:
        print(f"no picture is called {', '.join(sorted(unknown))}; there are: {' '.join(every)}")
        return 2
    names = options.names or {"traces": of_traces, "model": of_the_model, "all": every}[options.set]

    failures, started = 0, time.monotonic()
    trace_folder = tempfile.mkdtemp(prefix="weft-golden-")
    try:
        rig = Rig(options.program, options.folder, trace_folder)
        jobs = [(name, rig.approve, (name, bool(options.names))) if options.approve else (name, rig.compare, (name,))
                for name in names]
        if not options.approve and not options.names:
            for name in ("text_stack_default", "camera_path_unfolding", "text_stack_model"):
                if name in names:
                    jobs.append((name + " twice", rig.same_bytes, (name,)))
            recordings = {"traces": [rig.traces["mixed"]], "model": ["--device", "cpu", "--type", "Hello world"]}
            for kind in recordings:
                if options.set in (kind, "all"):
                    jobs.append((f"recording of {kind} twice", rig.same_frames, (kind, recordings[kind])))
            if options.set in ("traces", "all"):
                for kind in ("mixed", "scenery"):
                    jobs.append((f"recording of {kind} begins on its path", rig.begins_on_path, (kind, rig.traces[kind])))
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for (name, _, _), said in zip(jobs, pool.map(lambda job: job[1](*job[2]), jobs)):
                failures += said not in (None, "APPROVED")
                print(f"ok  {name}" if said is None else f"{name}: {said}", flush=True)
    finally:
        shutil.rmtree(trace_folder, ignore_errors=True)
    for name in stray_references(every):
        print(f"{name}: no picture of that name is drawn; delete its reference")
        failures += 1
    print(f"{len(jobs) - failures} of {len(jobs)} as they must be, {time.monotonic() - started:.0f} s")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
