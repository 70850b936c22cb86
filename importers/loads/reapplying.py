"""Kept rows of a load: read, judged and loaded by the code that loaded the file itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from core.access import Actor
from importers.columns import Column
from importers.formats.catalogue import FORMATS
from importers.kept_columns import columns_of
from importers.loads.added import Added
from importers.loads.batch import Answers, Setting, apply_batch, judge_batch
from importers.loads.kept_rows import retell
from importers.loads.models import LoadBatch, LoadedRow, RecordLoad
from importers.loads.running import APPLIERS, source_of
from importers.loads.told import Ruling, Verdict
from importers.typed_rows import TypedReader, TypedRow


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of the rows; ``batch_no``: the batch of the load that they are."""

    rulings: tuple[Ruling, ...]
    batch_no: int


def read_kept(
    load: RecordLoad,
    rows: Sequence[LoadedRow],
    *,
    region: str = "RU",
    columns: Sequence[Column] | None = None,
) -> list[TypedRow]:
    """The rows as they were read, by what the load's columns mean, or these ``columns``."""
    meant = columns if columns is not None else columns_of(load)
    reader = TypedReader(meant, FORMATS[load.format], region=region)
    return [reader.read(row.row_no, [str(cell) for cell in row.cells or ()]) for row in rows]


def judge_kept(
    session: Session,
    load: RecordLoad,
    rows: Sequence[TypedRow],
    *,
    actor: Actor,
    now: datetime,
    only_looks: bool = False,
    answers: Answers | None = None,
) -> list[Ruling]:
    """What the rows would come to now; nothing remains of it.

    ``only_looks``: of a page that is only read; whom results concern is told, and no more.
    """
    setting = _setting(session, load, actor, now)
    setting = replace(setting, only_looks=only_looks, answers=answers)
    return judge_batch(APPLIERS[load.format], setting, rows)


def apply_kept_rows(
    session: Session, load: RecordLoad, rows: Sequence[LoadedRow], *, actor: Actor, now: datetime
) -> Applied:
    """Load the rows as one more batch of the load; verdicts and counts follow.

    The caller holds the lock of loads and the load itself, which must be over.
    """
    setting = _setting(session, load, actor, now)
    rulings = apply_batch(APPLIERS[load.format], setting, read_kept(load, rows))
    batch_no = keep_applied(session, load, setting.added, rows, rulings)
    return Applied(tuple(rulings), batch_no)


def apply_answered(
    session: Session,
    load: RecordLoad,
    rows: Sequence[TypedRow],
    answers: Answers,
    *,
    actor: Actor,
    now: datetime,
) -> tuple[list[Ruling], Added]:
    """Load the rows by what a person says of those in doubt; their verdicts are not kept yet."""
    setting = replace(_setting(session, load, actor, now), answers=answers)
    return apply_batch(APPLIERS[load.format], setting, rows), setting.added


def keep_applied(
    session: Session,
    load: RecordLoad,
    added: Added,
    rows: Sequence[LoadedRow],
    rulings: Sequence[Ruling],
) -> int:
    """The rows are one more batch of the load, with these verdicts; the number of the batch."""
    for row, ruling in zip(rows, rulings, strict=True):
        change_verdict(load, row, ruling)
    load.batches += 1
    last_row = max(row.row_no for row in rows)
    session.add(
        LoadBatch(load_id=load.id, batch_no=load.batches, last_row=last_row,
                  **added.as_json())
    )  # fmt: skip
    session.flush()
    return load.batches


def change_verdict(load: RecordLoad, row: LoadedRow, ruling: Ruling) -> None:
    """The row has another verdict now; the counts of the load go on adding up."""
    counts = Counter[str](load.counts)
    counts[row.verdict.value] -= 1
    counts[ruling.verdict.value] += 1
    load.counts = {verdict.value: counts[verdict.value] for verdict in Verdict}
    retell(row, ruling)


def _setting(session: Session, load: RecordLoad, actor: Actor, now: datetime) -> Setting:
    return Setting(session, load.unit_id, actor, now, source_of(load.sha256),
                   workshop_id=load.workshop_id)  # fmt: skip
