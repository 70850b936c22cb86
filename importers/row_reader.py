"""One row: cells as text → frozen, typed ``LeadRow``. Pure.

What rejects a row: nobody to identify (neither a readable phone nor a valid VIN), or nobody to name
(neither a name nor a valid VIN); in a list of VINs, no valid VIN. All else is a warning: what
cannot be read is left out and told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from directory.assets.vin import VinProblem, read_vin
from directory.clients.names import ClientKindGuess, looks_like_legal_entity
from directory.clients.phones import Phone, PhoneProblem, normalise_phone
from importers.columns import Column, Field
from importers.problems import RowProblem, RowProblemCode
from importers.values import ERROR_TEXTS, read_day, read_kilometres, read_year

_EMAIL = re.compile(r"[^\s@,;<>]+@[^\s@,;<>]+\.[^\s@,;<>.]{2,}")
_MAKES_OF_TWO_WORDS = re.compile(
    r"(land rover|great wall|alfa romeo|aston martin|rolls royce|mercedes benz)\b[\s/,]*",
    re.IGNORECASE,
)
_PHONE_CODES = {problem: RowProblemCode(f"phone_{problem.value}") for problem in PhoneProblem}
_VIN_CODES = {
    VinProblem.WRONG_LENGTH: RowProblemCode.VIN_WRONG_LENGTH,
    VinProblem.BAD_CHARACTER: RowProblemCode.VIN_BAD_CHARACTER,
}
_PHONE_TROUBLE = frozenset(_PHONE_CODES.values())
_IDENTITY = _PHONE_TROUBLE | frozenset(_VIN_CODES.values())
_TEXT_FIELDS = (
    *(Field.NAME, Field.LAST_NAME, Field.FIRST_NAME, Field.PATRONYMIC, Field.PLATE, Field.MAKE),
    *(Field.MODEL, Field.MAKE_MODEL, Field.EMAIL, Field.DEALER, Field.COMMENT, Field.EXTERNAL_KEY),
)
_PLACEHOLDERS = frozenset({"", "-", "–", "—", "нет", "н/д", "0", "?", "немає", "n/a"})
_T = TypeVar("_T", int, date)


@dataclass(frozen=True, slots=True)
class LeadRow:
    """One row of an importer's file; ``row_no`` as Excel counts, ``cells`` as text.

    ``problems`` reject the row; ``warnings`` say what was left out or mended.
    """

    row_no: int
    cells: tuple[str, ...]
    name: str | None
    kind: ClientKindGuess
    phones: tuple[Phone, ...]
    vin: str | None
    plate: str | None
    make: str | None
    model: str | None
    year: int | None
    email: str | None
    last_visit_on: date | None
    planned_on: date | None
    sold_on: date | None
    mileage_km: int | None
    dealer: str | None
    comment: str | None
    external_key: str | None
    problems: tuple[RowProblem, ...]
    warnings: tuple[RowProblem, ...]

    @property
    def is_rejected(self) -> bool:
        """Whether the row cannot become a lead."""
        return bool(self.problems)


class RowReader:
    """Turns rows of one table into ``LeadRow``; holds where each field stands."""

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        region: str = "RU",
        has_error_cells: bool = False,
        identity: Collection[tuple[Field, ...]] = (),
    ) -> None:
        """``identity``: as the format declares it (``FileFormat.identity``)."""
        self._width = len(columns)
        self._at = {column.field: column.index for column in reversed(columns) if column.field}
        self._headings = [column.told for column in columns]
        self._phones = [column.index for column in columns if column.field is Field.PHONE]
        self._mapped = [column.index for column in columns if column.field]
        self._region = region
        self._needs_vin = (Field.VIN,) in identity
        self._has_error_cells = has_error_cells
        self._texts = [self._at.get(field) for field in _TEXT_FIELDS]
        self._year = self._at.get(Field.YEAR)
        self._mileage_km = self._at.get(Field.MILEAGE_KM)
        self._last_visit_on = self._at.get(Field.LAST_VISIT_ON)
        self._planned_on = self._at.get(Field.PLANNED_ON)
        self._sold_on = self._at.get(Field.SOLD_ON)

    def read(self, row_no: int, cells: list[str]) -> LeadRow:
        """Read one row; never raises."""
        texts = tuple(cells)
        if len(cells) < self._width:
            cells = cells + [""] * (self._width - len(cells))
        told: list[RowProblem] = []
        if self._has_error_cells:
            cells = self._without_errors(cells, told)
        name, last, first, patronymic, plate, make, model, both, email, dealer, comment, key = [
            (" ".join(cells[index].split()) or None) if index is not None and cells[index] else None
            for index in self._texts
        ]
        name = _whole_name(name, last, first, patronymic)
        phones = self._read_phones(cells, told)
        vin = self._vin(cells, told)
        if both is not None:
            make, model = _make_and_model(make, model, both)
        year = self._value(self._year, read_year, cells, told)
        mileage_km = self._value(self._mileage_km, read_kilometres, cells, told)
        last_visit_on = self._value(self._last_visit_on, read_day, cells, told)
        planned_on = self._value(self._planned_on, read_day, cells, told)
        sold_on = self._value(self._sold_on, read_day, cells, told)
        if email is not None:
            email = self._email(email, told)
        verdict = self._verdict(name, phones, vin)
        problems, warnings = self._judged(verdict, phones, told)
        return LeadRow(
            row_no=row_no,
            cells=texts,
            name=name,
            kind=looks_like_legal_entity(name) if name else ClientKindGuess.PERSON,
            phones=phones,
            vin=vin,
            plate=plate,
            make=make,
            model=model,
            year=year,
            email=email,
            last_visit_on=last_visit_on,
            planned_on=planned_on,
            sold_on=sold_on,
            mileage_km=mileage_km or None,  # nobody types 0 and means it
            dealer=dealer,
            comment=comment,
            external_key=key,
            problems=problems,
            warnings=warnings,
        )

    def _without_errors(self, cells: list[str], told: list[RowProblem]) -> list[str]:
        for index in self._mapped:
            if cells[index] in ERROR_TEXTS:
                told.append(self._note(index, RowProblemCode.ERROR_IN_CELL, cells))
                cells = [*cells[:index], "", *cells[index + 1 :]]
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
            if cells[index].strip() not in _PLACEHOLDERS:
                told.append(self._note(index, value, cells))
            return None
        return value

    def _read_phones(self, cells: list[str], told: list[RowProblem]) -> tuple[Phone, ...]:
        filled = [index for index in self._phones if cells[index]]
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

    def _vin(self, cells: list[str], told: list[RowProblem]) -> str | None:
        index = self._at.get(Field.VIN)
        if index is None:
            return None
        reading = read_vin(cells[index])
        if reading.problem is not None and reading.problem is not VinProblem.EMPTY:
            told.append(self._note(index, _VIN_CODES[reading.problem], cells))
        elif reading.was_mended:
            told.append(self._note(index, RowProblemCode.VIN_MENDED, cells))
        return reading.vin

    def _email(self, text: str, told: list[RowProblem]) -> str | None:
        match = _EMAIL.search(text)
        if match is None and text not in _PLACEHOLDERS:
            heading = self._headings[self._at[Field.EMAIL]]
            told.append(RowProblem(heading, RowProblemCode.NOT_AN_EMAIL, text[:200]))
        return match[0] if match else None

    def _judged(
        self, verdict: list[RowProblem], phones: tuple[Phone, ...], told: list[RowProblem]
    ) -> tuple[tuple[RowProblem, ...], tuple[RowProblem, ...]]:
        """Problems and warnings of a row from all that was told about its cells."""
        if verdict:
            # What stood in the way of a rejected row is part of the reason.
            reasons = [note for note in told if note.code in _IDENTITY]
            return (*reasons, *verdict), tuple(note for note in told if note not in reasons)
        # A list of VINs alone has no phones to miss.
        if not phones and self._phones and not any(note.code in _PHONE_TROUBLE for note in told):
            told.append(RowProblem("", RowProblemCode.NO_PHONE))
        return (), tuple(told)

    def _verdict(
        self, name: str | None, phones: tuple[Phone, ...], vin: str | None
    ) -> list[RowProblem]:
        if vin is not None:
            return []
        if self._needs_vin:
            return [RowProblem("", RowProblemCode.NO_VIN)]
        verdict = []
        if not phones:
            verdict.append(RowProblem("", RowProblemCode.NO_PHONE_AND_NO_VIN))
        if name is None:
            verdict.append(RowProblem("", RowProblemCode.NO_NAME_AND_NO_VIN))
        return verdict


def _whole_name(
    name: str | None, last: str | None, first: str | None, patronymic: str | None
) -> str | None:
    if name is None:
        name = " ".join(part for part in (last, first, patronymic) if part) or None
    # A number or a dash is no name.
    return name if name and any(map(str.isalpha, name)) else None


def _make_and_model(
    make: str | None, model: str | None, both: str
) -> tuple[str | None, str | None]:
    if make is not None:
        return make, model or both
    two_words = _MAKES_OF_TWO_WORDS.match(both)
    if two_words is not None:
        return two_words[1], both[two_words.end() :] or model
    first, _, rest = both.replace("/", " ", 1).partition(" ")
    return first, rest.strip() or model
