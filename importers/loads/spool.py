"""Where the files of staged loads lie until they are forgotten: named by the load's id alone.

Nothing that a sender typed is part of a path; only the owner of the process may read them.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

_SUFFIX = ".load"
_INCOMING = "incoming-"
_A_DAY = timedelta(days=1)


def spool_file(folder: Path, load_id: int) -> Path:
    """Where the file of the load lies, or is to lie."""
    return folder / f"{int(load_id)}{_SUFFIX}"


def new_file(folder: Path) -> Path:
    """An empty file for what is being received, to be kept by ``keep_file`` or removed."""
    _prepare(folder)
    descriptor, name = tempfile.mkstemp(prefix=_INCOMING, dir=folder)
    os.close(descriptor)
    return Path(name)


def keep_file(folder: Path, load_id: int, received: Path) -> Path:
    """Move a file to the place of the load, whole or not at all.

    To be done before the transaction that asked for the load is committed: whoever finds the load
    then finds the file.
    """
    _prepare(folder)
    place = spool_file(folder, load_id)
    if received.parent != folder:
        copy = new_file(folder)
        shutil.copyfile(received, copy)
        received.unlink()
        received = copy
    received.chmod(0o600)
    received.replace(place)
    return place


def forget_file(folder: Path, load_id: int) -> None:
    """Remove the file of the load; harmless when it is gone."""
    spool_file(folder, load_id).unlink(missing_ok=True)


def forget_torn(folder: Path, *, now: datetime) -> None:
    """Remove what was being received when somebody was killed, a day ago or earlier."""
    before = (now - _A_DAY).timestamp()
    for torn in folder.glob(f"{_INCOMING}*"):
        with suppress(FileNotFoundError):
            if torn.stat().st_mtime < before:
                torn.unlink()


def _prepare(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
