"""One row of a file of records: cells as text → frozen values by field. Pure; driven by the format.

What rejects a row is what the format declares (``FileFormat.identity``): of each group of fields
one must have a readable value. All else is a warning: what cannot be read is left out and told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from functools import partial
from typing import cast

from directory.clients.models import Channel, ClientKind, RefusalScope
from directory.clients.names import ClientKindGuess, looks_like_legal_entity
from directory.clients.phones import Phone
from importers.cell_reader import PLACEHOLDERS, CellReader, make_and_model, whole_name, year_of_make
from importers.choice_words import CHOICES, read_choice
from importers.columns import Column
from importers.fields import AMOUNTS, DAYS, LAST_DAYS, PAST_DAYS, Field
from importers.formats.declaration import FileFormat
from importers.problems import RowProblem, RowProblemCode
from importers.refusal_words import is_blank_refusal, read_refusal
from importers.typed_values import (
    read_birthday,
    read_clock,
    read_moment,
    read_next,
    read_order,
    read_price,
    read_tax_id,
    told_value,
)
from importers.values import is_filler_km, read_day, read_kilometres, read_last_day

Value = str | int | date | datetime | time | Decimal | Enum
_NAMES = (Field.NAME, Field.LAST_NAME, Field.FIRST_NAME, Field.PATRONYMIC)
_MODELS = (Field.MAKE, Field.MODEL, Field.MAKE_MODEL)
_KINDS = {guess: ClientKind(guess.value) for guess in ClientKindGuess}
_SEVERAL_LINES = frozenset({Field.WORK, Field.ADVICE, Field.COMMENT, Field.REASON})
_NO_PLATE = frozenset({"б/н", "бн", "без номера", "без номеров", "транзит", "н/у", "new"})
_READERS: Mapping[Field, Callable[[str], Value | RowProblemCode]] = {
    **dict.fromkeys(DAYS, read_day),
    **dict.fromkeys(LAST_DAYS, read_last_day),
    **dict.fromkeys(AMOUNTS, read_price),
    **{field: partial(read_choice, field) for field in CHOICES},
    Field.BIRTH_ON: read_birthday,
    Field.TAX_ID: read_tax_id,
    Field.YEAR: year_of_make,
    Field.MILEAGE_KM: read_kilometres,
    Field.CALLED_AT: read_moment,
    Field.NEXT_ON: read_next,
    Field.CALLED_TIME: read_clock,
}
_APART = frozenset(
    {
        *_NAMES, Field.PHONE, Field.VIN, Field.EMAIL, Field.MAKE, Field.MODEL, Field.MAKE_MODEL,
        Field.VISIT_NUMBER, Field.SCOPE, Field.REFUSES,
    }
)  # fmt: skip
_LONGEST = 2_000
_LONGEST_FILLER = max(map(len, PLACEHOLDERS | _NO_PLATE))
_MOST_WORDS = 10_000


@dataclass(slots=True)
class TypedRow:
    """One row; ``row_no`` as Excel counts, ``cells`` as text, ``values`` only those that are there.

    A name in three columns is ``Field.NAME``, make and model in one column are two values; phones
    stand apart. ``problems`` reject the row; ``warnings`` say what was left out or mended. Not
    frozen, which would double the price of making one.
    """

    row_no: int
    cells: tuple[str, ...]
    values: Mapping[Field, Value]
    phones: tuple[Phone, ...]
    problems: tuple[RowProblem, ...]
    warnings: tuple[RowProblem, ...]
    headings: Mapping[Field, str] = dataclass_field(default_factory=dict)
    """How the file calls the columns: to be told with what is wrong in them."""

    @property
    def is_rejected(self) -> bool:
        """Whether nothing can be made of the row."""
        return bool(self.problems)


class TypedReader(CellReader):
    """Turns rows of one table into ``TypedRow``."""

    def __init__(
        self,
        columns: Sequence[Column],
        fmt: FileFormat,
        *,
        region: str = "RU",
        has_error_cells: bool = True,
    ) -> None:
        super().__init__(columns, region=region, has_error_cells=has_error_cells)
        self._identity = fmt.identity
        self._fields = fmt.fields
        self._plain = [
            (
                column.field,
                column.index,
                _READERS.get(column.field),
                column.field in PAST_DAYS,
            )
            for column in columns
            if column.field is not None and column.field not in _APART
        ]
        self._names = [self._at.get(field) for field in _NAMES]
        self._models = [self._at.get(field) for field in _MODELS]
        self._refusals = [one for one in (Field.SCOPE, Field.REFUSES) if one in self._at]
        self._is_of_refusals = Field.SCOPE in fmt.fields
        self._words = _Words()
        self._of_field = {field: self._headings[at] for field, at in self._at.items()}

    def read(self, row_no: int, cells: list[str]) -> TypedRow:
        """Read one row; never raises."""
        # What stands beyond the last column has no meaning, now or when a column is added.
        texts = tuple(cells[: self._width])
        if len(cells) < self._width:
            cells = cells + [""] * (self._width - len(cells))
        told: list[RowProblem] = []
        if self._has_error_cells:
            cells = self._without_errors(cells, told)
        if self._month_first:
            cells = self._with_days_first(cells)
        values: dict[Field, Value] = {}
        beside = None
        if self._named is not None:
            beside, cells = self._name_beside(cells)
        self._read_person(cells, beside, values, told)
        self._read_vehicle(cells, values, told)
        for field, index, read, is_past_day in self._plain:
            cell = cells[index]
            if not cell:
                continue
            value = _text(cell, field) if read is None else self._value(index, read, cells, told)
            if value is not None:
                values[field] = cast(Value, value)
                if is_past_day:
                    self._tell_month(index, cells, told)
        km = values.get(Field.MILEAGE_KM)
        if km is not None:
            self._doubt_mileage(cast(int, km), values, told)
        if Field.CALLED_TIME in values:
            self._join_time(values, told)
        for field in self._refusals:
            self._read_refusal(field, cells, values, told)
        self._read_order(cells, values)
        phones = self._read_phones(cells, told)
        problems, warnings = self._judged(values, phones, told)
        return TypedRow(row_no, texts, values, phones, problems, warnings, self._of_field)

    def _read_person(
        self,
        cells: list[str],
        beside: str | None,
        values: dict[Field, Value],
        told: list[RowProblem],
    ) -> None:
        """``beside``: the name that stands beside the phone."""
        parts = [_text(cells[at]) if at is not None else None for at in self._names]
        name = whole_name(parts[0] or beside, *parts[1:])
        if name is not None:
            values[Field.NAME] = name
            values[Field.CLIENT_KIND] = _KINDS[looks_like_legal_entity(name)]
        elif any(parts):
            self._tell_no_name(self._names, cells, told)
        email = self._cell(cells, Field.EMAIL)
        found = self._email(email, told) if email else None
        if found is not None:
            values[Field.EMAIL] = found

    def _read_vehicle(
        self, cells: list[str], values: dict[Field, Value], told: list[RowProblem]
    ) -> None:
        make, model, both = (
            self._words[cells[at]] if at is not None else None for at in self._models
        )
        vin, both, plate = self._vehicle(cells, both, told)
        if both is not None:
            make, model = make_and_model(make, model, both)
        found = ((Field.VIN, vin), (Field.MAKE, make), (Field.MODEL, model), (Field.PLATE, plate))
        for field, value in found:
            if value is not None and field in self._fields:
                values[field] = value

    def _read_order(self, cells: list[str], values: dict[Field, Value]) -> None:
        text = self._cell(cells, Field.VISIT_NUMBER)
        if text is None:
            return
        values[Field.VISIT_NUMBER], day = read_order(text)
        if day is not None:
            values.setdefault(Field.OPENED_ON, day)

    def _read_refusal(
        self, field: Field, cells: list[str], values: dict[Field, Value], told: list[RowProblem]
    ) -> None:
        """What is refused. Told only of lists of refusals: elsewhere nothing is made of it."""
        cell = cells[self._at[field]].strip()
        if is_blank_refusal(cell):
            return
        found, is_whole = read_refusal(cell)
        values[field] = found if found is not None else RefusalScope.ALL
        if not self._is_of_refusals:
            return
        heading = self._of_field[field]
        if found is None:
            told.append(RowProblem(heading, RowProblemCode.REFUSAL_UNCLEAR, cell[:200]))
        elif not is_whole:
            said = f"{found.value}|{cell[:200]}"
            told.append(RowProblem(heading, RowProblemCode.REFUSAL_IN_PART, said))
        elif isinstance(found, Channel) and found is not Channel.PHONE:
            told.append(RowProblem(heading, RowProblemCode.CALLS_STAY, cell[:200]))

    def _join_time(self, values: dict[Field, Value], told: list[RowProblem]) -> None:
        """Day and time of two columns become one moment; a day that has its own time keeps it."""
        clock = cast(time, values.pop(Field.CALLED_TIME))
        day = cast("datetime | None", values.get(Field.CALLED_AT))
        if day is None:
            return
        if day.time() == time():
            values[Field.CALLED_AT] = datetime.combine(day, clock)
        elif day.time() != clock:
            heading = self._of_field[Field.CALLED_TIME]
            told.append(RowProblem(heading, RowProblemCode.NOT_TAKEN, told_value(clock)))

    def _doubt_mileage(self, km: int, values: dict[Field, Value], told: list[RowProblem]) -> None:
        if not km:
            del values[Field.MILEAGE_KM]  # nobody types 0 and means it
        elif is_filler_km(km):
            heading = self._of_field[Field.MILEAGE_KM]
            told.append(RowProblem(heading, RowProblemCode.MILEAGE_FILLER, str(km)))

    def _cell(self, cells: list[str], field: Field) -> str | None:
        at = self._at.get(field)
        return _text(cells[at], field) if at is not None else None

    def _judged(
        self, values: Mapping[Field, Value], phones: tuple[Phone, ...], told: list[RowProblem]
    ) -> tuple[tuple[RowProblem, ...], tuple[RowProblem, ...]]:
        """Problems and warnings of a row from all that was told about its cells."""
        lacking = [
            group
            for group in self._identity
            if values.keys().isdisjoint(group) and not (phones and Field.PHONE in group)
        ]
        if not lacking:
            return (), tuple(told)
        verdict = [
            RowProblem("", RowProblemCode.MISSING_VALUE, "|".join(one.value for one in group))
            for group in lacking
        ]
        # What stood in the way of a rejected row is part of the reason.
        at_fault = {
            self._headings[index]
            for group in lacking
            for field in group
            for index in (self._phones if field is Field.PHONE else [self._at.get(field)])
            if index is not None
        }
        reasons = [note for note in told if note.column in at_fault]
        rest = [note for note in told if note.column not in at_fault]
        return (*reasons, *verdict), tuple(rest)


class _Words(dict[str, str | None]):
    """The texts of cells that repeat from row to row: makes and models."""

    def __missing__(self, cell: str) -> str | None:
        if len(self) >= _MOST_WORDS:
            self.clear()
        text = self[cell] = _text(cell)
        return text


def _text(cell: str, field: Field | None = None) -> str | None:
    """A text without needless blanks; None for one that only fills the space."""
    if not cell:
        return None
    if field in _SEVERAL_LINES:
        lines = (" ".join(line.split()) for line in cell.splitlines())
        text = "\n".join(filter(None, lines))
    else:
        text = " ".join(cell.split())
    if len(text) > _LONGEST_FILLER:
        return text[:_LONGEST]
    folded = text.casefold()
    if folded in PLACEHOLDERS or (field is Field.PLATE and folded in _NO_PLATE):
        return None
    return text[:_LONGEST]
