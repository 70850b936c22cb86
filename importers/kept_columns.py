"""The columns of a file as they are kept with it: [field, source, share, remark] for each.

More parts where the cells of a column hold more: whether the day of an order beside its number,
whether a name beside the phone, whether days with the month first.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

from importers.columns import Column, Remark, Source, field_of
from importers.fields import Field
from importers.formats.catalogue import FORMATS
from importers.formats.declaration import FileFormat

Fields = tuple[Field | None, ...]


class KeepsColumns(Protocol):
    """A file that is kept with its headings and what they mean."""

    @property
    def format(self) -> str:
        """Its code."""

    @property
    def header(self) -> list[Any]:
        """The headings."""

    @property
    def columns(self) -> list[Any]:
        """As ``kept_columns`` makes them."""


def kept_columns(columns: Sequence[Column]) -> list[Any]:
    """The columns as JSON; their headings are ``ImportedFile.header``."""
    return [
        [
            column.field.value if column.field is not None else None,
            column.source.value,
            column.share,
            column.remark.value if column.remark is not None else None,
            *_up_to_the_last(column.has_order_day, column.has_name, column.is_month_first),
        ]
        for column in columns
    ]


def _up_to_the_last(*told: bool) -> list[bool]:
    """Without the trailing ones that say nothing: most columns have none."""
    return list(told[: max((at for at, one in enumerate(told, start=1) if one), default=0)])


def columns_of(file: KeepsColumns) -> tuple[Column, ...]:
    """The columns of a kept file. One that was loaded before they were kept: by its headings."""
    if len(file.columns) != len(file.header):
        bare = [Column(at, str(heading), None) for at, heading in enumerate(file.header)]
        return FORMATS[file.format].mapped(bare)
    return tuple(
        Column(
            at,
            str(heading),
            Field(field) if field is not None else None,
            Source(source),
            share,
            Remark(remark) if remark is not None else None,
            *map(bool, more),
        )
        for at, (heading, (field, source, share, remark, *more)) in enumerate(
            zip(file.header, file.columns, strict=True)
        )
    )


def bare_columns(file: KeepsColumns) -> list[Column]:
    """The columns as far as their headings tell, whatever a person said of them."""
    return [
        # Headings of several lines: what the lower line told is only kept in the field.
        Column(at, column.heading, None if column.source is not Source.HEADING
               or field_of(column.heading) else column.field, has_order_day=column.has_order_day,
               has_name=column.has_name, is_month_first=column.is_month_first)
        for at, column in enumerate(columns_of(file))
    ]  # fmt: skip


def as_said(columns: Sequence[Column], fields: Sequence[Field | None]) -> tuple[Column, ...]:
    """The columns as a person says them; what the heading says itself stays as it is."""
    return tuple(
        column
        if column.field is field and column.remark is None and column.source is Source.HEADING
        else replace(column, field=field, source=Source.PERSON, remark=None)
        for column, field in zip(columns, fields, strict=True)
    )


def fits(fields: Sequence[Field | None], columns: Sequence[Column], fmt: FileFormat) -> bool:
    """Whether what was said of such a file still can be said: formats change with the program."""
    given = [field for field in fields if field is not None and field is not Field.PHONE]
    return (
        len(fields) == len(columns)
        and len(given) == len(set(given))
        and fmt.fields.issuperset(field for field in fields if field is not None)
    )
