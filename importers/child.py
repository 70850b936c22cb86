"""Parse a workbook in a process that may die (promises P21, P22).

The parent starts ``python -m importers.child FILE``; the child limits its own memory and time, and answers
in JSON lines: one about the table, then batches of rows, then the end or a refusal. Silence, a crash or a
late answer is a refusal too; nothing but ``FileRefused`` leaves this module.
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
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

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
    """``wall_seconds`` from start to last answer; ``memory`` and ``answer_size`` in bytes."""

    wall_seconds: float = 60.0
    cpu_seconds: int = 40
    memory: int = 1 << 30
    answer_size: int = 512 << 20


def parse_in_child(
    path: Path, *, has_error_cells: bool = False, limits: ChildLimits | None = None
) -> Iterator[dict[str, Any]]:
    """Yield the child's messages: ``table``, then ``rows``, then ``end``.

    The child is gone when the iterator is exhausted, closed or has raised ``FileRefused``.
    """
    limits = limits or ChildLimits()
    child = _start(path, has_error_cells, limits)
    is_complete = False
    try:
        for line in _lines(child, limits):
            message = _decoded(line)
            if "refused" in message:
                code = FileProblem(message["refused"])
                raise FileRefused(code, **message["values"])
            is_complete = "end" in message
            yield message
        if not is_complete:
            raise FileRefused(_cause_of_death(child))
    finally:
        child.kill()
        child.wait()
        if child.stdout is not None:
            child.stdout.close()


def _start(path: Path, has_error_cells: bool, limits: ChildLimits) -> subprocess.Popen[bytes]:
    # The environment holds secrets (database URL); the child gets none of it.
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    arguments = [str(path.resolve()), str(int(has_error_cells)), str(limits.memory)]
    return subprocess.Popen(  # noqa: S603 (our own interpreter, arguments are not a shell's)
        [sys.executable, "-m", "importers.child", *arguments, str(limits.cpu_seconds)],
        cwd=_ROOT,
        env=environment | {"PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def _lines(child: subprocess.Popen[bytes], limits: ChildLimits) -> Iterator[bytes]:
    """Complete lines of the child's answer; refuses when time or size run out."""
    assert child.stdout is not None
    deadline = clock.monotonic() + limits.wall_seconds
    pending: list[bytes] = []
    size, pending_size = 0, 0
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ)
        while True:
            left = deadline - clock.monotonic()
            if left <= 0 or not selector.select(left):
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
        message = json.loads(line, object_hook=_decode_moment)
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


def _decode_moment(value: dict[str, Any]) -> Any:
    if len(value) != 1:
        return value
    match value:
        case {"$d": str(text)}:
            return date.fromisoformat(text)
        case {"$m": str(text)}:
            return datetime.fromisoformat(text)
        case {"$t": str(text)}:
            return text
        case _:
            return value


def _encode_moment(value: object) -> dict[str, str]:
    match value:
        case datetime():
            return {"$m": value.isoformat()}
        case date():
            return {"$d": value.isoformat()}
        case time() | timedelta():
            return {"$t": str(value)}
        case _:
            return {"$t": repr(value)}


def main(arguments: list[str]) -> int:
    """The child's side: FILE, 1 if error cells must be looked for, bytes of memory, seconds of CPU."""
    path, has_error_cells, memory, cpu_seconds = arguments
    _limit_self(int(memory), int(cpu_seconds))
    out = sys.stdout.buffer
    try:
        for message in _messages(Path(path), has_error_cells=has_error_cells == "1"):
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


def _messages(path: Path, *, has_error_cells: bool) -> Iterator[dict[str, object]]:
    # Imported behind the limits: from here on nothing may harm the parent.
    from importers.workbook import find_table

    table = find_table(path, has_error_cells=has_error_cells)
    columns = [[column.index, column.heading, column.field] for column in table.columns]
    yield {"table": {"sheet": table.sheet, "columns": columns}}
    batch: list[object] = []
    for row_no, cells in table.rows:
        batch.append((row_no, cells))
        if len(batch) == _ROWS_IN_BATCH:
            yield {"rows": batch}
            batch = []
    if batch:
        yield {"rows": batch}
    yield {"end": asdict(table.skipped)}


def _shortened(message: dict[str, object]) -> dict[str, object]:
    """The same rows with endless texts cut; looked for only where a batch is strikingly long."""
    rows = message.get("rows")
    if not isinstance(rows, list):
        return message
    return {
        "rows": [
            (row_no, [cell[:_LONGEST_TEXT] if isinstance(cell, str) else cell for cell in cells])
            for row_no, cells in rows
        ]
    }


def _encode(message: dict[str, object]) -> bytes:
    text = json.dumps(message, ensure_ascii=False, separators=(",", ":"), default=_encode_moment)
    return text.encode("utf-8", "replace") + b"\n"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
