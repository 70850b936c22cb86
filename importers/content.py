"""What a column holds, told by its cells: a sample of them, and how many of a hundred agree.

A heading wins over the cells unless they contradict it grossly. Kinds that cannot be told from a
bare number (a mileage from a code, an amount from a count) are only known by their marks: «км»,
«₽», two decimals.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from directory.assets.plates import plate_norm
from directory.assets.vin import read_vin
from directory.clients.phones import normalise_phone
from importers.columns import (
    REMARK_HEADINGS,
    Column,
    Remark,
    Source,
    field_of,
    heading_norm,
    names_document,
    names_other_km,
)
from importers.contacts import found_emails
from importers.day_orders import with_day_orders
from importers.fields import AMOUNTS, DAYS, Field
from importers.name_texts import is_name_with_phone, looks_like_name
from importers.typed_values import read_order
from importers.values import read_day
from importers.vehicle_texts import vehicle_of

SAMPLE = 200
"""Rows that are looked at."""
ENOUGH = 70
"""Of a hundred filled cells so many must agree."""
_CLEAR = 80
"""To speak against a heading."""
_STRANGERS = 10
"""The heading is contradicted only if hardly any cell is what it says."""
_FEW = 3
"""So many cells at least contradict a heading."""
_LONGEST = 120


class Kind(StrEnum):
    """What a cell looks like."""

    EMAIL = "email"
    VIN = "vin"
    PHONE = "phone"
    PLATE = "plate"
    DAY = "day"
    YEAR = "year"
    MILEAGE = "mileage"
    AMOUNT = "amount"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Content:
    """What most cells of a column look like; ``share`` of a hundred filled ones."""

    kind: Kind
    share: int
    filled: int


_PLATE = re.compile(r"[ABEKMHOPCTYX]\d{3}[ABEKMHOPCTYX]{2}\d{2,3}|[A-Z]{2}\d{4}[A-Z]{2}")
_YEAR = re.compile(r"(?:19[5-9]|20[0-4])\d(?:\s?(?:г|р|год|рік)\.?)?")
_MILEAGE = re.compile(r"\d[\d\s\u00a0\u202f.,]*\s*(?:тыс\.?|тис\.?)?\s*(?:км|km)\.?", re.IGNORECASE)
_AMOUNT = re.compile(
    r"-?\d[\d\s\u00a0\u202f'’.,]*(?:₽|руб\w*\.?|р\.|грн\.?|₴|uah|rub|\$|€|usd|eur)"
    r"|-?\d{1,3}(?:[\s\u00a0\u202f'’]?\d{3})*[.,]\d{2}",
    re.IGNORECASE,
)
_BEGINS_WITH_PHONE = re.compile(
    r"(?:\+\d{1,3}|8|9(?=\d)|7(?=\W*9))(?:[\s().\-]*\d){9,11}(?![\d\s]*\d)\W"
)
"""Words may stand behind it: «9161234567 (просил больше не звонить)»."""


def _is_phone(text: str) -> bool:
    digits = sum(map(str.isdigit, text))
    if not 10 <= digits <= 40:
        return False
    if sum(map(str.isalpha, text)) > digits and not _BEGINS_WITH_PHONE.match(text):
        return False
    return bool(normalise_phone(text).numbers) and not _is_vin(text)


def _is_vin(text: str) -> bool:
    # Seventeen digits may be anything.
    return read_vin(text).vin is not None and any(map(str.isalpha, text))


def _is_day(text: str) -> bool:
    # «45657» and «20241231» may be anything; «2024» is a year.
    return not text.isdigit() and isinstance(read_day(text), date) and not _AMOUNT.fullmatch(text)


_LOOKS_LIKE: Mapping[Kind, Callable[[str], object]] = {
    Kind.EMAIL: found_emails,
    Kind.VIN: _is_vin,
    Kind.PHONE: _is_phone,
    Kind.PLATE: lambda text: len(text) < 20 and _PLATE.fullmatch(plate_norm(text)),
    Kind.YEAR: _YEAR.fullmatch,
    Kind.DAY: _is_day,
    Kind.MILEAGE: _MILEAGE.fullmatch,
    Kind.AMOUNT: _AMOUNT.fullmatch,
    Kind.NAME: looks_like_name,
}
_STRONG = frozenset({Kind.EMAIL, Kind.VIN, Kind.PHONE, Kind.PLATE})
"""No heading looks like one of these."""
_FIELD_OF: Mapping[Kind, Field] = {
    Kind.EMAIL: Field.EMAIL,
    Kind.VIN: Field.VIN,
    Kind.PHONE: Field.PHONE,
    Kind.PLATE: Field.PLATE,
    Kind.YEAR: Field.YEAR,
    Kind.MILEAGE: Field.MILEAGE_KM,
    Kind.AMOUNT: Field.TOTAL,
    Kind.NAME: Field.NAME,
}
_KIND_OF: Mapping[Field, Kind] = {
    **{field: kind for kind, field in _FIELD_OF.items()},
    **dict.fromkeys(DAYS, Kind.DAY),
    **dict.fromkeys(AMOUNTS, Kind.AMOUNT),
    Field.CALLED_AT: Kind.DAY,
}
_FAMILIES = (
    frozenset({Kind.YEAR, Kind.DAY, Kind.AMOUNT}),
    frozenset({Kind.YEAR, Kind.MILEAGE, Kind.AMOUNT}),
)
_NAMES = frozenset({Field.NAME, Field.LAST_NAME})


def kind_of(text: str) -> Kind | None:
    """What one cell looks like; None for what may be anything."""
    text = text.strip()
    if not text or len(text) > _LONGEST:
        return None
    return next((kind for kind, looks in _LOOKS_LIKE.items() if looks(text)), None)


def content_of(cells: Sequence[str]) -> Content | None:
    """What most of these cells look like, if enough of the filled ones agree."""
    filled = [cell for cell in cells if cell.strip()]
    if not filled:
        return None
    counts: dict[Kind, int] = {}
    for at, cell in enumerate(filled):
        kind = kind_of(cell)
        if kind is not None:
            counts[kind] = counts.get(kind, 0) + 1
        # Words, not values: twenty cells that are nothing are enough to see that.
        if at == 19 and not counts:
            return None
    best = max(counts, key=lambda kind: counts[kind], default=None)
    if best is None:
        return None
    share = counts[best] * 100 // len(filled)
    return Content(best, share, len(filled)) if share >= ENOUGH else None


def with_content(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], fields: frozenset[Field]
) -> tuple[Column, ...]:
    """The columns, with what their cells tell where the headings do not.

    ``rows``: the first rows of the file, cells as text. Only ``fields`` are given; a field that a
    heading has taken is given to no other column, phones excepted.
    """
    sample = rows[:SAMPLE]
    columns = with_day_orders(with_order_days(columns, sample), sample)
    if Field.NAME in fields:
        columns = _with_names(columns, sample)
    taken = {column.field for column in columns if column.field is not None}
    if taken & _NAMES:
        taken |= _NAMES
    told = []
    for column in columns:
        cells = [row[column.index] for row in sample if column.index < len(row)]
        known = column.field
        if known is Field.MAKE_MODEL and Field.VIN in fields - taken:
            column = _with_vins(column, cells)
            known = column.field
        column = _from_cells(column, cells) if known is None else _checked(column, cells)
        if column.field is not known and (
            column.field not in fields
            or (column.field in taken and column.field is not Field.PHONE)
        ):
            column = replace(column, field=None, share=0)
        if column.field is not None:
            taken.add(column.field)
        told.append(column)
    return tuple(told)


def _with_names(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> tuple[Column, ...]:
    """The columns, told of those that name people beside phones; such a one may be the phones."""
    told = {column.field for column in columns}
    if Field.PHONE in told and told & _NAMES:
        return tuple(columns)
    named = []
    for column in columns:
        is_open = column.field is None and field_of(column.heading) is None
        may_be = column.remark is None and (is_open or column.field in (Field.PHONE, Field.NAME))
        cells = [row[column.index] for row in rows if column.index < len(row)] if may_be else []
        filled = [cell for cell in cells if cell.strip()]
        share = sum(map(is_name_with_phone, filled)) * 100 // max(len(filled), 1)
        if share >= ENOUGH:
            column = replace(column, has_name=True)
            if Field.PHONE not in told:
                column = replace(column, field=Field.PHONE, source=Source.CONTENT, share=share)
                told.add(Field.PHONE)
        named.append(column)
    return tuple(named)


def with_order_days(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> tuple[Column, ...]:
    """The columns, told of those that hold the day of a work order beside its number.

    ``rows``: as of ``with_content``. Whether the column is the number is another question.
    """
    sample = rows[:SAMPLE]
    return tuple(
        replace(column, has_order_day=_has_order_day(sample, column.index)) for column in columns
    )


def _has_order_day(rows: Sequence[Sequence[str]], at: int) -> bool:
    filled = [row[at] for row in rows if at < len(row) and row[at].strip()]
    told = sum(read_order(cell)[1] is not None for cell in filled)
    return bool(told) and told * 100 >= len(filled) * ENOUGH


def _from_cells(column: Column, cells: Sequence[str]) -> Column:
    """A column whose heading says nothing; one that another format knows is left alone."""
    is_ours = heading_norm(column.heading) in REMARK_HEADINGS
    is_open = column.remark is None and not is_ours and field_of(column.heading) is None
    content = content_of(cells) if is_open else None
    if content is None or _is_denied(column.heading, content.kind):
        return column
    if content.kind is Kind.DAY:
        return replace(column, share=content.share, remark=Remark.SOME_DATE)
    field = _FIELD_OF[content.kind]
    return replace(column, field=field, source=Source.CONTENT, share=content.share)


def _with_vins(column: Column, cells: Sequence[str]) -> Column:
    """A column of vehicles that are told by their VINs, with or without words beside them."""
    filled = [cell for cell in cells if cell.strip()]
    share = sum(vehicle_of(cell).vin is not None for cell in filled) * 100 // max(len(filled), 1)
    if share < ENOUGH:
        return column
    return replace(column, field=Field.VIN, source=Source.CONTENT, share=share)


def _checked(column: Column, cells: Sequence[str]) -> Column:
    """A column whose heading is known: the cells win only where they say clearly another thing."""
    expected = _KIND_OF.get(column.field) if column.field is not None else None
    filled = [cell for cell in cells if cell.strip()]
    if expected is None or len(filled) < _FEW:
        return column
    looks = _LOOKS_LIKE[expected]
    most = len(filled) * _STRANGERS // 100
    agreeing = 0
    for cell in filled:
        if looks(cell.strip()):
            agreeing += 1
            if agreeing > most:
                return column
    content = content_of(filled)
    if content is None or content.share < _CLEAR or _is_near(expected, content.kind):
        return column
    is_denied = _is_denied(column.heading, content.kind)
    field = None if is_denied else _FIELD_OF.get(content.kind)
    told = replace(column, field=field, remark=Remark.CONTRADICTS, share=content.share)
    return replace(told, source=Source.CONTENT) if field is not None else told


def _is_denied(heading: str, kind: Kind) -> bool:
    """Whether the heading forbids what the cells look like: a passport's number is no phone."""
    if kind is Kind.PHONE:
        return names_document(heading)
    return kind is Kind.MILEAGE and names_other_km(heading)


def _is_near(expected: Kind, found: Kind) -> bool:
    """Kinds that cells of one heading may well look like: «2015» and «12.50» may be days."""
    return any({expected, found} <= family for family in _FAMILIES)


def is_without_headings(lines: Sequence[Sequence[str]]) -> bool:
    """Whether the first of these lines is data, as the ones below it: no headings at all.

    Only if it says so clearly: one of its cells is a phone, an e-mail, a VIN or a plate, as no
    heading is, and so are most of the filled cells below it.
    """
    first, below = lines[0] if lines else (), lines[1:]
    for at, cell in enumerate(first):
        kind = kind_of(cell)
        if kind not in _STRONG:
            continue
        cells = [line[at] for line in below if at < len(line) and line[at].strip()]
        agreeing = sum(kind_of(one) is kind for one in cells)
        if agreeing * 2 >= len(cells):
            return True
    return False
