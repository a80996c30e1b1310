"""Random attention with the shape of BERT base, as a file that both sides read."""
import os

LAYERS, HEADS = 12, 12


def trace(bench, tokens, layers=LAYERS, heads=HEADS):
    path = os.path.join(bench.folder, f"trace-{layers}-{heads}-{tokens}.safetensors")
    if not os.path.exists(path):
        bench.run_peer("flow_peer.py", "--write", str(layers), str(heads), str(tokens), path)
    return path
