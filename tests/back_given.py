"""Loads that were loaded batch by batch, as they stand in the database then, for tests."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import Actor
from core.db import Base
from importers.columns import Column, field_of
from importers.loads.batch import Setting, apply_batch
from importers.loads.models import LoadBatch, LoadState, RecordLoad
from importers.loads.running import APPLIERS, DIRECTORY_FORMATS
from importers.typed_rows import TypedReader

OF_LOADS = frozenset({"journal_entries", "record_loads", "loaded_rows", "load_batches",
                      "import_mappings", "mileage_news"})  # fmt: skip
"""What a load leaves for ever; ``mileage_news`` only asks for a forecast to be counted anew."""


def load_rows_of(
    session: Session,
    code: str,
    headings: Sequence[str],
    *rows: Sequence[Any],
    unit_id: int,
    actor: Actor,
    now: datetime,
    batch: int = 2,
) -> RecordLoad:
    """Load the rows, so many a batch, and keep what each batch added."""
    digest = sha256(repr((code, rows, now)).encode()).hexdigest()
    load = RecordLoad(unit_id=unit_id, format=code, name=f"{code}.xlsx", size=1, sha256=digest,
                      state=LoadState.DONE, asked_by=actor.key, asked_at=now, begun_at=now,
                      finished_at=now)  # fmt: skip
    session.add(load)
    session.flush()
    fmt = DIRECTORY_FORMATS[code]
    found = [Column(at, text, field_of(text)) for at, text in enumerate(headings)]
    columns = fmt.recognised(found, [list(map(str, row)) for row in rows])
    reader = TypedReader(columns, fmt, region="RU")
    read = [reader.read(at, list(map(str, row))) for at, row in enumerate(rows, start=2)]
    counts: Counter[str] = Counter()
    for number, first in enumerate(range(0, len(read), batch), start=1):
        part = read[first : first + batch]
        setting = Setting(session, unit_id, actor, now, f"import:{digest[:16]}")
        counts.update(ruling.verdict for ruling in apply_batch(APPLIERS[code], setting, part))
        last = part[-1].row_no
        session.add(LoadBatch(load_id=load.id, batch_no=number, last_row=last,
                              **setting.added.as_json()))  # fmt: skip
        load.batches = number
    load.counts = dict(counts)
    session.flush()
    session.expire_all()
    return load


def picture(session: Session) -> dict[str, list[Any]]:
    """Every row of every table, but what a load leaves for ever; versions only grow."""
    session.flush()
    found: dict[str, list[Any]] = {}
    for table in Base.metadata.sorted_tables:
        if table.name not in OF_LOADS:
            columns = [column for column in table.columns if column.name != "version"]
            rows = session.execute(select(*columns).order_by(*table.primary_key)).all()
            found[table.name] = [tuple(row) for row in rows]
    return found
