"""A file of texts, line by line: the heads' entropy and importance, beside the same loop in transformers; and in two parts."""
import os
import subprocess
import time

from programs import Failed, run
from rows import Row
from texts import WORDS

LINES, TOKENS = 120, (6, 40)  # words of the shortest and of the longest line
GOAL, PARTS_GOAL = 0.5, 1.6
METHODS = "entropy,head_importance"
SAME = 1e-4  # of the mean entropy of all heads


def write_lines(path, count):
    with open(path, "w", encoding="utf-8") as file:
        for line in range(count):
            words = TOKENS[0] + line * 7 % (TOKENS[1] - TOKENS[0])
            file.write(" ".join(WORDS[(line + k) % len(WORDS)] for k in range(words)) + "\n")


def analyze(bench, path, output, *more):
    return [bench.weft, "analyze", "--model", bench.model, "--device", "cpu", "--text-file", path, "--methods", METHODS,
            "--output", output, *more]


def on_core(core, command):
    """A run that has all cores gains little by a second one beside it: parts are for machines with one each."""
    return ["taskset", "-c", str(core), *command]


def seconds_together(bench, commands):
    began = time.monotonic()
    with open(bench.log, "w", encoding="utf-8") as log:
        running = [subprocess.Popen(command, stderr=log) for command in commands]
        codes = [process.wait() for process in running]
    if any(codes):
        raise Failed(f"a part ended with {codes}")
    return time.monotonic() - began


def mean_entropy(path):
    with open(path, encoding="utf-8") as file:
        head, *rows = (line.rstrip("\n").split(",") for line in file)
    column = head.index("entropy.mean")
    return sum(float(row[column]) for row in rows) / len(rows)


def measure(bench):
    few, many = os.path.join(bench.folder, "few.txt"), os.path.join(bench.folder, "many.txt")
    write_lines(few, LINES)
    write_lines(many, 20 * LINES)
    output = os.path.join(bench.folder, "texts.csv")
    # The peer says its own time without its start; ours is the whole program less that of a single line.
    one = os.path.join(bench.folder, "one.txt")
    write_lines(one, 1)
    taken = {"ours": [], "peer": []}
    for _ in bench.rounds(3):
        start, _, _ = run(analyze(bench, one, output), bench.log)
        whole, _, _ = run(analyze(bench, few, output), bench.log)
        taken["ours"].append(whole - start)
        _, _, printed = run([bench.python, bench.here("text_file_peer.py"), bench.model, few], bench.log, bench.peer_environment)
        seconds, entropy = (float(word) for word in printed.split())
        taken["peer"].append(seconds)
        if abs(entropy - mean_entropy(output)) > SAME:
            raise Failed(f"the mean entropies differ, {mean_entropy(output)} and {entropy}")
    ours, peer = sorted(taken["ours"])[len(taken["ours"]) // 2], sorted(taken["peer"])[len(taken["peer"]) // 2]
    yield Row(f"text file, {LINES} lines, entropy and importance", f"{1e3 * ours / LINES:.1f} ms a line",
              f"{1e3 * peer / LINES:.1f} ms a line", ours / peer, GOAL, figures={"ours_s": ours, "peer_s": peer})
    alone, both = [], []
    for _ in bench.rounds(3):
        alone.append(seconds_together(bench, [on_core(0, analyze(bench, many, output))]))
        parts = [analyze(bench, many, os.path.join(bench.folder, f"part{part}.json"), "--shard", f"{part}/2") for part in (1, 2)]
        both.append(seconds_together(bench, [on_core(core, part) for core, part in enumerate(parts)]))
    one_run, two_runs = sorted(alone)[len(alone) // 2], sorted(both)[len(both) // 2]
    yield Row(f"text file, {20 * LINES} lines, a core each: two parts on two processes, times faster", f"{two_runs:.1f} s", f"{one_run:.1f} s",
              one_run / two_runs, PARTS_GOAL, at_least=True, made_of="each program starts by itself",
              figures={"one_s": one_run, "two_s": two_runs})
