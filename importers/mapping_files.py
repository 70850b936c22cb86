"""A mapping of columns as a file: JSON of heading → code of the field (``null``: not loaded)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from importers.columns import Column, Source, heading_norm
from importers.fields import Field
from importers.formats.declaration import FileFormat

Said = Mapping[str, Field | None]


class MappingRefused(Exception):
    """The mapping cannot be used; the message (English, for the command line) says why."""


def read_mapping(path: Path, fmt: FileFormat) -> dict[str, Field | None]:
    """What the file says that headings mean. Raises MappingRefused."""
    try:
        told = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise MappingRefused(f"{path.name} is no JSON") from error
    if not isinstance(told, dict):
        raise MappingRefused(f"{path.name} must be an object: heading → field")
    known = {field.value: field for field in fmt.fields}
    for code in told.values():
        if code is not None and (not isinstance(code, str) or code not in known):
            codes = ", ".join(sorted(known))
            raise MappingRefused(f"{path.name}: no such field: {code}. One of: {codes}")
    return {heading: known[code] if code is not None else None for heading, code in told.items()}


def said_in(columns: Sequence[Column], fmt: FileFormat, said: Said) -> tuple[Column, ...]:
    """The columns as ``said``; a heading may also be the letter by which Excel names the column.

    A field that is said of one column is taken from the others, phones excepted. Raises
    MappingRefused for a heading that the table does not have, or a field said twice.
    """
    by_norm = {heading_norm(heading): field for heading, field in said.items()}
    mine = {
        column.index: by_norm[norm]
        for column in columns
        if (norm := heading_norm(column.told)) in by_norm
    }
    there = {heading_norm(column.told) for column in columns}
    lacking = [heading for heading in said if heading_norm(heading) not in there]
    if lacking:
        raise MappingRefused(f"There is no such heading: {', '.join(lacking)}")
    taken = [field for field in mine.values() if field not in (None, Field.PHONE)]
    if len(taken) != len(set(taken)):
        raise MappingRefused("A field can stand in one column only, phones excepted")
    return tuple(
        replace(column, field=mine[column.index], source=Source.PERSON, remark=None)
        if column.index in mine
        else replace(column, field=None)
        if column.field in taken
        else column
        for column in columns
    )
