"""One row: cells as text → frozen, typed ``LeadRow``. Pure.

What rejects a row: nobody to identify (neither a readable phone nor a valid VIN), or nobody to name
(neither a name nor a valid VIN); in a list of VINs, no valid VIN. All else is a warning: what
cannot be read is left out and told.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from directory.clients.names import ClientKindGuess, looks_like_legal_entity
from directory.clients.phones import Phone
from importers.cell_reader import (
    IDENTITY_TROUBLE,
    PHONE_TROUBLE,
    CellReader,
    make_and_model,
    whole_name,
    year_of_make,
)
from importers.columns import Column
from importers.fields import Field
from importers.problems import RowProblem, RowProblemCode
from importers.values import read_day, read_kilometres

_TEXT_FIELDS = (
    *(Field.NAME, Field.LAST_NAME, Field.FIRST_NAME, Field.PATRONYMIC, Field.PLATE, Field.MAKE),
    *(Field.MODEL, Field.MAKE_MODEL, Field.EMAIL, Field.DEALER, Field.COMMENT, Field.EXTERNAL_KEY),
)


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


class RowReader(CellReader):
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
        super().__init__(columns, region=region, has_error_cells=has_error_cells)
        self._needs_vin = (Field.VIN,) in identity
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
        if self._month_first:
            cells = self._with_days_first(cells)
        name, last, first, patronymic, plate, make, model, both, email, dealer, comment, key = [
            (" ".join(cells[index].split()) or None) if index is not None and cells[index] else None
            for index in self._texts
        ]
        if self._named is not None:
            name, cells = self._name_beside(cells)
        parts = (name, last, first, patronymic)
        name = whole_name(*parts)
        if name is None and any(parts):
            self._tell_no_name(self._texts[: len(parts)], cells, told)
        phones = self._read_phones(cells, told)
        vin, both, beside = self._vehicle(cells, both, told)
        plate = plate or beside
        if both is not None:
            make, model = make_and_model(make, model, both)
        year = self._value(self._year, year_of_make, cells, told)
        mileage_km = self._value(self._mileage_km, read_kilometres, cells, told)
        last_visit_on = self._past_day(self._last_visit_on, cells, told)
        planned_on = self._value(self._planned_on, read_day, cells, told)
        sold_on = self._past_day(self._sold_on, cells, told)
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

    def _judged(
        self, verdict: list[RowProblem], phones: tuple[Phone, ...], told: list[RowProblem]
    ) -> tuple[tuple[RowProblem, ...], tuple[RowProblem, ...]]:
        """Problems and warnings of a row from all that was told about its cells."""
        if verdict:
            # What stood in the way of a rejected row is part of the reason.
            reasons = [note for note in told if note.code in IDENTITY_TROUBLE]
            return (*reasons, *verdict), tuple(note for note in told if note not in reasons)
        # A list of VINs alone has no phones to miss.
        if not phones and self._phones and not any(note.code in PHONE_TROUBLE for note in told):
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
