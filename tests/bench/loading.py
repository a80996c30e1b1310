"""From a folder to the first attention, beside transformers; and the memory that it takes, beside the file's size."""
import os
import statistics
import subprocess

from programs import Failed, run
from rows import Row
from texts import text_of

TOKENS = 32


def seconds_of(command, environment=None):
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failed(f"{command[0]} ended with {done.returncode}: {done.stderr[-400:]}")
    return float(done.stdout.split()[0])


def peer_python(bench, script, *arguments):
    return [bench.python, bench.here(script), *arguments]


def measure(bench):
    text = text_of(TOKENS)
    large = os.path.join(bench.folder, "large")
    made = subprocess.run(peer_python(bench, "make_checkpoint.py", "large", bench.model, large),
                             env=bench.peer_environment, capture_output=True, text=True, check=False)
    if made.returncode != 0:
        raise Failed(f"the large checkpoint could not be made: {made.stderr[-400:]}")
    for name, folder, rounds in (("MiniLM", bench.model, 7), ("335 M parameters", large, 3)):
        ours, peer = [], []
        for index in bench.rounds(rounds, warm_up=1):
            taken = (seconds_of([bench.program("load_bench"), folder, text]),
                     seconds_of(peer_python(bench, "load_peer.py", folder, text), bench.peer_environment))
            if index >= 0:
                ours.append(taken[0])
                peer.append(taken[1])
        middle_ours, middle_peer = statistics.median(ours), statistics.median(peer)
        yield Row(f"load and first attention, {name}", f"{middle_ours:.2f} s", f"{middle_peer:.2f} s",
                  middle_ours / middle_peer, 0.5, made_of="reading the files, checking and packing the weights, one pass",
                  figures={"ours_s": ours, "peer_s": peer})
    output = os.path.join(bench.folder, "attention.safetensors")
    command = [bench.weft, "analyze", "--model", large, "--text", text, "--device", "cpu", "--output", output]
    peak_mb = run(command, bench.log)[1]  # of 2^20 bytes
    file_mb = os.path.getsize(os.path.join(large, "model.safetensors")) / 2**20
    yield Row("peak memory while loading, 335 M parameters in float32", f"{peak_mb:.0f} MB", f"{file_mb:.0f} MB (the file)",
              peak_mb / file_mb, 1.15, made_of="weights in the kernels' order, LibTorch's code", figures={"ours_mb": peak_mb})
