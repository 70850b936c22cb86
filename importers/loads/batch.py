"""What every applier of a format is given, and what it must be able to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Protocol

from sqlalchemy.orm import Session

from core.access import Actor
from core.clock import local_day
from importers.loads.added import Added
from importers.loads.told import Doubtful, Ruling, Verdict
from importers.typed_rows import TypedRow


@dataclass(frozen=True, slots=True)
class Setting:
    """For whom and when a file is loaded. ``source``: how records name the file, ``import:…``."""

    session: Session
    unit_id: int
    actor: Actor
    now: datetime
    source: str
    added: Added = field(default_factory=Added, compare=False)
    """What the batch comes to add: a setting of its own for each batch that is to be kept."""
    only_looks: bool = False
    """Nothing may be written even for a moment: a page is only read."""

    @property
    def today(self) -> date:
        """The day it is where the actor works."""
        return local_day(self.now, self.actor.time_zone)


class Applier(Protocol):
    """Makes records of rows, a batch at a time; made anew for each batch."""

    def __init__(self, setting: Setting, rows: Sequence[TypedRow]) -> None:
        """Look up what the rows may concern, in a fixed number of statements."""

    def take(self, row: TypedRow) -> Ruling:
        """What the row comes to; nothing is written yet. Raises Doubtful before any change.

        Only results of calls are written at once: each goes through the use-case for outcomes,
        unless the setting only looks; then it would be NEW, whatever may stand against it.
        """

    def write(self) -> None:
        """Write what the rows came to, in a fixed number of statements."""


def apply_batch(applier: type[Applier], setting: Setting, rows: Sequence[TypedRow]) -> list[Ruling]:
    """One ruling for each row, in their order."""
    batch, rulings = _judged(applier, setting, rows)
    if batch is not None:
        batch.write()
    return rulings


def judge_batch(applier: type[Applier], setting: Setting, rows: Sequence[TypedRow]) -> list[Ruling]:
    """What ``apply_batch`` would say of the rows now; nothing that is written for it remains."""
    nested = setting.session.begin_nested()
    try:
        return _judged(applier, setting, rows)[1]
    finally:
        nested.rollback()


def _judged(
    applier: type[Applier], setting: Setting, rows: Sequence[TypedRow]
) -> tuple[Applier | None, list[Ruling]]:
    good = [row for row in rows if not row.is_rejected]
    batch = applier(setting, good) if good else None
    rulings = []
    for row in rows:
        if row.is_rejected or batch is None:
            ruling = Ruling(Verdict.INVALID, (*row.problems, *row.warnings))
        else:
            ruling = _taken(batch, row)
        rulings.append(ruling)
    return batch, rulings


def _taken(batch: Applier, row: TypedRow) -> Ruling:
    try:
        ruling = batch.take(row)
    except Doubtful as doubtful:
        ruling = doubtful.ruling
    if not row.warnings:
        return ruling
    return replace(ruling, problems=(*ruling.problems, *row.warnings))
