"""Parse a table in a process that may die (promises P21, P22).

The parent starts ``python -m importers.child ORDER``; the child limits its own memory and time, and
answers in JSON lines: one about the table, then batches of rows (row number, cells as text), then
the end or a refusal. Silence, a crash, a late answer are refusals; only ``FileRefused`` leaves.
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
from typing import Any, Self

from importers.file_kinds import FileKind
from importers.options import ReadOptions
from importers.problems import FileProblem, FileRefused

_ROOT = Path(__file__).resolve().parent.parent
_READ_SIZE = 1 << 20
_LONGEST_LINE = 64 << 20
_ROWS_IN_BATCH = 256
_LONGEST_TEXT = 4_000
_LONG_LINE = 1 << 20
_PASSED_ON = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "PYTHONHOME", "COVERAGE_PROCESS_START")


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
        self._order = _Order(
            path=str(path.resolve()),
            kind=kind,
            is_large=is_large,
            options=asdict(options or ReadOptions()),
            memory=self._limits.memory,
            cpu_seconds=self._limits.cpu_seconds,
        )

    def __enter__(self) -> Self:
        try:
            self._process = _start(self._order)
        except OSError as error:
            raise FileRefused(FileProblem.READER_FAILED) from error
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
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
        is_complete = False
        for line in _lines(self._process, self._limits):
            message = _decoded(line)
            if "refused" in message:
                raise FileRefused(FileProblem(message["refused"]), **message["values"])
            is_complete = "end" in message
            yield message
        if not is_complete:
            raise FileRefused(_cause_of_death(self._process))


@dataclass(frozen=True, slots=True)
class _Order:
    """What the child is told, as one argument."""

    path: str
    kind: FileKind
    is_large: bool
    options: dict[str, Any]
    memory: int
    cpu_seconds: int


def _start(order: _Order) -> subprocess.Popen[bytes]:
    # The environment holds secrets (database URL); the child gets none of it.
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return subprocess.Popen(  # noqa: S603 (our own interpreter, no shell)
        [sys.executable, "-m", "importers.child", json.dumps(asdict(order))],
        cwd=_ROOT,
        env=environment | {"PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def _lines(child: subprocess.Popen[bytes], limits: ChildLimits) -> Iterator[bytes]:
    """Complete lines of the child's answer; refuses when time or size run out."""
    assert child.stdout is not None
    pending: list[bytes] = []
    size, pending_size, left = 0, 0, limits.wall_seconds
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
            pending_size += len(chunk)
            if size > limits.answer_size or pending_size > _LONGEST_LINE:
                raise FileRefused(FileProblem.TOO_MUCH_MEMORY)
            pending.append(chunk)
            if b"\n" in chunk:
                *whole, rest = b"".join(pending).split(b"\n")
                pending, pending_size = [rest], len(rest)
                yield from whole


def _decoded(line: bytes) -> dict[str, Any]:
    try:
        message = json.loads(line)
    except ValueError as error:
        raise FileRefused(FileProblem.DAMAGED) from error
    if not isinstance(message, dict):
        raise FileRefused(FileProblem.DAMAGED)
    return message


def _cause_of_death(child: subprocess.Popen[bytes]) -> FileProblem:
    with suppress(subprocess.TimeoutExpired):
        child.wait(timeout=5)
    if child.returncode in (-getattr(signal, "SIGXCPU", 0), -getattr(signal, "SIGKILL", 0)):
        return FileProblem.TOOK_TOO_LONG
    # An allocation that the limit refuses ends calamine by SIGABRT.
    if child.returncode == -signal.SIGABRT:
        return FileProblem.TOO_MUCH_MEMORY
    return FileProblem.DAMAGED


def main(arguments: list[str]) -> int:
    """The child's side: the order as JSON; stdin: two digits, what the guard has seen."""
    order = _Order(**json.loads(arguments[0]))
    _limit_self(order.memory, order.cpu_seconds)
    out = sys.stdout.buffer
    try:
        for message in _messages(order):
            line = _encode(message)
            out.write(line if len(line) < _LONG_LINE else _encode(_shortened(message)))
    except FileRefused as refused:
        out.write(_encode({"refused": refused.code, "values": refused.values}))
    except MemoryError:
        out.write(_encode({"refused": FileProblem.TOO_MUCH_MEMORY, "values": {}}))
    except BaseException:
        # A panic inside calamine is a BaseException.
        out.write(_encode({"refused": FileProblem.DAMAGED, "values": {}}))
    out.flush()
    return 0


def _limit_self(memory: int, cpu_seconds: int) -> None:
    try:
        import resource
    except ImportError:  # not on Windows; there the wall clock alone guards
        return
    for name, limit in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(name, (limit, limit))


def _messages(order: _Order) -> Iterator[dict[str, object]]:
    # Imported behind the limits: from here on nothing may harm the parent.
    from importers.values import text_of
    from importers.workbook import Seen, Source, find_table

    source = Source(Path(order.path), FileKind(order.kind), order.is_large)
    table = find_table(source, ReadOptions(**order.options), seen=lambda: Seen(*_digits()))
    yield {
        "table": {
            "sheet": table.sheet,
            "heading_line": table.heading_line,
            "heading_lines": table.heading_lines,
            "sheets": [asdict(sheet) for sheet in table.sheets],
            "columns": [[column.index, column.heading, column.field] for column in table.columns],
            "hidden_columns": table.hidden_columns,
        }
    }
    batch: list[object] = []
    for row_no, cells in table.rows:
        batch.append((row_no, [cell if type(cell) is str else text_of(cell) for cell in cells]))
        if len(batch) == _ROWS_IN_BATCH:
            yield {"rows": batch}
            batch = []
    if batch:
        yield {"rows": batch}
    yield {"end": asdict(table.skipped)}


def _digits() -> tuple[bool, ...]:
    return tuple(digit == "1" for digit in sys.stdin.readline().strip())


def _shortened(message: dict[str, object]) -> dict[str, object]:
    """The same rows with endless texts cut; looked for only where a batch is strikingly long."""
    rows = message.get("rows")
    if not isinstance(rows, list):
        return message
    return {"rows": [(row_no, [text[:_LONGEST_TEXT] for text in texts]) for row_no, texts in rows]}


def _encode(message: dict[str, object]) -> bytes:
    text = json.dumps(message, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace") + b"\n"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
