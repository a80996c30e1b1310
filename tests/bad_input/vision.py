"""Vision models and images that do not go together, each refused with the file and the value."""
import json
import os
import shutil
import struct
import zlib

from replay import check

CHECKPOINTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "parity", "checkpoints")
PREPROCESSOR = {"image_processor_type": "ViTImageProcessor", "size": {"height": 12, "width": 12}}


def png(width, height):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + bytes((x * 7 + y * 13) % 256 for x in range(3 * width)) for y in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def write_model(folder, name="vit", config=None, preprocessor=None):
    """A recorded tiny model with changed settings; None as a value removes one."""
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    shutil.copy(os.path.join(CHECKPOINTS, name, "model.safetensors"), folder)
    with open(os.path.join(CHECKPOINTS, name, "config.json"), encoding="utf-8") as file:
        own = {**json.load(file), **(config or {})}
    for file, content in (("config.json", own), ("preprocessor_config.json", {**PREPROCESSOR, **(preprocessor or {})})):
        with open(os.path.join(folder, file), "w", encoding="utf-8") as target:
            json.dump({key: value for key, value in content.items() if value is not None}, target)
    return folder


def all_images(replay):
    folder, image, output = replay.path("vision"), replay.path("image.png"), replay.path("a.json")

    def analyze(*arguments):
        return ["analyze", "--model", folder, "--device", "cpu", "--output", output, *arguments]

    def refused(what, *words, content=png(40, 30), code=1, **model):
        write_model(folder, **model)
        with open(image, "wb") as file:
            file.write(content)
        replay.refused("image: " + what, analyze("--image", image), code, *words)

    refused("smaller than a patch", image, "3x30", "4x4", content=png(3, 30), preprocessor={"do_resize": False})
    refused("more patches than memory", image, "262145 tokens", "memory",
            preprocessor={"size": {"height": 2048, "width": 2048}})
    refused("no image", image, content=b"a text")
    refused("an empty file", image, content=b"")
    refused("cut in the middle", image, content=png(40, 30)[:-30])
    refused("grey for a model of colours", image, "1 colour channels", "takes 3",
            preprocessor={"image_mean": [0.5], "image_std": [0.5]})
    refused("colours for a grey model", image, "3 colour channels", "takes 1", name="vit_settings")
    refused("another size for oblong patches", image, "12x12", "12x8", name="vit_settings",
            preprocessor={"image_mean": [0.5], "image_std": [0.5]})
    refused("a table that is no square", image, "8 patches", name="dinov2_other_table",
            preprocessor={"image_mean": [0.5], "image_std": [0.5]})
    refused("a patch that is larger than the image", "config.json", "16x16", config={"patch_size": 16})
    refused("another patch than the weights'", "model.safetensors", "projection.weight", config={"patch_size": 3})
    refused("another grid than the table's", "model.safetensors", "position_embeddings", config={"image_size": 16})
    refused("another number of channels", "model.safetensors", "projection.weight", config={"num_channels": 1})
    refused("three numbers as a size", "config.json", "[4,4,4]", config={"patch_size": [4, 4, 4]})
    refused("a size of zero", "config.json", '"image_size"', config={"image_size": 0})
    refused("a size without end", "config.json", '"image_size"', config={"image_size": 10**9})
    refused("a CLIP with two sizes", "config.json", '"image_size"', name="clip_vision", config={"image_size": [12, 12]})
    refused("a tower that is a number", "config.json", '"vision_config"', name="clip", config={"vision_config": 7})
    refused("registers that are not there", "model.safetensors", "register_tokens", name="dinov2_registers",
            config={"num_register_tokens": 7})
    refused("a gate that is not there", "model.safetensors", "mlp", name="dinov2", config={"use_swiglu_ffn": True})
    refused("biases that are not there", "model.safetensors", "query.bias", name="vit_image_classification",
            config={"qkv_bias": True})
    refused("a head for masked images", "ViTForMaskedImageModeling",
            config={"architectures": ["ViTForMaskedImageModeling"]})
    refused("another processor", "preprocessor_config.json", "SiglipImageProcessor",
            preprocessor={"image_processor_type": "SiglipImageProcessor"})
    refused("a size of text", "preprocessor_config.json", "big", preprocessor={"size": "big"})
    write_model(folder)
    replay.refused("image: no file", analyze("--image", "/nowhere/a.png"), 1, "/nowhere/a.png")
    replay.refused("image: a folder", analyze("--image", folder), 1, folder)
    replay.refused("image: a text for a vision model", analyze("--text", "warp"), 2, "reads an image", "--image")
    replay.case("a good vision model is taken", lambda: good(replay, analyze("--image", image), image, output))
    os.remove(image)
    shutil.rmtree(folder)


def good(replay, arguments, image, output):
    """So that all refusals above have the reason they name."""
    with open(image, "wb") as file:
        file.write(png(40, 30))
    run = replay.run(arguments)
    check(run.returncode == 0, run.stderr)
    os.remove(output)
