"""What pages of columns share: a column with its cells, what it may mean, what a person chose."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request

from importers.columns import Column
from importers.fields import Field
from importers.formats.declaration import FileFormat
from webui.labels.file_columns import group_words

_SAMPLES = 5
_LONGEST = 80
_NAMED = 12
"""So many columns that are not loaded are named in a line."""

_PARTS = {
    Field.NAME: (Field.LAST_NAME, Field.FIRST_NAME, Field.PATRONYMIC),
    Field.MAKE: (Field.MAKE_MODEL,),
}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Columns of a file that are not loaded: the first by name, and how many more there are."""

    named: tuple[str, ...]
    others: int


@dataclass(frozen=True, slots=True)
class ShownColumn:
    """A column as the page shows it; ``samples``: the first different cells of it."""

    column: Column
    samples: tuple[str, ...]

    @property
    def is_blank(self) -> bool:
        """Neither a heading nor a cell: nobody needs to say what it is."""
        return not self.column.heading and not self.samples and self.column.field is None


def shown_columns(columns: Sequence[Column], cells: Sequence[Sequence[str]]) -> list[ShownColumn]:
    """The columns with the first different of these cells, without those that hold nothing."""
    shown = [ShownColumn(column, _samples(cells, column.index)) for column in columns]
    return [one for one in shown if not one.is_blank]


def left_out(
    fmt: FileFormat, columns: Sequence[Column], cells: Sequence[Sequence[str]]
) -> LeftOut | None:
    """What the file has and nobody loads; None: all of it is loaded. ``cells``: of its first rows.

    Who is not told takes what was left behind for loaded.
    """
    names = [
        one.column.told
        for one in shown_columns(columns, cells)
        if one.column.field not in fmt.fields
    ]
    return LeftOut(tuple(names[:_NAMED]), len(names[_NAMED:])) if names else None


def chosen_fields(columns: Sequence[Column]) -> list[Field | None]:
    """The selects of the form; a column without one stays as it is."""
    known = {field.value: field for field in Field}
    return [
        known.get(request.form[f"column-{column.index}"])
        if f"column-{column.index}" in request.form
        else column.field
        for column in columns
    ]


def offered_fields(fmt: FileFormat) -> list[Field]:
    """What a column may mean: as in the example of the format, then the rest.

    What says the same in parts stands beside the whole: who a row is about is seen first.
    """
    example = [
        one
        for field in fmt.example
        for one in (field, *(part for part in _PARTS.get(field, ()) if part in fmt.fields))
    ]
    found = dict.fromkeys(example)
    return [*found, *(field for field in Field if field in fmt.fields and field not in found)]


def needed_groups(fmt: FileFormat, columns: Sequence[Column]) -> list[tuple[list[str], bool, str]]:
    """Of each group of fields of which one is needed: the codes, whether none is there, words."""
    missing = fmt.missing(columns)
    return [
        (codes := [field.value for field in group], codes in missing, group_words(codes))
        for group in fmt.required
    ]


def _samples(cells: Sequence[Sequence[str]], at: int) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for row in cells:
        text = " ".join(row[at].split())[:_LONGEST] if at < len(row) else ""
        if text:
            found.setdefault(text)
        if len(found) == _SAMPLES:
            break
    return tuple(found)
