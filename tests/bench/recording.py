"""`weft record` with all that belongs to it, beside the slower of rendering alone and encoding alone.

The halves are timed within a program that runs; so the start and the end of the recording program, timed by a video of
one frame, are taken off.
"""
import json
import os
import statistics

from programs import run
from rows import Row
from texts import text_of

TOKENS, RATE = 32, 30


def measure(bench):
    seconds = 8 if bench.quick else 20
    frames, text = seconds * RATE, text_of(TOKENS)
    video = os.path.join(bench.folder, "video.mp4")
    ours, peer, halves, starts = [], [], [], []
    for _ in bench.rounds(3):
        _, _, printed = run([bench.program("record_bench"), text, str(frames), str(RATE), video], bench.log)
        alone = json.loads(printed)
        halves.append(alone)
        peer.append(frames / max(alone["render_s"], alone["encode_s"]))
        command = [bench.weft, "record", "--model", bench.model, "--text", text, "--fps", str(RATE), "--output", video]
        starts.append(run(command + ["--seconds", "0.04"], bench.log)[0])
        ours.append((frames - 1) / (run(command + ["--seconds", str(seconds)], bench.log)[0] - starts[-1]))
    middle = {name: statistics.median(half[name] for half in halves)
              for name in ("render_s", "render_processor_s", "encode_s", "encode_processor_s")}
    per_frame = {name: 1e3 * value / frames for name, value in middle.items()}
    made_of = (f"ms a frame: rendering {per_frame['render_s']:.1f} alone ({per_frame['render_processor_s']:.1f} of processor time), encoding "
               f"{per_frame['encode_s']:.1f} alone ({per_frame['encode_processor_s']:.1f}); both share {os.cpu_count()} cores; start and end "
               f"of the program, {statistics.median(starts):.2f} s, are not counted")
    yield Row(f"recording 1280x720 at {RATE}, frames a second", f"{statistics.median(ours):.1f}", f"{statistics.median(peer):.1f}",
              statistics.median(ours) / statistics.median(peer), 0.8, at_least=True, made_of=made_of,
              figures={"ours_per_second": ours, "peer_per_second": peer, "alone": halves, "start_s": starts})
