"""Recordings that are killed or stopped half way."""
import os
import re
import signal

from replay import check, video

FRAMES_PER_SECOND = 30


def recorded_half_way(replay, arguments):
    """A running recording and the seconds that it said are done, at its first word about them."""
    process = replay.start(arguments)
    for line in process.stderr:
        found = re.search(r"recording +\d+ %  ([\d.]+) of", line)
        if found:
            return process, float(found[1])
    process.wait()
    check(False, f"it ended with {process.returncode} before it said how far it is")
    return None


def killed(replay, trace):
    path = replay.path("killed.mp4")
    process, seconds = recorded_half_way(replay, ["record", trace, "--size", "320x180", "--seconds", "120", "--output",
                                                  path])
    process.send_signal(signal.SIGKILL)
    process.communicate()
    part = path + ".part"
    check(not os.path.exists(path) and os.path.exists(part), "a killed recording is a .part")
    frames = video(part)["frames"]
    check(frames / FRAMES_PER_SECOND > seconds - 1.5, f"{frames} frames of {seconds} s play")

    other = replay.path("other.mp4")
    run = replay.run(["record", trace, "--size", "320x180", "--seconds", "0.2", "--output", other])
    check(run.returncode == 0 and part in run.stderr and "record --finish" in run.stderr,
          f"the next start does not offer to finish it:\n{run.stderr}")
    os.remove(other)

    run = replay.run(["record", "--finish"])
    check(run.returncode == 0 and path in run.stdout.decode(), f"{run.returncode} {run.stdout} {run.stderr}")
    check(not os.path.exists(part), "the part is still there")
    check(video(path)["frames"] == frames, f"{video(path)['frames']} frames of {frames} were saved")
    os.remove(path)
    run = replay.run(["record", "--finish"])
    check(run.returncode == 0 and path not in run.stdout.decode(), f"finished twice: {run.stdout}")


def stopped(replay, trace, number):
    path = replay.path("stopped.mp4")
    process, seconds = recorded_half_way(replay, ["record", trace, "--size", "320x180", "--seconds", "120", "--output",
                                                  path])
    process.send_signal(number)
    said, errors = process.communicate(timeout=600)
    check(process.returncode == 0 and "stopped early" in said, f"{process.returncode}\n{said}\n{errors}")
    check(not os.path.exists(path + ".part"), "the part is still there")
    check(video(path)["frames"] >= seconds * FRAMES_PER_SECOND, "what was recorded before is lost")
    os.remove(path)


def all_recordings(replay, trace):
    replay.case("killed while recording", lambda: killed(replay, trace))
    replay.case("Ctrl-C while recording", lambda: stopped(replay, trace, signal.SIGINT))
    replay.case("terminated while recording", lambda: stopped(replay, trace, signal.SIGTERM))
