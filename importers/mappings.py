"""What people said about the columns of files: kept for the next file with the same headings (A8).

A unit's own word comes first, then that of the units above it, the nearest first.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import Actor
from core.db import insert_into
from directory.units.models import UnitPath
from importers.columns import REMARK_HEADINGS, Column, heading_norm
from importers.fields import Field
from importers.formats.catalogue import FORMATS
from importers.kept_columns import Fields, as_said, fits
from importers.models import ImportMapping

_BETWEEN = "\x1f"


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
    actor: Actor,
    now: datetime,
) -> None:
    """Keep what the columns mean for such files of the unit and those below; the last word counts.

    ``columns``: as they were recognised without a person.
    """
    said = [field.value if field is not None else None for field in fields]
    values = {"columns": said, "by": actor.key, "at": now}
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
        found = _said(session, unit_id, format, columns[:-1])
        found = [*found, None] if found is not None else None
    known = {field.value: field for field in Field}
    fields = tuple(known.get(code or "") for code in found) if found is not None else ()
    return fields if found and fits(fields, columns, FORMATS[format]) else None


def _said(
    session: Session, unit_id: int, format: str, columns: Sequence[Column]
) -> list[str | None] | None:
    found: list[str | None] | None = session.scalar(
        select(ImportMapping.columns)
        .join(UnitPath, UnitPath.ancestor_id == ImportMapping.unit_id)
        .where(
            UnitPath.descendant_id == unit_id,
            ImportMapping.format == format,
            ImportMapping.signature == signature_of(columns),
        )
        .order_by(UnitPath.depth)
        .limit(1)
    )
    return found


def with_mapping(
    session: Session, unit_id: int, format: str, columns: Sequence[Column]
) -> tuple[Column, ...]:
    """The recognised columns, or as somebody said them of such a file before."""
    fields = mapping_for(session, unit_id, format, columns)
    return as_said(columns, fields) if fields is not None else tuple(columns)
