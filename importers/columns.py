"""Heading → field. Headings as real files have them: Russian, Ukrainian, English."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from importers.fields import Field
from importers.heading_patterns import (
    DOCUMENT,
    MILEAGE,
    OTHER_KM,
    PATTERNS,
    PHONE_ONLY,
    UNIT_AT_END,
)
from importers.spellings import BY_SPELLING

__all__ = ["Column", "Field", "Remark", "Source", "bare_heading", "field_of", "heading_norm",
           "map_columns", "names_document", "names_other_km", "told_fields", "unread"]  # fmt: skip

REMARK_HEADINGS = frozenset({"что не так", "що не так", "what is wrong"})
"""Normalised heading of the column that says in a workbook of ours why a row was not taken.

Whoever mends such a workbook loads it again: the column means nothing, whatever stands in it.
"""
_NOT_A_WORD = re.compile(r"[^\w']+|_")
_LONGEST_HEADING = 80
_LETTERS = 26
_KM = (" км", " km")
_VAGUE = frozenset({Field.EXTERNAL_KEY, Field.SOLD_ON})
"""What «Код» and «Дата выдачи» say by themselves, but not below «Паспорт»."""


class Source(StrEnum):
    """How it is known what a column means."""

    HEADING = "heading"
    CONTENT = "content"
    PERSON = "person"
    """Somebody said so, now or for such a file before."""


class Remark(StrEnum):
    """What is strange about a column."""

    CONTRADICTS = "contradicts"
    """The heading says one thing, the cells another."""
    SOME_DATE = "some_date"
    """The cells are days; which day it is only a person can say."""
    TAKEN = "taken"
    """The heading fits a field that another column has already."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the table: its place (from 0), the heading as it stands, what it means."""

    index: int
    heading: str
    field: Field | None
    source: Source = Source.HEADING
    share: int = 0
    """Of a hundred filled cells so many look like it; 0 where only the heading spoke."""
    remark: Remark | None = None
    has_order_day: bool = False
    """Its cells hold the day of the order beside the number: «Заказ-наряд СЦ-1 от 10.11.2026»."""
    has_name: bool = False
    """Its cells hold a name beside the phone: «Романов Павел, +7 909 426-53-25»."""
    is_month_first: bool = False
    """Some of its days can only be read with the month first, so all are: 03/25/2024."""

    @property
    def told(self) -> str:
        """The heading, or the letter by which Excel names the column."""
        return self.heading or _letter(self.index)


def unread(columns: Collection[Column]) -> tuple[str, ...]:
    """Headings of which nothing is loaded; that of our own remarks is none of the file's."""
    return tuple(
        column.heading
        for column in columns
        if column.field is None
        and column.heading
        and heading_norm(column.heading) not in REMARK_HEADINGS
    )


def told_fields(columns: Collection[Column]) -> frozenset[Field]:
    """The fields that have a column, or a part of one: the day may stand in that of the number."""
    there = {column.field for column in columns if column.field is not None}
    if any(column.field is Field.VISIT_NUMBER and column.has_order_day for column in columns):
        there.add(Field.OPENED_ON)
    if any(column.field is Field.PHONE and column.has_name for column in columns):
        there.add(Field.NAME)
    return frozenset(there)


def _letter(index: int) -> str:
    before, last = divmod(index, _LETTERS)
    return (_letter(before - 1) if before else "") + chr(ord("A") + last)


def heading_norm(text: str) -> str:
    """Lower case, ё as е, only words and single spaces between them."""
    folded = text.casefold().replace("ё", "е").replace("’", "'").replace("`", "'")
    norm = " ".join(_NOT_A_WORD.sub(" ", folded).split())
    return norm.replace("ф и о", "фио").replace("п і б", "піб")


def bare_heading(norm: str) -> str:
    """A normalised heading without the unit of measure at its end: «сумма руб» is «сумма»."""
    while (shorter := UNIT_AT_END.sub("", norm)) != norm:
        norm = shorter
    return norm


def names_document(heading: str) -> bool:
    """Whether it is a number of a paper, a card or a part: digits there are nobody's phone."""
    return DOCUMENT.search(heading_norm(heading[:_LONGEST_HEADING])) is not None


def names_other_km(heading: str) -> bool:
    """Whether kilometres below it are of another day: of the next maintenance, an interval."""
    return OTHER_KM.search(heading_norm(heading[:_LONGEST_HEADING])) is not None


def field_of(*headings: str) -> Field | None:
    """What a heading means. Several: the same heading told in several ways, the best way first."""
    norms = [heading_norm(heading) for heading in headings]
    whole = norms[0][:_LONGEST_HEADING]
    if (whole.endswith(_KM) or MILEAGE.search(whole)) and OTHER_KM.search(whole):
        return None
    for norm in norms:
        field = BY_SPELLING.get(norm) or BY_SPELLING.get(bare_heading(norm))
        is_number = field is None and PHONE_ONLY.fullmatch(norm) is not None
        # «Номер» below «Паспорт»: the upper line says of what.
        is_vague = (is_number or field in _VAGUE) and norm != norms[0]
        if (field or is_number) and not (is_vague and DOCUMENT.search(whole)):
            return field or Field.PHONE
    for norm in norms[:1] if DOCUMENT.search(whole) else norms:
        for field, pattern in PATTERNS:
            if len(norm) <= _LONGEST_HEADING and pattern.search(norm):
                return field
    return None


def map_columns(headings: Sequence[tuple[str, ...]]) -> tuple[Column, ...]:
    """Give each column its meaning. ``headings``: per column, its lines from top to bottom.

    A field that is there twice belongs to its first column, phones excepted.
    """
    columns, taken = [], set[Field]()
    for index, lines in enumerate(headings):
        told = " ".join(lines)
        # The lower line alone may say it («Клиент» over «Телефон»); the upper line alone may not.
        field = field_of(told, *lines[-1:]) if told else None
        if field in taken and field is not Field.PHONE:
            field = None
        if field is not None:
            taken.add(field)
        columns.append(Column(index, told, field))
    return tuple(columns)
