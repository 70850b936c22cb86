"""What people said about the columns of files: kept for the next file with the same headings (A8).

A unit's own word comes first, then that of the units above it, the nearest first.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from core.access import Actor
from core.db import insert_into
from directory.units.models import UnitPath
from importers.columns import REMARK_HEADINGS, Column, heading_norm
from importers.fields import Field
from importers.formats.catalogue import FORMATS
from importers.kept_columns import Fields, as_said, fits
from importers.loads.models import RecordLoad
from importers.models import ImportMapping

_BETWEEN = "\x1f"
_LOADS_LOOKED_AT = 200
"""The file whose rejected rows come back mended is among so many of the latest loads."""


def signature_of(columns: Sequence[Column]) -> str:
    """By what files of one kind are known: their normalised headings in their order.

    A column without a heading counts by what its cells told (``columns`` as they were recognised).
    """
    parts = [heading_norm(column.heading) or f"~{_told(column)}" for column in columns]
    return hashlib.sha256(_BETWEEN.join(parts).encode()).hexdigest()


def _told(column: Column) -> str:
    return column.field or column.remark or ""


def remember_mapping(
    session: Session,
    unit_id: int,
    format: str,
    columns: Sequence[Column],
    fields: Sequence[Field | None],
    *,
    workshop_id: int | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Keep what the columns mean for such files of the unit and those below; the last word counts.

    ``columns``: as they were recognised without a person. ``workshop_id``: the workshop of all rows
    that name none, if somebody has said one.
    """
    said = [field.value if field is not None else None for field in fields]
    values = {"columns": said, "workshop_id": workshop_id, "by": actor.key, "at": now}
    insert = insert_into(session, ImportMapping).values(
        unit_id=unit_id, format=format, signature=signature_of(columns), **values
    )
    session.execute(
        insert.on_conflict_do_update(index_elements=["unit_id", "format", "signature"], set_=values)
    )


def mapping_for(
    session: Session, unit_id: int, format: str, columns: Sequence[Column]
) -> Fields | None:
    """What was said of such a file at the unit or above it; None when nobody did."""
    found = _said(session, unit_id, format, columns)
    if found is None and columns and heading_norm(columns[-1].heading) in REMARK_HEADINGS:
        # Rejected rows that were mended come back with our own remarks behind their columns.
        file = columns[:-1]
        found = _said(session, unit_id, format, file) or _meant(session, unit_id, format, file)
        found = [*found, None] if found is not None else None
    known = {field.value: field for field in Field}
    fields = tuple(known.get(code or "") for code in found) if found is not None else ()
    return fields if found and fits(fields, columns, FORMATS[format]) else None


def workshop_for(
    session: Session, unit_id: int, format: str, columns: Sequence[Column]
) -> int | None:
    """The workshop that was said of all rows of such a file that name none; None: nobody did."""
    found = _nearest(session, unit_id, format, columns)
    if found is None and columns and heading_norm(columns[-1].heading) in REMARK_HEADINGS:
        file = columns[:-1]
        found = _nearest(session, unit_id, format, file)
        if found is None:
            load = _latest(session, unit_id, format, file)
            return load.workshop_id if load is not None else None
    return found.workshop_id if found is not None else None


def _nearest(
    session: Session, unit_id: int, format: str, columns: Sequence[Column]
) -> Row[tuple[list[Any], int | None]] | None:
    """``columns`` and ``workshop_id`` of the nearest mapping of such a file."""
    return session.execute(
        select(ImportMapping.columns, ImportMapping.workshop_id)
        .join(UnitPath, UnitPath.ancestor_id == ImportMapping.unit_id)
        .where(
            UnitPath.descendant_id == unit_id,
            ImportMapping.format == format,
            ImportMapping.signature == signature_of(columns),
        )
        .order_by(UnitPath.depth)
        .limit(1)
    ).one_or_none()


def _said(
    session: Session, unit_id: int, format: str, columns: Sequence[Column]
) -> list[str | None] | None:
    row = _nearest(session, unit_id, format, columns)
    found: list[str | None] | None = row.columns if row is not None else None
    return found


def _meant(
    session: Session, unit_id: int, format: str, columns: Sequence[Column]
) -> list[str | None] | None:
    """What the columns meant in the latest load with these headings, whoever or whatever told it.

    A workbook of rejected rows cannot tell all of it again: two lines of headings are one in it,
    and its few cells show less than those of the whole file.
    """
    latest = _latest(session, unit_id, format, columns)
    return [field for field, *_rest in latest.columns[: len(columns)]] if latest else None


def _latest(
    session: Session, unit_id: int, format: str, columns: Sequence[Column]
) -> Row[tuple[list[Any], list[Any], int | None]] | None:
    """The latest load with these headings; columns that people added since stand behind them."""
    wanted = [heading_norm(column.heading) for column in columns]
    latest = session.execute(
        select(RecordLoad.header, RecordLoad.columns, RecordLoad.workshop_id)
        .where(
            RecordLoad.unit_id == unit_id, RecordLoad.format == format, RecordLoad.batches > 0
        )
        .order_by(RecordLoad.id.desc())
        .limit(_LOADS_LOOKED_AT)
    )  # fmt: skip
    for load in latest:
        headings = [heading_norm(str(one)) for one in load.header[: len(wanted)]]
        if wanted and headings == wanted and len(load.columns) >= len(wanted):
            return load
    return None


def with_mapping(
    session: Session, unit_id: int, format: str, columns: Sequence[Column]
) -> tuple[Column, ...]:
    """The recognised columns, or as somebody said them of such a file before."""
    fields = mapping_for(session, unit_id, format, columns)
    return as_said(columns, fields) if fields is not None else tuple(columns)
