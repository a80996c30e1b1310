#!/usr/bin/env python3
"""Writes the image files of this folder and image_references.json: what Pillow and transformers make of them.

Pinned: pillow==13.0.0, transformers==5.23.0, numpy==2.4.6 (no torch, no torchvision).
usage: write_image_references.py [CONFORMANCE_DATA]   (the files of its pngsuite/ and images/ are read, never copied;
only hashes of Pillow's pixels are kept)
Pixels are compared by FNV-1a hashes of 32 bits over their bytes, the small ones also in full, as hex.
"""
import json
import os
import sys
import warnings
from pathlib import Path

os.environ["TRANSFORMERS_VERBOSITY"] = "error"
import numpy as np
import PIL
from PIL import Image, ImageOps
import transformers
from transformers.image_utils import load_image
from transformers.models.bit.image_processing_pil_bit import BitImageProcessorPil
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
from transformers.models.deit.image_processing_pil_deit import DeiTImageProcessorPil
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil

for module, version in ((PIL, "13.0.0"), (transformers, "5.23.0"), (np, "2.4.6")):
    if module.__version__ != version:
        sys.exit(f"{module.__name__} {module.__version__} is not the pinned {version}")

FOLDER = Path(__file__).parent
LEGAL = ("primary", "16bit", "unused")
PROCESSORS = {"ViTImageProcessor": ViTImageProcessorPil, "DeiTImageProcessor": DeiTImageProcessorPil,
              "BitImageProcessor": BitImageProcessorPil, "CLIPImageProcessor": CLIPImageProcessorPil}


def fnv(data):
    value = 2166136261
    for byte in data:
        value = (value ^ byte) * 16777619 & 0xFFFFFFFF
    return value


def generated(width, height, channels=3):
    """The test makes the same pixels from the same numbers."""
    state, pixels = 1, []
    for _ in range(width * height * channels):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        pixels.append(state >> 24)
    return np.array(pixels, np.uint8).reshape(height, width, channels)


