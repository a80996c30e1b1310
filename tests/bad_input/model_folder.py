"""A BERT of a few kilobytes as a model folder, which a test then spoils."""
import json
import os
import struct

VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "warp", "weft", "##s", "a"]
CONFIG = {"model_type": "bert", "architectures": ["BertModel"], "hidden_act": "gelu", "num_hidden_layers": 2,
          "num_attention_heads": 2, "hidden_size": 32, "intermediate_size": 48, "max_position_embeddings": 40,
          "type_vocab_size": 2, "vocab_size": len(VOCABULARY), "layer_norm_eps": 1e-12, "pad_token_id": 0}


def shapes():
    """Tensor name -> shape, as CONFIG asks for."""
    hidden, inner = CONFIG["hidden_size"], CONFIG["intermediate_size"]
    table = {"embeddings.word_embeddings.weight": [len(VOCABULARY), hidden],
             "embeddings.position_embeddings.weight": [CONFIG["max_position_embeddings"], hidden],
             "embeddings.token_type_embeddings.weight": [CONFIG["type_vocab_size"], hidden]}
    norms, linears = ["embeddings.LayerNorm"], {}
    for layer in range(CONFIG["num_hidden_layers"]):
        name = f"encoder.layer.{layer}."
        for part in ("query", "key", "value"):
            linears[f"{name}attention.self.{part}"] = (hidden, hidden)
        linears[name + "attention.output.dense"] = (hidden, hidden)
        linears[name + "intermediate.dense"] = (inner, hidden)
        linears[name + "output.dense"] = (hidden, inner)
        norms += [name + "attention.output.LayerNorm", name + "output.LayerNorm"]
    for name in norms:
        table[name + ".weight"] = table[name + ".bias"] = [hidden]
    for name, (outer, width) in linears.items():
        table[name + ".weight"], table[name + ".bias"] = [outer, width], [outer]
    return table


def safetensors(table):
    """A file of these shapes, its numbers small and all different."""
    header, data, state = {}, bytearray(), 1
    for name, shape in table.items():
        count = 1
        for size in shape:
            count *= size
        start = len(data)
        for _ in range(count):
            state = (state * 1664525 + 1013904223) % 2**32
            data += struct.pack("<f", state / 2**32 - 0.5)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [start, len(data)]}
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + bytes(data)


def write(folder, config=None, weights=None, config_text=None):
    """`config` changes single entries; None as a value removes one."""
    os.makedirs(folder, exist_ok=True)
    own = dict(CONFIG, **(config or {}))
    own = {key: value for key, value in own.items() if value is not None}
    with open(os.path.join(folder, "config.json"), "w", encoding="utf-8") as file:
        file.write(json.dumps(own) if config_text is None else config_text)
    with open(os.path.join(folder, "model.safetensors"), "wb") as file:
        file.write(safetensors(shapes()) if weights is None else weights)
    with open(os.path.join(folder, "vocab.txt"), "w", encoding="utf-8") as file:
        file.write("\n".join(VOCABULARY) + "\n")
    return folder
