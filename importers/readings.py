"""A row's reading as it is kept: the typed values of ``LeadRow`` as JSON, and back.

Values that are not there take no place. ``phone`` repeats the first number that may be added to the
client: the preview asks for it in SQL.
"""

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from directory.assets.plates import plate_norm
from directory.clients.names import name_norm
from directory.clients.phones import Phone
from importers.matching import Match, RowKeys
from importers.problems import RowProblem, RowProblemCode
from importers.rows import LeadRow

_TEXTS = ("name", "vin", "plate", "make", "model", "year", "email", "mileage_km", "dealer",
          "comment", "external_key")  # fmt: skip
_DAYS = ("last_visit_on", "planned_on", "sold_on")
_texts_of, _days_of = attrgetter(*_TEXTS), attrgetter(*_DAYS)
_TAIL = 7
"""Digits by which a cell is recognised as the source of a number."""


def keys_of(row: LeadRow) -> RowKeys:
    """What the row can be recognised by."""
    return RowKeys(
        row_no=row.row_no,
        name=name_norm(row.name) if row.name else None,
        phones=tuple(phone.e164 for phone in row.phones),
        vin=row.vin,
        plate=plate_norm(row.plate) if row.plate else None,
        external_key=row.external_key,
    )


def kept_reading(row: LeadRow, match: Match | None, phone_cells: Sequence[int]) -> dict[str, Any]:
    """The reading as JSON. ``phone_cells``: which columns hold phones."""
    reading: dict[str, Any] = {"kind": row.kind.value}
    for name, value in zip(_TEXTS, _texts_of(row), strict=True):
        if value is not None:
            reading[name] = value
    for name, day in zip(_DAYS, _days_of(row), strict=True):
        if day is not None:
            reading[name] = day.isoformat()
    if row.plate:
        reading["plate_norm"] = plate_norm(row.plate)
    if row.phones:
        cells = [row.cells[i] for i in phone_cells if i < len(row.cells) and row.cells[i]]
        reading["phones"] = [_kept_phone(phone, cells) for phone in row.phones]
        if match is not None and match.brings_contacts:
            reading["phone"] = row.phones[0].e164
    return reading


def _kept_phone(phone: Phone, cells: Sequence[str]) -> list[str]:
    """The number, the cell it was typed in, what stood beside it."""
    typed = cells[0] if len(cells) == 1 else _source(phone, cells)
    return [phone.e164, typed.strip()[:200], phone.label]


def _source(phone: Phone, cells: Sequence[str]) -> str:
    tail = phone.e164[-_TAIL:]
    return next((cell for cell in cells if tail in "".join(filter(str.isdigit, cell))), phone.e164)


def keys_of_reading(
    row_no: int, reading: dict[str, Any], client_id: int | None, asset_id: int | None
) -> RowKeys:
    """The same keys from what was kept."""
    name = reading.get("name")
    return RowKeys(
        row_no=row_no,
        name=name_norm(name) if name else None,
        phones=tuple(phone[0] for phone in reading.get("phones", ())),
        vin=reading.get("vin"),
        plate=reading.get("plate_norm"),
        external_key=reading.get("external_key"),
        client_id=client_id,
        asset_id=asset_id,
    )


def kept_problems(row: LeadRow, match: Match | None) -> list[Any]:
    """[column, code, value, whether it rejects the row]; what rejects stands first.

    That the file has no phone is no matter where the client has one.
    """
    warnings = (*row.warnings, *(match.warnings if match is not None else ()))
    if match is not None and match.has_phone:
        warnings = tuple(note for note in warnings if note.code is not RowProblemCode.NO_PHONE)
    return [
        *([note.column, note.code.value, note.value, True] for note in row.problems),
        *([note.column, note.code.value, note.value, False] for note in warnings),
    ]


def problems_of(kept: Sequence[Any], *, rejecting: bool) -> tuple[RowProblem, ...]:
    """The kept problems again: those that reject the row, or the warnings."""
    return tuple(
        RowProblem(column, RowProblemCode(code), value)
        for column, code, value, rejects in kept
        if rejects is rejecting
    )
