"""Another threshold of 37.7 M weights: until the plan stands and its lines are selected."""
import json
import statistics

from programs import run
from rows import Row

MOST_MS = 40.0


def measure(bench):
    runs = []
    for _ in bench.rounds(5):
        _, _, printed = run([bench.program("threshold_bench")], bench.log)
        runs.append(json.loads(printed))
    middle = {name: statistics.median(one[name] for one in runs) for name in runs[0]}
    slowest = max(middle["value_ms"], middle["budget_ms"], middle["top_k_ms"])
    yield Row("another threshold, 12 x 12 heads, 512 tokens", f"{slowest:.1f} ms", f"{MOST_MS:.0f} ms", slowest / MOST_MS, 1.0,
              made_of=f"a value {middle['value_ms']:.1f} ms, a budget {middle['budget_ms']:.1f}, so many of each row "
                      f"{middle['top_k_ms']:.1f}; the first picture's plan {middle['first_ms']:.1f}", figures=middle)
