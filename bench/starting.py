"""Starts commands for `measuring`, and tells of each what it took: a small process, so that the memory of what it starts is its own.

The system counts what a process was before it became another; whoever starts it is what it was. Lines of JSON come and go.
"""

from __future__ import annotations

import json
import os
import sys
import time


def started(command: list[str], environment: dict[str, str], files: list[str], folder: str) -> dict[str, float]:
    """One command with these files as its input and its errors, and no output."""
    os.chdir(folder)
    flags = (os.O_RDONLY, os.O_WRONLY, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    actions = [(os.POSIX_SPAWN_OPEN, number, path, flags[number], 0o600) for number, path in enumerate(files)]
    start = time.perf_counter()
    pid = os.posix_spawnp(command[0], command, environment, file_actions=actions)
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - start
    code = os.waitstatus_to_exitcode(status)
    return {"code": code, "processor": usage.ru_utime + usage.ru_stime, "wall": wall, "memory": usage.ru_maxrss / 1024}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(started(**json.loads(line))), flush=True)
