"""A file as a table that is read batch by batch: the public face of reading (A8).

``read_table`` runs the guard and the child and hands out rows of texts; what the texts mean is
nobody's business here. Memory stays bounded whatever the size, as long as the batches are let go.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from importers.answers import Rows
from importers.child import ChildLimits, ParsingChild
from importers.columns import Column, Field
from importers.file_kinds import FileKind
from importers.guard import Limits, check_container, scan_parts
from importers.options import ReadOptions
from importers.problems import FileProblem, FileRefused, Skipped

__all__ = ["ReadOptions", "SheetSummary", "TableStream", "read_table"]


@dataclass(frozen=True, slots=True)
class SheetSummary:
    """A sheet that may be chosen by ``ReadOptions.sheet``.

    ``score``: how many fields its headings name; None where it was not looked at (hidden, or
    another sheet was asked for). ``line``: of its headings, from 1.
    """

    name: str
    is_hidden: bool
    score: int | None
    line: int | None
    lines: int | None
    headings: tuple[str, ...]


class TableStream:
    """The table of an open file. A context manager: leaving it ends the child.

    ``skipped`` is whole when ``batches`` has come to its end.
    """

    def __init__(self, path: Path, options: ReadOptions | None, limits: Limits | None,
                 child_limits: ChildLimits | None) -> None:  # fmt: skip
        envelope = check_container(path, limits)
        self.kind: FileKind = envelope.kind
        self.skipped = Skipped()
        self._path, self._limits, self._options = path, limits, options
        self._child_limits = child_limits or ChildLimits.for_size(envelope.unpacked_size)
        self._is_large = envelope.is_large

    def __enter__(self) -> Self:
        try:
            self._start()
        except FileRefused as refused:
            can_stream = self.kind.is_sheet_xml and not self._is_large
            if refused.code is not FileProblem.TOO_MUCH_MEMORY or not can_stream:
                raise
            # One stray cell in a far corner makes a small sheet a giant; as a stream it is none.
            self._is_large = True
            self._start()
        return self

    def _start(self) -> None:
        self._child = ParsingChild(
            self._path,
            self._child_limits,
            kind=self.kind,
            is_large=self._is_large,
            options=self._options,
        )
        self._child.__enter__()
        try:
            self._begin()
        except BaseException:
            self._child.__exit__()
            raise

    def __exit__(self, *_: object) -> None:
        self._child.__exit__()

    def _begin(self) -> None:
        # The child loads while the guard still scans; it sends nothing before the guard agrees.
        inspection = scan_parts(self._path, self.kind, self._limits)
        has_errors = bool(inspection.parts_with_error_cells)
        self.uncalculated: int = inspection.uncalculated
        """Formulas without a kept value, in all sheets: Excel would show what here reads blank."""
        self._messages = self._child.messages(
            has_error_cells=has_errors, has_row_marks=bool(inspection.parts_with_row_marks)
        )
        with _damage_refused():
            self._take(next(self._messages)["table"])
        self.has_error_cells = has_errors or self._is_large or not self.kind.is_sheet_xml
        """Whether cells may hold «#N/A» and the like as text."""

    def _take(self, table: dict[str, Any]) -> None:
        self.sheet: str = table["sheet"]
        self.heading_line: int = table["heading_line"]
        self.heading_lines: int = table["heading_lines"]
        self.sheets = tuple(
            SheetSummary(**{**sheet, "headings": tuple(sheet["headings"])})
            for sheet in table["sheets"]
        )
        self.columns = tuple(
            Column(index, heading, Field(field) if field else None)
            for index, heading, field in table["columns"]
        )
        self.hidden_columns: tuple[int, ...] = tuple(table["hidden_columns"])

    def batches(self) -> Iterator[Rows]:
        """The data rows, some hundreds at a time, once. Raises ``FileRefused``."""
        for message in self._messages:
            if "rows" in message:
                yield message["rows"]
            elif "end" in message:
                with _damage_refused():
                    self.skipped = Skipped(**message["end"])


@contextmanager
def _damage_refused() -> Iterator[None]:
    """What a child says that a file has taken over is not believed."""
    try:
        yield
    except (KeyError, TypeError, ValueError) as error:
        raise FileRefused(FileProblem.DAMAGED) from error


def read_table(
    path: Path,
    options: ReadOptions | None = None,
    *,
    limits: Limits | None = None,
    child_limits: ChildLimits | None = None,
) -> TableStream:
    """The table of a file of any kind, to be used in a ``with`` block.

    Entering it raises ``FileRefused`` and nothing else; so does taking batches.
    """
    return TableStream(path, options, limits, child_limits)
