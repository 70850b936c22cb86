"""Real child processes that the tests kill, stop and wake."""

import json
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

Child = subprocess.Popen[str]


class Children:
    """The living children of one test; all are killed at its end, by their own ids."""

    def __init__(self, url: str, seed: int) -> None:
        self.url = url
        self.chance = random.Random(seed)
        self.alive: list[Child] = []
        self.killed = 0

    def start(self, role: str, **options: Any) -> Child:
        command = [sys.executable, "-m", "tests.chaos.worker", role, self.url]
        child = subprocess.Popen(
            [*command, str(self.chance.randrange(2**31)), json.dumps(options)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.alive.append(child)
        return child

    def kill(self, child: Child) -> None:
        """Like a power cut for this process."""
        child.send_signal(signal.SIGKILL)
        child.communicate()
        self.alive.remove(child)
        self.killed += 1

    def check(self) -> None:
        """No child ended with an error of its own."""
        for child in list(self.alive):
            if child.poll() is not None:
                child.communicate()
                self.alive.remove(child)
                assert child.returncode == 0, f"a child ended with {child.returncode}"

    def end(self) -> None:
        for child in list(self.alive):
            child.send_signal(signal.SIGCONT)
            self.kill(child)


@contextmanager
def children(url: str, seed: int) -> Iterator[Children]:
    """Children whose choices follow from the seed."""
    family = Children(url, seed)
    try:
        yield family
    finally:
        family.end()
