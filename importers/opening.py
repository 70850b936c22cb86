"""A workbook that calamine loads in a thread of its own, while Python does other things.

calamine lets go of Python's lock meanwhile: in the child the rest of the code is imported in this
time, as soon as the guard is done. Runs inside the expendable child; imports next to nothing
itself.
"""

from __future__ import annotations

from threading import Thread

from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum


class Opening:
    """A workbook being opened, and the sheet that will be asked for first being loaded."""

    def __init__(self, path: str, kind: str, sheet: str | None = None) -> None:
        """``kind``: of ``FileKind``; ``sheet``: the name of the one that is wanted, if one is."""
        self._path, self._wanted = path, sheet
        # By its path calamine believes the name; by its bytes it looks.
        self._is_named_so = path.endswith(".xlsx") and kind == "xlsx"
        self._error: BaseException | None = None
        self._loaded: dict[int, CalamineSheet] = {}
        self._thread = Thread(target=self._load, daemon=True)
        self._thread.start()

    def _load(self) -> None:
        try:
            # No pathlib, which takes longer to import than all else here.
            source = self._path if self._is_named_so else open(self._path, "rb")  # noqa: PTH123, SIM115
            self._book = CalamineWorkbook.from_object(source)
            for index, sheet in enumerate(self._book.sheets_metadata):
                is_wanted = sheet.visible is SheetVisibleEnum.Visible
                if self._wanted is not None:
                    is_wanted = sheet.name == self._wanted
                if is_wanted and sheet.typ is SheetTypeEnum.WorkSheet:
                    self._loaded[index] = self._book.get_sheet_by_index(index)
                    break
        except BaseException as error:  # a panic is one; raised again where it is asked for
            self._error = error

    @property
    def book(self) -> CalamineWorkbook:
        """The open workbook. Raises whatever calamine has raised, a panic among it."""
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._book

    def sheet(self, index: int) -> CalamineSheet:
        """A sheet by its place in the book; loaded by now, or loaded now."""
        return self._loaded.pop(index, None) or self.book.get_sheet_by_index(index)
