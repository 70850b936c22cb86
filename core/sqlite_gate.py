"""Writers of one SQLite file wait here in a line, not in SQLite's own sleep of up to 100 ms.

Measured with eight claimers: the longest wait falls from seconds to tenths (performance.md §5). The
gate is a courtesy: whoever does not get in goes on, and SQLite's lock decides. The kernel opens it
when a process dies.
"""

import contextlib
import fcntl
import os
import threading
import time

PATIENCE = 15.0
"""Seconds before a writer goes on without the gate; less than SQLite's own timeout."""
_LOOK_EVERY = 0.0005


class WriteGate:
    """The way in for the writers of one database file, of all threads and all processes."""

    def __init__(self, path: str) -> None:
        self._path = f"{path}-gate"
        self._threads = threading.Lock()

    def enter(self) -> int | None:
        """Wait for the turn; returns what ``leave`` needs, None when it did not come in time."""
        until = time.monotonic() + PATIENCE
        if not self._threads.acquire(timeout=PATIENCE):
            return None
        # Opened anew each time: a descriptor that was inherited by fork would share its lock.
        gate = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        while True:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(gate, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return gate
            if time.monotonic() > until:
                self.leave(gate)
                return None
            time.sleep(_LOOK_EVERY)

    def leave(self, gate: int | None) -> None:
        """Let the next one in."""
        if gate is not None:
            os.close(gate)
            self._threads.release()