def smooth(width, height):
    """Colours that lossy formats keep, no two corners alike."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    red = 255 * x / (width - 1)
    green = 255 * y / (height - 1)
    blue = 127 + 100 * np.sin(x * 0.4) * np.cos(y * 0.3)
    return np.stack([red, green, blue], -1).round().astype(np.uint8)


def exif_of(orientation, endian="<"):
    exif = Image.Exif()
    exif.endian = endian
    exif[0x0112] = orientation
    return exif.tobytes()


def write_images():
    image = Image.fromarray(smooth(20, 12))
    for orientation in range(1, 9):
        image.save(FOLDER / f"exif_{orientation}.jpg", quality=90, exif=exif_of(orientation, "<>"[orientation % 2]))
    image.save(FOLDER / "exif_6.webp", lossless=True, exif=exif_of(6))
    image.save(FOLDER / "exif_8.png", exif=exif_of(8))
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description tiff:Orientation="3"/></x:xmpmeta>'
    image.save(FOLDER / "xmp_3.jpg", xmp=xmp)
    image.save(FOLDER / "exif_wins_over_xmp.jpg", xmp=xmp, exif=exif_of(6))
    image.save(FOLDER / "progressive.jpg", progressive=True, quality=70)
    image.save(FOLDER / "subsampling_420.jpg", subsampling=2, quality=60)
    image.save(FOLDER / "subsampling_422.jpg", subsampling=1, quality=60)
    image.convert("L").save(FOLDER / "grey.jpg")
    cmyk = np.concatenate([smooth(20, 12), smooth(20, 12)[::-1, :, :1]], -1)
    Image.fromarray(cmyk, "CMYK").save(FOLDER / "cmyk.jpg")
    ycck = bytearray((FOLDER / "cmyk.jpg").read_bytes())
    ycck[ycck.index(b"Adobe") + 11] = 2  # the marker alone decides how the four planes are read
    (FOLDER / "ycck.jpg").write_bytes(ycck)
    alpha = Image.fromarray(np.concatenate([smooth(20, 12), smooth(20, 12)[:, ::-1, :1]], -1))
    alpha.save(FOLDER / "alpha.webp", quality=80)
    alpha.save(FOLDER / "alpha_lossless.webp", lossless=True, exact=True)
    alpha.save(FOLDER / "alpha.png")
    image.save(FOLDER / "lossy.webp", quality=70)
    image.save(FOLDER / "animated.webp", save_all=True, append_images=[image.rotate(180), image], duration=50)
    image.save(FOLDER / "animated.png", save_all=True, append_images=[image.rotate(180)], duration=50)
    image.convert("LA").save(FOLDER / "grey_alpha.png")
    grey = (generated(20, 12, 2)[..., 0].astype(np.uint16) << 8 | generated(20, 12, 2)[..., 1]) >> 7
    Image.fromarray(grey).save(FOLDER / "grey16.png")
    image.quantize(16).save(FOLDER / "palette_4bit.png", transparency=3)
    Image.fromarray(smooth(45, 31)).save(FOLDER / "photo.png", optimize=True)
    Image.fromarray(generated(23, 37)).save(FOLDER / "noise.png", optimize=True)


def decoded():
    result = {}
    for path in sorted(FOLDER.iterdir()):
        if path.suffix not in (".png", ".jpg", ".webp"):
            continue
        pixels = np.array(load_image(str(path)))
        result[path.name] = {"width": pixels.shape[1], "height": pixels.shape[0], "fnv": fnv(pixels.tobytes()),
                             "corner": pixels[0, 0].tolist()}
    return result


def resized():
    sizes = [(13, 9, 5, 7), (13, 9, 29, 31), (13, 9, 13, 4), (13, 9, 6, 9), (13, 9, 1, 1), (1, 1, 4, 3), (2, 40, 7, 3),
             (64, 48, 16, 16), (64, 48, 224, 224), (97, 61, 33, 80), (300, 7, 11, 5), (7, 5, 70, 55), (101, 103, 99, 37)]
    result = []
    for channels in (3, 1):
        for width, height, to_width, to_height in sizes:
            for resample in (0, 1, 2, 3):
                pixels = resize_bytes(generated(width, height, channels), to_width, to_height, resample)
                case = {"from": [width, height], "to": [to_width, to_height], "channels": channels,
                        "resample": resample, "fnv": fnv(pixels)}
                if to_width * to_height <= 36:
                    case["hex"] = pixels.hex()
                result.append(case)
    return result


def resize_bytes(pixels, width, height, resample):
    image = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
    return np.array(image.resize((width, height), resample)).tobytes()


CONFIGS = [
    {"image_processor_type": "ViTImageProcessor"},
    {"image_processor_type": "DeiTImageProcessor"},
    {"image_processor_type": "BitImageProcessor"},
    {"image_processor_type": "CLIPImageProcessor"},
    # As published: old and new spellings.
    {"do_normalize": True, "do_resize": True, "feature_extractor_type": "ViTFeatureExtractor",
     "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5], "resample": 2, "size": 224},
    {"crop_size": 224, "do_center_crop": True, "do_normalize": True, "do_resize": True, "size": 256,
     "feature_extractor_type": "DeiTFeatureExtractor", "image_mean": [0.485, 0.456, 0.406],
     "image_std": [0.229, 0.224, 0.225], "resample": 3},
    {"crop_size": {"height": 224, "width": 224}, "do_center_crop": True, "do_convert_rgb": True, "do_normalize": True,
     "do_rescale": True, "do_resize": True, "image_mean": [0.485, 0.456, 0.406],
     "image_processor_type": "BitImageProcessor", "image_std": [0.229, 0.224, 0.225], "resample": 3,
     "rescale_factor": 0.00392156862745098, "size": {"shortest_edge": 256}},
    {"crop_size": 224, "do_center_crop": True, "do_normalize": True, "do_resize": True,
     "feature_extractor_type": "CLIPFeatureExtractor", "image_mean": [0.48145466, 0.4578275, 0.40821073],
     "image_std": [0.26862954, 0.26130258, 0.27577711], "resample": 3, "size": 224},
    # Every setting away from its default.
    {"image_processor_type": "ViTImageProcessorFast", "size": {"height": 20, "width": 33}, "resample": 3},
    {"image_processor_type": "ViTImageProcessor", "size": [20, 33], "resample": 0, "do_normalize": False},
    {"image_processor_type": "ViTImageProcessor", "size": 24, "resample": 1, "do_rescale": False},
    {"image_processor_type": "ViTImageProcessor", "do_resize": False, "do_rescale": False, "do_normalize": False},
    {"image_processor_type": "ViTImageProcessor", "size": 24, "rescale_factor": 0.01, "image_mean": 0.25, "image_std": 2},
    {"image_processor_type": "ViTImageProcessor", "size": {"shortest_edge": 21}},
    {"image_processor_type": "ViTImageProcessor", "size": {"shortest_edge": 21, "longest_edge": 25}},
    {"image_processor_type": "ViTImageProcessor", "size": {"shortest_edge": 21, "longest_edge": 60}},
    {"image_processor_type": "ViTImageProcessor", "size": 21, "default_to_square": False},
    {"image_processor_type": "DeiTImageProcessor", "size": 24, "crop_size": {"height": 30, "width": 9}},
    {"image_processor_type": "DeiTImageProcessor", "size": 24, "crop_size": 31},
    {"image_processor_type": "DeiTImageProcessor", "size": {"height": 20, "width": 26}, "crop_size": 15},
    {"image_processor_type": "DeiTImageProcessor", "do_resize": False, "crop_size": [36, 20]},
    {"image_processor_type": "DeiTImageProcessor", "size": 24, "do_center_crop": False, "crop_size": 10},
    {"image_processor_type": "BitImageProcessor", "size": 17, "crop_size": 14, "resample": 2},
    {"image_processor_type": "BitImageProcessor", "size": {"shortest_edge": 14}, "do_center_crop": False},
    {"image_processor_type": "CLIPImageProcessor", "size": {"shortest_edge": 18}, "crop_size": {"height": 18, "width": 18}},
    # A null switches a step off.
    {"image_processor_type": "DeiTImageProcessor", "do_center_crop": None, "crop_size": None, "size": 24, "do_pad": None},
    {"image_processor_type": "CLIPImageProcessor", "do_normalize": None, "image_mean": None, "image_std": None,
     "do_rescale": None, "rescale_factor": None, "size": 20, "crop_size": 20},
    {"image_processor_type": "ViTImageProcessor", "do_resize": None, "size": None, "resample": None},
    {"image_processor_type": "ViTImageProcessor", "default_to_square": None, "size": 19},
]


def processed():
    result = []
    for config in CONFIGS:
        kwargs = dict(config)
        name = (kwargs.pop("image_processor_type", None) or
                kwargs.pop("feature_extractor_type").replace("FeatureExtractor", "ImageProcessor"))
        processor = PROCESSORS[name.removesuffix("Fast")](**kwargs)
        for file in ("photo.png", "noise.png"):
            values = np.asarray(processor(load_image(str(FOLDER / file)))["pixel_values"][0], np.float32)
            result.append({"config": config, "file": file, "shape": list(values.shape),
                           "fnv": fnv(values.astype("<f4").tobytes()),
                           "first": [float(v) for v in values.ravel()[:4]], "mean": float(values.mean(dtype=np.float64))})
    return result


def hash_of(path):
    return fnv(np.array(load_image(str(path))).tobytes())


def pngsuite(folder):
    return {f"{part}/{path.name}": hash_of(path) for part in LEGAL for path in sorted((folder / part).glob("*.png"))}


def photos(folder):
    return {path.name: hash_of(path) for path in sorted(folder.iterdir())
            if path.suffix in (".png", ".jpg") and path.stem != "truncated"}


def main():
    warnings.simplefilter("ignore")
    target = FOLDER / "image_references.json"
    write_images()
    references = {"decoded": decoded(), "resized": resized(), "processed": processed()}
    if len(sys.argv) > 1:
        references["pngsuite"] = pngsuite(Path(sys.argv[1]) / "pngsuite")
        references["photos"] = photos(Path(sys.argv[1]) / "images")
    else:
        kept = json.loads(target.read_text())
        references |= {"pngsuite": kept["pngsuite"], "photos": kept["photos"]}
    parts = []
    for key, value in references.items():
        entries = value.items() if isinstance(value, dict) else [(None, item) for item in value]
        lines = [("" if name is None else json.dumps(name) + ":") + json.dumps(item, separators=(",", ":"))
                 for name, item in entries]
        parts.append(f'"{key}":' + "{["[isinstance(value, list)] + "\n" + ",\n".join(lines) + "}]"[isinstance(value, list)])
    target.write_text("{" + ",\n".join(parts) + "}\n")


if __name__ == "__main__":
    main()
