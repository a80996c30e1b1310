"""Process start to a picture file, beside a Python process with transformers to its first attention."""
import os
import statistics

from programs import run, seconds_to_first_line
from rows import Row
from texts import text_of

TOKENS = 32


def measure(bench):
    text, picture = text_of(TOKENS), os.path.join(bench.folder, "picture.png")
    ours_command = [bench.weft, "view", "--model", bench.model, "--text", text, "--output", picture]
    peer_command = [bench.python, bench.here("startup_peer.py"), bench.model, text]
    ours, peer = [], []
    for index in bench.rounds(7, warm_up=1):
        taken = run(ours_command, bench.log)[0], seconds_to_first_line(peer_command, bench.log, bench.peer_environment)
        if index >= 0:
            ours.append(taken[0])
            peer.append(taken[1])
    middle_ours, middle_peer = statistics.median(ours), statistics.median(peer)
    yield Row(f"process start to picture file, {TOKENS} tokens", f"{middle_ours:.2f} s", f"{middle_peer:.2f} s",
              middle_ours / middle_peer, 0.25, made_of="loading LibTorch, the model and Vulkan's driver, drawing, writing the file",
              figures={"ours_s": ours, "peer_s": peer})
