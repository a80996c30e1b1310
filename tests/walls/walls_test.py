#!/usr/bin/env python3
"""The walls of the house: what each folder must never include or say. Reads the sources as text."""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

TORCH = r'#\s*include\s*[<"](torch/|ATen/|c10/)'
VULKAN = r'#\s*include\s*[<"](vulkan/|vk_)'
GLFW = r'#\s*include\s*[<"](GLFW/|glfw)'
IMGUI = r'#\s*include\s*[<"](imgui|backends/imgui|imgui/)'
FFMPEG = r'#\s*include\s*[<"]lib(av|sw)'
OTHERS = {"analysis": r'#\s*include\s*"(renderer|scenes|app)/', "renderer": r'#\s*include\s*"(analysis|scenes|app)/',
          "scenes": r'#\s*include\s*"app/'}
WORDS = r'\b(attention|tokens?|heads?)\b'

# folder, what is forbidden, why, files to which the rule does not apply
RULES = [
    ("analysis", VULKAN, "Vulkan", ()),
    ("analysis", GLFW, "GLFW", ()),
    ("analysis", IMGUI, "Dear ImGui", ()),
    ("analysis", OTHERS["analysis"], "another room", ()),
    ("analysis", TORCH, "torch outside analysis/torch", ("analysis/torch/",)),
    ("scenes", TORCH, "torch", ()),
    ("scenes", VULKAN, "Vulkan", ()),
    ("scenes", GLFW, "GLFW", ()),
    ("scenes", IMGUI, "Dear ImGui", ()),
    ("scenes", OTHERS["scenes"], "another room", ()),
    ("scenes", r'#\s*include\s*"renderer/(?!draw_list\.h")', "the renderer beyond draw_list.h", ()),
    ("renderer", TORCH, "torch", ()),
    ("renderer", GLFW, "GLFW", ()),
    ("renderer", r'#\s*include\s*"(analysis/(?!error\.h")|scenes/|app/)', "another room", ()),
    ("renderer", WORDS, "a word of the analysis", ()),
    ("shaders", WORDS, "a word of the analysis", ()),
    ("app", TORCH, "torch", ()),
    ("app", VULKAN, "Vulkan outside the file that hands ImGui to the renderer", ("app/imgui_layer.cpp",)),
    ("app", r'\bvk[A-Z]\w+\s*\(', "a Vulkan call outside the file that hands ImGui to the renderer", ("app/imgui_layer.cpp",)),
    ("renderer", FFMPEG, "FFmpeg", ()),
    ("scenes", FFMPEG, "FFmpeg", ()),
]
# Public headers compile without torch and without Vulkan.
HEADER_RULES = [("analysis", TORCH, "torch in a public header"), ("renderer", VULKAN, "Vulkan in a public header")]
PUBLIC_RENDERER_HEADERS = ("renderer/draw_list.h", "renderer/renderer.h", "renderer/srgb.h")
SOURCES = {".cpp", ".h", ".vert", ".frag", ".comp", ".glsl"}
# A machine's paths and registries have no place in the tree.
PRIVATE = re.compile(r'/work/|/root/|/tmp/w/|pypi\.org|pythonhosted|deb\.debian\.org')


def sources(folder):
    return sorted(p for p in (ROOT / folder).rglob("*") if p.suffix in SOURCES)


def find(path, pattern, flags=0):
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if re.search(pattern, line, flags):
            yield number, line.strip()


def violations():
    for folder, pattern, what, exempt in RULES:
        flags = re.IGNORECASE if pattern is WORDS else 0
        for path in sources(folder):
            name = path.relative_to(ROOT).as_posix()
            if name.startswith(tuple(exempt)) if exempt else False:
                continue
            for number, line in find(path, pattern, flags):
                yield f"{name}:{number}: {what}: {line}"
    for folder, pattern, what in HEADER_RULES:
        for path in sources(folder):
            name = path.relative_to(ROOT).as_posix()
            public = path.suffix == ".h" and (path.parent == ROOT / "analysis" if folder == "analysis"
                                              else name in PUBLIC_RENDERER_HEADERS)
            if public:
                for number, line in find(path, pattern):
                    yield f"{name}:{number}: {what}: {line}"
    for folder in ("analysis", "renderer", "scenes", "app", "shaders", "assets", "scripts", "cmake", "tests"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path == Path(__file__).resolve() or not path.is_file() or path.suffix not in SOURCES | {
                    ".py", ".sh", ".txt", ".cmake", ".json", ".md", ""}:
                continue
            try:
                text = path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue
            if PRIVATE.search(text):
                yield f"{path.relative_to(ROOT)}: names a path of one machine or a registry"


def self_check():
    """The rules are awake: each pattern finds its own offender."""
    offenders = [(TORCH, "#include <ATen/ATen.h>"), (VULKAN, "#include <vulkan/vulkan.h>"), (GLFW, "#include <GLFW/glfw3.h>"),
                 (IMGUI, "#include <imgui.h>"), (OTHERS["analysis"], '#include "scenes/theme.h"'),
                 (WORDS, "// every Head of it"), (FFMPEG, "#include <libavcodec/avcodec.h>")]
    for pattern, line in offenders:
        assert re.search(pattern, line, re.IGNORECASE), f"asleep: {pattern}"
    for folder in ("analysis", "renderer", "scenes", "app"):
        assert sources(folder), f"no sources in {folder}: the test looks at the wrong place"


if __name__ == "__main__":
    self_check()
    found = list(violations())
    print("\n".join(found))
    print(f"{len(found)} violations of the walls")
    sys.exit(1 if found else 0)
