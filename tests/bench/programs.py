"""Running the programs that are measured."""
import json
import os
import subprocess
import time


class Failed(Exception):
    pass


def tail_of(path, lines=15):
    with open(path, encoding="utf-8", errors="replace") as file:
        return "".join(file.readlines()[-lines:])


class Program:
    """Answers each line of its input with one line of JSON; the first line says what it is."""

    def __init__(self, command, log, environment=None):
        self.name, self.log = os.path.basename(command[0]), log
        with open(log, "w", encoding="utf-8") as errors:
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True,
                                            env=environment)
        self.about = self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise Failed(f"{self.name} ended\n{tail_of(self.log)}")
        return json.loads(line)

    def ask_line(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.answer()

    def ask(self, tokens, *numbers, added=2):
        """For a text of so many tokens, `added` of them by the tokenizer (text_of counts two); REPEAT and what else
        the program takes."""
        answer = self.ask_line(" ".join(map(str, (tokens + 2 - added, *numbers))))
        if answer["tokens"] != tokens:
            raise Failed(f"{self.name} made {answer['tokens']} tokens of a text of {tokens}")
        return answer

    def stop(self):
        """Its input ends, so that it can end what it started."""
        self.process.stdin.close()
        try:
            self.process.wait(10.0)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def run(command, log, environment=None):
    """Seconds from start to end, peak memory in MB, what it printed."""
    with open(log, "w", encoding="utf-8") as errors:
        began = time.monotonic()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment)
        printed = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise Failed(f"{' '.join(command)[:200]} ended with {process.returncode}\n{tail_of(log)}")
    return seconds, usage.ru_maxrss / 1024, printed


def seconds_to_first_line(command, log, environment):
    """From start to the first line that it prints; its end is awaited, not measured."""
    with open(log, "w", encoding="utf-8") as errors:
        began = time.monotonic()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment)
        line = process.stdout.readline()
        seconds = time.monotonic() - began
    process.stdout.close()
    process.wait()
    if not line:
        raise Failed(f"{command[0]} printed nothing\n{tail_of(log)}")
    return seconds


def busy_share(seconds=0.5):
    """How much of the processors is taken by others: nothing of ours runs while this looks."""

    def ticks():
        with open("/proc/stat", encoding="ascii") as file:
            numbers = [int(word) for word in file.readline().split()[1:9]]
        return sum(numbers), numbers[3] + numbers[4]  # idle, waiting for a disk

    total, idle = ticks()
    time.sleep(seconds)
    total_then, idle_then = ticks()
    return 1.0 - (idle_then - idle) / max(1, total_then - total)
