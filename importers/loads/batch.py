"""What every applier of a format is given, and what it must be able to do."""

from __future__ import annotations

from collections.abc import Collection, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Protocol

from sqlalchemy.orm import Session

from core.access import Actor
from core.clock import local_day
from directory.clients.models import ClientKind
from importers.fields import Field
from importers.loads.added import Added
from importers.loads.decided import Decided
from importers.loads.told import Doubtful, Ruling, Verdict
from importers.problems import RowProblem, RowProblemCode
from importers.typed_rows import TypedRow
from importers.values import is_to_come

_CHILDHOOD = timedelta(days=14 * 365.25)


class Answers(Protocol):
    """What a person says of the doubts of this very batch, each as it comes up."""

    @property
    def said(self) -> MutableMapping[str, Decided]:
        """By the fingerprint of what rows say of their person; comes before what is remembered."""

    def meet(self, client_ids: Collection[int]) -> None:
        """These clients may be meant by rows of the batch."""

    def take(self, batch: Applier, row: TypedRow) -> Ruling:
        """What the row comes to with what is said. Raises Doubtful before any change."""


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
    workshop_id: int | None = None
    """Of work orders: the workshop of rows that name none; None: the only one of the unit."""
    only_looks: bool = False
    """Nothing may be written even for a moment: a page is only read."""
    answers: Answers | None = field(default=None, compare=False)
    """Of rows that are decided together."""

    @property
    def today(self) -> date:
        """The day it is where the actor works."""
        return local_day(self.now, self.actor.time_zone)


def not_yet(row: TypedRow, field: Field, today: date) -> tuple[RowProblem, ...]:
    """Told of a day that is still to come, of something that has been."""
    day = row.values.get(field)
    if not isinstance(day, date) or not is_to_come(day, today):
        return ()
    heading = row.headings.get(field, "")
    return (RowProblem(heading, RowProblemCode.NOT_YET, f"{day:%d.%m.%Y}"),)


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
            ruling = _taken(setting, batch, row)
        rulings.append(ruling)
    return batch, rulings


def _taken(setting: Setting, batch: Applier, row: TypedRow) -> Ruling:
    try:
        answers = setting.answers
        ruling = batch.take(row) if answers is None else answers.take(batch, row)
    except Doubtful as doubtful:
        ruling = doubtful.ruling
    remarks = (*row.warnings, *_young_birthday(row, setting.today))
    return replace(ruling, problems=(*ruling.problems, *remarks)) if remarks else ruling


def _young_birthday(row: TypedRow, today: date) -> tuple[RowProblem, ...]:
    """«45000» is a readable day of birth, but hardly the one of somebody who owns a car."""
    born_on = row.values.get(Field.BIRTH_ON)
    if not isinstance(born_on, date) or born_on <= today - _CHILDHOOD:
        return ()
    if row.values.get(Field.CLIENT_KIND, ClientKind.PERSON) is not ClientKind.PERSON:
        return ()
    heading = row.headings.get(Field.BIRTH_ON, "")
    return (RowProblem(heading, RowProblemCode.YOUNG_BIRTHDAY, f"{born_on:%d.%m.%Y}"),)
