"""The sheets of a file of any kind as rows with true row numbers. Runs inside the child."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from python_calamine import CalamineSheet, PasswordError, SheetTypeEnum, SheetVisibleEnum

from importers.delimited import read_delimited
from importers.file_kinds import FileKind
from importers.guard import MAX_COLUMNS, MAX_ROWS
from importers.headings import Area, Cell
from importers.opening import Opening
from importers.problems import FileProblem, FileRefused
from importers.spanning import SpanningRows, held

_MOST_SHEETS = 30


@dataclass(frozen=True, slots=True)
class SheetRows:
    """One sheet: rows from row 1 and column A on, blank ones included."""

    name: str
    rows: Iterator[list[Cell]]
    merged: tuple[Area, ...] = ()


@dataclass(frozen=True, slots=True)
class SheetPlace:
    """A sheet by name, not read yet."""

    name: str
    index: int
    is_hidden: bool


class Book:
    """A file opened: which sheets it has, and each of them read when it is asked for."""

    places: tuple[SheetPlace, ...]

    def read(self, place: SheetPlace) -> SheetRows:
        """The sheet's rows; row 1 of the file is the first row yielded."""
        raise NotImplementedError


def open_book(
    path: Path, kind: FileKind, *, is_large: bool = False, opening: Opening | None = None
) -> Book:
    """Open a file. Raises FileRefused, and whatever a broken file makes calamine raise.

    ``opening``: the workbook if calamine is at it already.
    """
    if kind is FileKind.DELIMITED:
        return _DelimitedBook(path)
    if kind is FileKind.WEB_PAGE:
        return _WebBook(path)
    if kind is FileKind.XML_SPREADSHEET:
        return _XmlBook(path)
    return _LargeBook(path) if is_large else _CalamineBook(opening or Opening(str(path), kind))


class _DelimitedBook(Book):
    def __init__(self, path: Path) -> None:
        self._path = path
        self.places = (SheetPlace("", 0, is_hidden=False),)

    def read(self, place: SheetPlace) -> SheetRows:
        rows: Iterator[Any] = read_delimited(self._path)
        return SheetRows("", rows)


class _WebBook(Book):
    def __init__(self, path: Path) -> None:
        self._path = path
        self.places = (SheetPlace("", 0, is_hidden=False),)

    def read(self, place: SheetPlace) -> SheetRows:
        from importers.web_pages import read_web_page

        spanning = SpanningRows()
        rows, merged = held(read_web_page(self._path, spanning), spanning)
        return SheetRows("", rows, merged)


class _XmlBook(Book):
    def __init__(self, path: Path) -> None:
        from importers.xml_spreadsheets import sheets_of

        self._path = path
        self.places = tuple(
            SheetPlace(name, index, is_hidden)
            for index, (name, is_hidden) in enumerate(sheets_of(path)[:_MOST_SHEETS])
        )

    def read(self, place: SheetPlace) -> SheetRows:
        from importers.xml_spreadsheets import read_sheet

        spanning = SpanningRows()
        rows, merged = held(read_sheet(self._path, place.index, spanning), spanning)
        return SheetRows(place.name, rows, merged)


class _CalamineBook(Book):
    def __init__(self, opening: Opening) -> None:
        self._opening = opening
        try:
            sheets = opening.book.sheets_metadata[:_MOST_SHEETS]
        except PasswordError as error:
            raise FileRefused(FileProblem.ENCRYPTED) from error
        self.places = tuple(
            SheetPlace(meta.name, index, meta.visible is not SheetVisibleEnum.Visible)
            for index, meta in enumerate(sheets)
            if meta.typ is SheetTypeEnum.WorkSheet
        )

    def read(self, place: SheetPlace) -> SheetRows:
        sheet = self._opening.sheet(place.index)
        if sheet.end is not None:
            last_row, last_column = sheet.end
            if last_row >= MAX_ROWS:
                raise FileRefused(FileProblem.TOO_MANY_ROWS, limit=MAX_ROWS)
            if last_column >= MAX_COLUMNS:
                raise FileRefused(FileProblem.TOO_MANY_COLUMNS, limit=MAX_COLUMNS, cell="")
        return SheetRows(place.name, _rows_of(sheet), tuple(sheet.merged_cell_ranges or ()))


def _rows_of(sheet: CalamineSheet) -> Iterator[list[Cell]]:
    # iter_rows yields the blank rows above the first used cell, but not the columns before it.
    if sheet.start is None:
        return iter(())
    margin: list[Cell] = [""] * sheet.start[1]
    rows: Iterator[list[Cell]] = iter(sheet.iter_rows())
    return (margin + row for row in rows) if margin else rows


class _LargeBook(Book):
    def __init__(self, path: Path) -> None:
        # Imported where used: most files are read without it.
        from importers.large_sheets import LargeWorkbook

        self._book = LargeWorkbook(path)
        self.places = tuple(
            SheetPlace(name, index, is_hidden)
            for index, (name, is_hidden, _) in enumerate(self._book.sheets[:_MOST_SHEETS])
        )

    def read(self, place: SheetPlace) -> SheetRows:
        _, _, part = self._book.sheets[place.index]
        return SheetRows(place.name, self._book.rows(part))
