"""The child that parses: ``main`` in a process of its own (promises P21, P22).

It limits its own memory and time before anything of the file is looked at, and answers in frames
(``importers.answers``): one about the table, then blocks of rows, then the end or a refusal. Its
parent is ``importers.child``.
"""

from __future__ import annotations

import sys

LARGE = "large"
"""A workbook whose sheet is read as a stream."""
_CALAMINES = ("xlsx", "xlsm", "xlsb", "xls", "ods")
TYPE_CHECKING = False  # typing takes longer to import than all that calamine waits for
if TYPE_CHECKING:
    from collections.abc import Iterator

    from importers.opening import Opening


def main(memory: str, cpu_seconds: str, path: str, kind: str, sheet: str, options: str) -> int:
    """What ``importers.child`` orders; stdin: two digits, what the guard has seen.

    ``memory`` in bytes; ``kind``: of ``FileKind``, or LARGE; ``sheet``: the name of the one to load
    ahead, "" for the first; ``options``: ``ReadOptions`` as JSON.
    """
    _limit_self(int(memory), int(cpu_seconds))
    # From here on nothing may harm the parent. calamine begins at once. The guard has the other
    # core: the imports, which calamine needs none of, wait until it is done.
    opening = _opening(path, kind, sheet or None) if kind in _CALAMINES else None
    digits = None if opening is None else _digits()
    from importers.answers import packed_message
    from importers.problems import FileProblem, FileRefused

    out = sys.stdout.buffer
    try:
        for frame in _frames(path, kind, options, opening, digits):
            out.write(frame)
    except FileRefused as refused:
        out.write(packed_message({"refused": refused.code, "values": refused.values}))
    except MemoryError:
        out.write(packed_message({"refused": FileProblem.TOO_MUCH_MEMORY, "values": {}}))
    except BaseException:
        # A panic inside calamine is a BaseException.
        out.write(packed_message({"refused": FileProblem.DAMAGED, "values": {}}))
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


def _opening(path: str, kind: str, sheet: str | None) -> Opening:
    from importers.opening import Opening

    return Opening(path, kind, sheet)


def _frames(
    path: str,
    kind: str,
    options: str,
    opening: Opening | None,
    digits: tuple[bool, ...] | None,
) -> Iterator[bytes]:
    import gc
    import json
    from dataclasses import asdict
    from pathlib import Path

    from importers.answers import packed_block, packed_message
    from importers.file_kinds import FileKind
    from importers.options import ReadOptions
    from importers.workbook import Seen, Source, find_table

    is_large = kind == LARGE
    source = Source(Path(path), FileKind.XLSX if is_large else FileKind(kind), is_large, opening)
    wanted = ReadOptions(**json.loads(options))
    table = find_table(source, wanted, seen=lambda: Seen(*(digits or _digits())))
    yield packed_message(
        {
            "table": {
                "sheet": table.sheet,
                "heading_line": table.heading_line,
                "heading_lines": table.heading_lines,
                "sheets": [asdict(sheet) for sheet in table.sheets],
                "columns": [[one.index, one.heading, one.field] for one in table.columns],
                "hidden_columns": table.hidden_columns,
            }
        }
    )
    # Millions of fresh objects and not one cycle among them.
    gc.disable()
    for block in table.blocks:
        yield packed_block(block)
    yield packed_message({"end": asdict(table.skipped)})


def _digits() -> tuple[bool, ...]:
    return tuple(digit == "1" for digit in sys.stdin.readline().strip())
