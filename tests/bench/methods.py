"""What comes with the attention of 12 x 12 heads over 128 tokens, beside the forward pass that it comes from."""
import json
import os

from programs import run
from rows import Row
from texts import text_of

TOKENS, GOAL = 128, 0.1
OF_ONE_HEAD = ("rollout", "entropy", "patterns", "attention_distance")
OF_ALL_PAIRS = ("head_distance",)


def measure(bench):
    folder, output = os.path.join(bench.folder, "random-base"), os.path.join(bench.folder, "methods.json")
    run([bench.python, bench.here("make_checkpoint.py"), "base", bench.model, folder], bench.log, bench.peer_environment)
    run([bench.weft, "analyze", "--model", folder, "--text", text_of(TOKENS), "--device", "cpu", "--repeat",
         str(len(bench.rounds(30))), "--methods", "rollout,entropy,patterns,attention_distance,head_distance",
         "--output", output], bench.log)
    with open(output, encoding="utf-8") as file:
        timings = {name: middle for name, (_, middle, _) in json.load(file)["timings_ms"].items()}
    forward = timings["text_to_attention"]
    for what, names in ((f"rollout, entropy, patterns and distances, 12 x 12 x {TOKENS}", OF_ONE_HEAD + OF_ALL_PAIRS),
                        ("of these, what does not compare heads", OF_ONE_HEAD)):
        ours = sum(timings[name] for name in names)
        made_of = ", ".join(f"{name} {timings[name]:.2f} ms" for name in names)
        yield Row(what, f"{ours:.1f} ms", f"{forward:.1f} ms", ours / forward, GOAL, made_of=made_of,
                  figures={"forward_ms": forward, **{f"{name}_ms": timings[name] for name in names}})
