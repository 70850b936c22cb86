"""Single cells of a row by what their column means; what all readers of rows share."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import TypeVar

from directory.assets.vin import VinProblem, is_vin, read_vin
from directory.clients.names import without_lookalikes, without_unseen
from directory.clients.phones import Phone, PhoneProblem, normalise_phone
from importers.columns import Column
from importers.contacts import found_emails
from importers.fields import Field
from importers.name_texts import name_and_phones
from importers.problems import RowProblem, RowProblemCode
from importers.values import ERROR_TEXTS, day_first, names_only_month, read_day, read_year
from importers.vehicle_texts import VehicleText, vehicle_of

_MAKES_OF_TWO_WORDS = re.compile(
    r"(land rover|great wall|alfa romeo|aston martin|rolls royce|mercedes benz)\b[\s/,]*",
    re.IGNORECASE,
)
_PHONE_CODES = {problem: RowProblemCode(f"phone_{problem.value}") for problem in PhoneProblem}
_VIN_CODES = {
    VinProblem.WRONG_LENGTH: RowProblemCode.VIN_WRONG_LENGTH,
    VinProblem.BAD_CHARACTER: RowProblemCode.VIN_BAD_CHARACTER,
}
PHONE_TROUBLE = frozenset(_PHONE_CODES.values())
IDENTITY_TROUBLE = PHONE_TROUBLE | {*_VIN_CODES.values(), RowProblemCode.NOT_A_NAME}
PLACEHOLDERS = frozenset({"", "-", "–", "—", "нет", "н/д", "0", "?", "немає", "n/a"})
"""What people type into a cell that is to stay empty."""
_SHORTEST_PLATE = 8
_OF_VEHICLES = re.compile(r"авто|машин|марк|модел|\bтс\b|\bа/м|vehicle|\bcar\b", re.IGNORECASE)
"""«Автомобиль (VIN)»: the words beside the VIN are make and model."""
_T = TypeVar("_T")


class CellReader:
    """Reads cells of one table; holds where each field stands."""

    def __init__(self, columns: Sequence[Column], *, region: str, has_error_cells: bool) -> None:
        self._width = len(columns)
        self._at = {column.field: column.index for column in reversed(columns) if column.field}
        self._headings = [column.told for column in columns]
        self._phones = [column.index for column in columns if column.field is Field.PHONE]
        self._month_first = [column.index for column in columns if column.is_month_first]
        self._mapped = [column.index for column in columns if column.field]
        vins = [column for column in columns if column.field is Field.VIN]
        self._tells_model = any(_OF_VEHICLES.search(one.heading) for one in vins)
        self._vin_at = self._at.get(Field.VIN)
        self._named = self._phone_with_name(columns)
        self._region = region
        self._has_error_cells = has_error_cells

    def _phone_with_name(self, columns: Sequence[Column]) -> int | None:
        """The column of phones that names the clients as well, where no other one does."""
        if Field.NAME in self._at or Field.LAST_NAME in self._at:
            return None
        named = (column.index for column in columns if column.has_name)
        return next((index for index in named if index in self._phones), None)

    def _name_beside(self, cells: list[str]) -> tuple[str | None, list[str]]:
        """The name that stands beside the phone, and the cells without it."""
        at = self._named
        if at is None or not cells[at]:
            return None, cells
        name, phones = name_and_phones(cells[at])
        return name, [*cells[:at], phones, *cells[at + 1 :]]

    def _without_errors(self, cells: list[str], told: list[RowProblem]) -> list[str]:
        for index in self._mapped:
            if cells[index] in ERROR_TEXTS:
                told.append(self._note(index, RowProblemCode.ERROR_IN_CELL, cells))
                cells = [*cells[:index], "", *cells[index + 1 :]]
        return cells

    def _with_days_first(self, cells: list[str]) -> list[str]:
        cells = list(cells)
        for index in self._month_first:
            cells[index] = day_first(cells[index])
        return cells

    def _note(self, index: int, code: RowProblemCode, cells: list[str]) -> RowProblem:
        return RowProblem(self._headings[index], code, cells[index][:200])

    def _value(
        self,
        index: int | None,
        read: Callable[[str], _T | RowProblemCode],
        cells: list[str],
        told: list[RowProblem],
    ) -> _T | None:
        if index is None or not cells[index]:
            return None
        value = read(cells[index])
        if isinstance(value, RowProblemCode):
            if cells[index].strip() not in PLACEHOLDERS:
                told.append(self._note(index, value, cells))
            return None
        return value

    def _past_day(self, index: int | None, cells: list[str], told: list[RowProblem]) -> date | None:
        day = self._value(index, read_day, cells, told)
        if day is not None and index is not None:
            self._tell_month(index, cells, told)
        return day

    def _tell_month(self, index: int, cells: list[str], told: list[RowProblem]) -> None:
        """Say of a day on which something was that only its month is known."""
        if names_only_month(cells[index]):
            told.append(self._note(index, RowProblemCode.ONLY_MONTH, cells))

    def _read_phones(self, cells: list[str], told: list[RowProblem]) -> tuple[Phone, ...]:
        filled = [index for index in self._phones if cells[index]]
        if not filled:
            return ()
        if len(filled) == 1:
            # As nearly all rows have it: one cell with one number in it.
            reading = normalise_phone(cells[filled[0]], region=self._region)
            if reading.problem is None and len(reading.numbers) == 1:
                return reading.numbers
        found: dict[str, Phone] = {}
        for index in filled:
            cell = cells[index]
            reading = normalise_phone(cell, region=self._region)
            for phone in reading.numbers:
                found.setdefault(phone.e164, phone)
            if reading.problem is not None and reading.problem is not PhoneProblem.EMPTY:
                told.append(self._note(index, _PHONE_CODES[reading.problem], cells))
        return tuple(found.values())

    def _vehicle(
        self, cells: list[str], both: str | None, told: list[RowProblem]
    ) -> tuple[str | None, str | None, str | None]:
        """VIN, make with model, and plate: of their cells, else of what stands beside them.

        ``both``: the cell of make and model.
        """
        at, beside = self._vin_at, None
        if at is None:
            vin = None
        elif is_vin(cells[at]):
            vin = cells[at]
        else:
            vin, beside = self._vin(at, cells, told)
        if both is None:
            if beside is None:
                return vin, None, None
            return vin, beside.words if self._tells_model else None, beside.plate
        if len(both) < _SHORTEST_PLATE:
            return vin, both, beside.plate if beside is not None else None
        seen = vehicle_of(both)
        if vin is None and seen.vin is not None:
            vin = seen.vin
            if seen.was_mended:
                told.append(
                    self._note(self._at[Field.MAKE_MODEL], RowProblemCode.VIN_MENDED, cells)
                )
        return vin, seen.words, seen.plate or (beside.plate if beside is not None else None)

    def _vin(
        self, index: int, cells: list[str], told: list[RowProblem]
    ) -> tuple[str | None, VehicleText | None]:
        """The VIN of a cell that is none as it stands, and what stands beside it there."""
        reading = read_vin(cells[index])
        if reading.problem is VinProblem.WRONG_LENGTH:
            seen = vehicle_of(cells[index])
            if seen.vin is not None:
                if seen.was_mended:
                    told.append(self._note(index, RowProblemCode.VIN_MENDED, cells))
                if seen.words and not self._tells_model:
                    told.append(self._note(index, RowProblemCode.VIN_ALONE, cells))
                return seen.vin, seen
        if reading.problem is not None and reading.problem is not VinProblem.EMPTY:
            told.append(self._note(index, _VIN_CODES[reading.problem], cells))
        elif reading.was_mended:
            told.append(self._note(index, RowProblemCode.VIN_MENDED, cells))
        return reading.vin, None

    def _tell_no_name(
        self, at: Sequence[int | None], cells: list[str], told: list[RowProblem]
    ) -> None:
        """A number in the column of names is not dropped without a word; ``at``: of the names."""
        for index in at:
            if index is not None and any(map(str.isdigit, cells[index])):
                if cells[index] not in PLACEHOLDERS:
                    told.append(self._note(index, RowProblemCode.NOT_A_NAME, cells))
                return

    def _email(self, text: str, told: list[RowProblem]) -> str | None:
        emails = found_emails(text)
        heading = self._headings[self._at[Field.EMAIL]]
        if not emails and text not in PLACEHOLDERS:
            told.append(RowProblem(heading, RowProblemCode.NOT_AN_EMAIL, text[:200]))
        if len(emails) > 1:
            told.append(RowProblem(heading, RowProblemCode.ONLY_FIRST, ", ".join(emails)[:200]))
        return emails[0] if emails else None


def year_of_make(text: str) -> int | RowProblemCode:
    """A year of manufacture; what is none is told as no year, be it a number or not."""
    year = read_year(text)
    return RowProblemCode.NOT_A_YEAR if year is RowProblemCode.NOT_A_NUMBER else year


def whole_name(
    name: str | None, last: str | None, first: str | None, patronymic: str | None
) -> str | None:
    """The name out of one column, else out of three."""
    if name is None:
        name = " ".join(part for part in (last, first, patronymic) if part) or None
    # A number or a dash is no name.
    if not name or not any(map(str.isalpha, name)):
        return None
    return without_lookalikes(without_unseen(name))


def make_and_model(make: str | None, model: str | None, both: str) -> tuple[str | None, str | None]:
    """Make and model where ``both`` stand in one cell."""
    if make is not None:
        return make, model or both
    two_words = _MAKES_OF_TWO_WORDS.match(both)
    if two_words is not None:
        return two_words[1], both[two_words.end() :] or model
    first, _, rest = both.replace("/", " ", 1).partition(" ")
    return first, rest.strip() or model
