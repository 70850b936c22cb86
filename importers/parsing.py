"""The child that parses: ``python -m importers.parsing ORDER`` (promises P21, P22).

It limits its own memory and time before anything of the file is looked at, and answers in frames
(``importers.answers``): one about the table, then blocks of rows, then the end or a refusal. Its
parent is ``importers.child``.
"""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from importers.opening import Opening


def main(arguments: list[str]) -> int:
    """The order as JSON; stdin: two digits, what the guard has seen."""
    order = json.loads(arguments[0])
    _limit_self(order["memory"], order["cpu_seconds"])
    # From here on nothing may harm the parent. calamine begins at once, imports are done beside.
    opening = _opening(order)
    from importers.answers import packed_message
    from importers.problems import FileProblem, FileRefused

    out = sys.stdout.buffer
    try:
        for frame in _frames(order, opening):
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


def _opening(order: dict[str, Any]) -> Opening | None:
    if order["is_large"] or order["kind"] == "delimited":
        return None
    from importers.opening import Opening

    return Opening(order["path"], order["kind"], order["options"]["sheet"])


def _frames(order: dict[str, Any], opening: Opening | None) -> Iterator[bytes]:
    from dataclasses import asdict
    from pathlib import Path

    from importers.answers import packed_block, packed_message
    from importers.file_kinds import FileKind
    from importers.options import ReadOptions
    from importers.workbook import Seen, Source, find_table

    source = Source(Path(order["path"]), FileKind(order["kind"]), order["is_large"], opening)
    options = ReadOptions(**order["options"])
    table = find_table(source, options, seen=lambda: Seen(*_digits()))
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


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
