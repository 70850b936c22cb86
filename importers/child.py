"""Parse a table in a process that may die (promises P21, P22).

The parent's side: it starts ``importers.parsing`` and takes its answers in frames
(``importers.answers``). Silence, a crash, a late answer, nonsense are refusals; nothing leaves but
``FileRefused``.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import time as clock
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Thread
from typing import Any, Self

from importers.answers import BrokenAnswer, TooLongAnswer, unpacked
from importers.file_kinds import FileKind
from importers.options import ReadOptions
from importers.parsing import LARGE
from importers.problems import FileProblem, FileRefused

_ROOT = Path(__file__).resolve().parent.parent
_READ_SIZE = 1 << 20
_PASSED_ON = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "PYTHONHOME", "COVERAGE_PROCESS_START")
REAPER = "reaper"
"""The name of a thread that waits for the end of a child whose work is done."""
_PROGRAM = "import sys; from importers.parsing import main; sys.exit(main(*sys.argv[1:]))"
"""Starts sooner than ``-m``."""

_TOLD = {
    "PYTHONUTF8": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "MALLOC_ARENA_MAX": "1",  # a second heap would take of the child's memory limit
    "MALLOC_TOP_PAD_": str(16 << 20),  # millions of small texts: fewer calls to the system
}


@dataclass(frozen=True, slots=True)
class ChildLimits:
    """``memory`` and ``answer_size`` in bytes.

    ``wall_seconds``: how long the parent waits for answers, all waits together; the time in which
    it uses what was answered does not count.
    """

    wall_seconds: float = 60.0
    cpu_seconds: int = 40
    memory: int = 1 << 30
    answer_size: int = 512 << 20

    @classmethod
    def for_size(cls, size: int) -> Self:
        """What a file of this many unpacked bytes may take: the time grows, the memory does not."""
        megabytes = size >> 20
        return cls(
            wall_seconds=60.0 + megabytes,
            cpu_seconds=40 + megabytes * 2 // 5,
            answer_size=max(512 << 20, 2 * size),
        )


class ParsingChild:
    """The child at work on one file; a context manager, the child is gone when it is left.

    It loads the file at once and sends no row before ``messages`` is called, so that the slow half
    of the guard can look at the same file meanwhile. A child whose parent takes no messages waits.
    """

    def __init__(
        self,
        path: Path,
        limits: ChildLimits | None = None,
        *,
        kind: FileKind = FileKind.XLSX,
        is_large: bool = False,
        options: ReadOptions | None = None,
    ) -> None:
        self._limits = limits or ChildLimits()
        options = options or ReadOptions()
        sheet = options.sheet or ""
        self._order = (
            str(self._limits.memory),
            str(self._limits.cpu_seconds),
            str(path.resolve()),
            LARGE if is_large else kind,
            sheet if sheet.isprintable() else "",  # no zero byte in an argument
            json.dumps(asdict(options)),
        )

    def __enter__(self) -> Self:
        try:
            self._process = _start(self._order)
        except OSError as error:
            raise FileRefused(FileProblem.READER_FAILED) from error
        _widen(self._process)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        # The system takes a while to give back hundreds of megabytes: nobody has to wait for that.
        Thread(target=self._process.wait, name=REAPER, daemon=True).start()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()

    def messages(
        self, *, has_error_cells: bool = False, has_row_marks: bool = False
    ) -> Iterator[dict[str, Any]]:
        """Yield ``table``, then ``rows`` many times, then ``end``; or raise ``FileRefused``."""
        assert self._process.stdin is not None
        with suppress(OSError):  # already dead: the missing answer tells
            self._process.stdin.write(b"%d%d\n" % (has_error_cells, has_row_marks))
            self._process.stdin.close()
        received = bytearray()
        for chunk in _chunks(self._process, self._limits):
            received += chunk
            for message in _told(received):
                if "refused" in message:
                    raise _refusal(message)
                yield message
                if "end" in message:
                    return  # its last breath is nothing to wait for
        raise FileRefused(_cause_of_death(self._process))


def _start(order: tuple[str, ...]) -> subprocess.Popen[bytes]:
    # The environment holds secrets (database URL); the child gets none of it.
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return subprocess.Popen(  # noqa: S603 (our own interpreter, no shell)
        [sys.executable, "-c", _PROGRAM, *order],
        cwd=_ROOT,
        env=environment | _TOLD,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def _widen(child: subprocess.Popen[bytes]) -> None:
    """Let the child go on while the parent is busy, where the system can do so."""
    assert child.stdout is not None
    with suppress(ImportError, AttributeError, OSError):
        import fcntl

        fcntl.fcntl(child.stdout.fileno(), fcntl.F_SETPIPE_SZ, _READ_SIZE)


def _chunks(child: subprocess.Popen[bytes], limits: ChildLimits) -> Iterator[bytes]:
    """The child's answers as they come; refuses when time or size run out."""
    assert child.stdout is not None
    size, left = 0, limits.wall_seconds
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ)
        while True:
            started = clock.monotonic()
            is_there = left > 0 and selector.select(left)
            left -= clock.monotonic() - started
            if not is_there:
                raise FileRefused(FileProblem.TOOK_TOO_LONG, seconds=int(limits.wall_seconds))
            chunk = os.read(child.stdout.fileno(), _READ_SIZE)
            if not chunk:
                return
            size += len(chunk)
            if size > limits.answer_size:
                raise FileRefused(FileProblem.TOO_MUCH_MEMORY)
            yield chunk


def _told(received: bytearray) -> Iterator[dict[str, Any]]:
    try:
        yield from unpacked(received)
    except TooLongAnswer as error:
        raise FileRefused(FileProblem.TOO_MUCH_MEMORY) from error
    except BrokenAnswer as error:
        raise FileRefused(FileProblem.DAMAGED) from error


def _refusal(message: dict[str, Any]) -> FileRefused:
    try:
        return FileRefused(FileProblem(message["refused"]), **message["values"])
    except (KeyError, TypeError, ValueError):
        return FileRefused(FileProblem.DAMAGED)


def _cause_of_death(child: subprocess.Popen[bytes]) -> FileProblem:
    with suppress(subprocess.TimeoutExpired):
        child.wait(timeout=5)
    if child.returncode in (-getattr(signal, "SIGXCPU", 0), -getattr(signal, "SIGKILL", 0)):
        return FileProblem.TOOK_TOO_LONG
    # An allocation that the limit refuses ends calamine by SIGABRT.
    if child.returncode == -signal.SIGABRT:
        return FileProblem.TOO_MUCH_MEMORY
    return FileProblem.DAMAGED
