"""Who is at work on a load, and whether they still live (A8)."""

from __future__ import annotations

import os
import secrets
import socket
from datetime import datetime, timedelta

from importers.loads.models import RecordLoad

SILENCE = timedelta(seconds=60)
"""A worker that has given no sign of life for so long is taken to be dead."""


class TakenOver(Exception):
    """Somebody else goes on with the load, or it was ended: this worker writes nothing more."""


def worker_name() -> str:
    """A name for whoever begins to work now; it tells the machine and the process."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


def is_silent(load: RecordLoad, now: datetime) -> bool:
    """Whether somebody began to work on it and is dead, or has been silent for too long.

    To be wrong does no harm: whoever was taken over can write nothing more.
    """
    if load.worker is None:
        return False
    return load.beat_at is None or now - load.beat_at > SILENCE or _is_gone(load.worker)


def _is_gone(worker: str) -> bool:
    """Whether it was a process of this machine that is there no more."""
    machine, _, rest = worker.rpartition(":")[0].rpartition(":")
    if machine != socket.gethostname() or not rest.isdigit():
        return False
    try:
        os.kill(int(rest), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
