"""Outputs that can't be written, and disks that are full."""
import os
import subprocess

import model_folder
from replay import check, contents, video


class Full:
    """A file system of a few kilobytes where this user may mount one; else `folder` is None."""

    def __init__(self, folder, kilobytes):
        os.makedirs(folder)
        run = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", folder],
                             capture_output=True, check=False)
        self.folder = folder if run.returncode == 0 else None

    def __enter__(self):
        return self.folder

    def __exit__(self, *_):
        if self.folder:
            subprocess.run(["umount", self.folder], check=True)


def unwritable(replay, what, command, suffix):
    def refused(how, path, *words):
        replay.refused(f"output: {what}, {how}", [*command, "--output", path], 1, path, *words)

    file = replay.path("a-file")
    folder = replay.path("a-folder" + suffix)
    with open(file, "wb"):
        pass
    os.makedirs(folder, exist_ok=True)
    refused("no such folder", replay.path("nowhere", "a" + suffix))
    refused("a folder of that name", folder)
    refused("below a file", os.path.join(file, "a" + suffix))
    refused("a name too long", replay.path("a" * 300 + suffix))
    refused("where nobody may make a file", "/proc/a" + suffix)


def full_disk(replay, what, command, suffix, kilobytes, limit_bytes):
    """Nothing of the new file stays, and all of the one before. A limit of 0 is for files of a few bytes."""
    path = replay.path("precious" + suffix)
    with open(path, "wb") as file:
        file.write(b"precious")
    replay.refused(f"full disk: {what}, by a limit", [*command, "--output", path], 1, path,
                   file_limit_bytes=limit_bytes)
    with Full(replay.path("disk"), kilobytes) as disk:
        if disk:
            path = os.path.join(disk, "precious" + suffix)
            with open(path, "wb") as file:
                file.write(b"precious")
            replay.refused(f"full disk: {what}", [*command, "--output", path], 1, path)
    os.rmdir(replay.path("disk"))


def full_while_recording(replay, trace):
    def stopped(arguments, **how):
        run = replay.run([*arguments, "--size", "320x180", "--seconds", "60"], **how)
        check(run.returncode == 1, f"exit code {run.returncode}\n{run.stderr}")
        replay.check_message(run.stderr, ("ended early", "full"))
        path = arguments[-1]
        check(video(path)["frames"] > 10, "too few frames")
        left = set(contents(os.path.dirname(path))) & {path + ".part", path + ".new"}
        check(not left, f"left behind: {left}")
        os.remove(path)

    limited = ["record", trace, "--output", replay.path("full.mp4")]
    replay.case("full disk: recording, by a limit", lambda: stopped(limited, file_limit_bytes=150_000))
    with Full(replay.path("disk"), 200) as disk:
        if disk:
            on_disk = ["record", trace, "--output", os.path.join(disk, "full.mp4")]
            replay.case("full disk: recording", lambda: stopped(on_disk))
    os.rmdir(replay.path("disk"))


def odd_size(replay, trace):
    path = replay.path("odd.mp4")
    run = replay.run(["record", trace, "--size", "161x91", "--seconds", "1", "--output", path])
    check(run.returncode == 0 and "161x91 becomes 160x90" in run.stderr, run.stderr)
    shown = video(path)
    os.remove(path)
    expected = {"codec_name": "h264", "width": "160", "height": "90", "pix_fmt": "yuv420p", "color_range": "tv",
                "color_space": "bt709", "color_transfer": "bt709", "color_primaries": "bt709", "frames": 30}
    check(shown == expected, f"{shown}")


def full_device(replay, folder):
    """/dev/full behind a name with the right suffix, and behind standard output."""
    link = replay.path("link.json")
    os.symlink("/dev/full", link)
    replay.refused("full disk: a link to a full device", ["analyze", "--model", folder, "--text", "warp", "--device",
                                                          "cpu", "--output", link], 1, link)
    os.remove(link)
    with open("/dev/full", "wb") as full:
        replay.refused("full disk: standard output", ["tokenize", "--model", folder, "--text", "warp"], 1, stdout=full)


def all_outputs(replay, trace, with_model):
    picture, recording = ["view", trace, "--size", "320x180"], ["record", trace, "--size", "320x180", "--seconds", "1"]
    unwritable(replay, "a picture", picture, ".png")
    unwritable(replay, "a recording", recording, ".mp4")
    full_disk(replay, "a picture", picture, ".png", 8, 8192)
    full_disk(replay, "a recording that has not begun", recording, ".mp4", 8, 8192)
    full_while_recording(replay, trace)
    replay.case("odd sizes, and what the video says about itself", lambda: odd_size(replay, trace))
    replay.refused("output: a picture of another kind", [*picture, "--output", "a.jpg"], 1, "'a.jpg'", "'a.png'")
    replay.refused("output: a recording of another kind", [*recording, "--output", "a.avi"], 1, "a.avi", "a.mp4")
    if not with_model:
        return
    folder = model_folder.write(replay.path("small-model"))
    numbers = ["analyze", "--model", folder, "--text", "warp wefts a", "--device", "cpu"]
    for suffix in (".safetensors", ".json", ".csv"):
        unwritable(replay, suffix, numbers, suffix)
        full_disk(replay, suffix, numbers, suffix, 4, 0)
    full_device(replay, folder)
