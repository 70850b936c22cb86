"""A person decides at once about all whose rows are in doubt for one cause (A8).

It comes to what deciding them one after the other comes to: the rows go, in the order of the file,
through the code that loads them, and each doubt is answered as it comes up. Whoever is certain by
then (a row before was the same new client) is loaded; whom the choice does not fit goes on waiting.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import Actor
from core.among import among
from core.bulk import insert_numbered
from core.journal import record_all
from core.numbers import take_numbers
from importers.events import RowsDecided
from importers.formats.catalogue import FORMATS
from importers.formats.declaration import FormatKind
from importers.loads.deciding import hold_load, leave_out, remember
from importers.loads.decision_models import Choice, LoadDecision
from importers.loads.doubtful import people_alike
from importers.loads.kept_rows import as_before, retell
from importers.loads.models import LoadedRow, RecordLoad
from importers.loads.one_answer import OfPeople, OneAnswer
from importers.loads.reapplying import apply_answered, judge_kept, keep_applied, read_kept
from importers.loads.told import Verdict

CHOICES = (Choice.SAME, Choice.NEW, Choice.SKIP)
MOST_PEOPLE, MOST_ROWS = 2_000, 4_000
"""So many at one press: a page is answered within a few seconds."""
MOST_CALLS = 200
"""People, and rows, of results, which are saved one by one."""
_COLUMNS = ("load_id", "choice", "fingerprint", "batch_no", "rows", "together", "by", "at")


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedTogether:
    """What became of those whom one press was about."""

    people: int
    """Who was decided."""
    rows: int
    """Theirs."""
    waiting: int
    """Who goes on waiting: the choice does not fit, or the cause is another one by now."""
    next_row: int | None
    """From which row on more of them wait; None: all were looked at."""
    decision_id: int | None
    """Any of the decisions: undoing it undoes them all. None: nobody was decided."""


def most_at_once(load: RecordLoad) -> int:
    """How many people of the load are decided at one press."""
    return MOST_CALLS if _is_of_calls(load) else MOST_PEOPLE


def may_be_said_of_all(load: RecordLoad, choice: Choice) -> bool:
    """Whether it may be said of many people of this load; a call makes no client."""
    return choice in CHOICES and not (choice is Choice.NEW and _is_of_calls(load))


def decide_together(
    session: Session,
    load_id: int,
    *,
    cause: str,
    choice: Choice,
    since: int = 0,
    actor: Actor,
    now: datetime,
) -> DecidedTogether:
    """Say one thing of the people who wait for this cause, from row ``since`` on; not of too many.

    SAME: of whom one client alone may be meant, whose card this person may see. NEW: of whom a
    client can be made. All others go on waiting, as do those whose cause is another one by now.
    Raises NotFound, NotPermitted, LoadNotOver, ValueError for a choice that is not for many.
    """
    load = hold_load(session, load_id, actor=actor)
    if not may_be_said_of_all(load, choice):
        raise ValueError(choice)
    of_people, next_row = _next_people(session, load, cause, since)
    before = {person: [as_before(row) for row in rows] for person, rows in of_people.items()}
    said = OneAnswer(session, of_people, cause, choice, actor=actor)
    batch_no = None
    if choice is Choice.SKIP:
        said.chosen.update(dict.fromkeys(of_people, choice))
        leave_out(load, [row for rows in of_people.values() for row in rows])
    elif of_people:
        batch_no = _load(session, load, of_people, said, actor=actor, now=now)
        remember(session, load.unit_id, said.whom, choice, actor=actor, now=now)
    decided = [
        (person, said.chosen[person], said.client_of(person), before[person])
        for person in of_people
        if person in said.chosen
    ]
    number = _write(session, load, decided, batch_no, actor=actor, now=now)
    session.flush()
    return DecidedTogether(
        people=len(decided), rows=sum(len(before[person]) for person, *_ in decided),
        waiting=len(of_people) - len(decided), next_row=next_row, decision_id=number,
    )  # fmt: skip


def _is_of_calls(load: RecordLoad) -> bool:
    return FORMATS[load.format].kind is FormatKind.RESULTS


def _next_people(
    session: Session, load: RecordLoad, cause: str, since: int
) -> tuple[OfPeople, int | None]:
    """Those who are next, with all their rows, and the row at which the one after them begins."""
    most = most_at_once(load)
    most_rows = most if _is_of_calls(load) else MOST_ROWS
    found = session.execute(people_alike(load.id, cause, since=since).limit(most + 1)).all()
    of_people: OfPeople = {}
    rows, next_row = 0, None
    for row_no, count, person in found:
        if len(of_people) == most or (of_people and rows + count > most_rows):
            next_row = row_no
            break
        of_people[str(person)] = []
        rows += count
    query = (
        select(LoadedRow)
        .where(LoadedRow.load_id == load.id, LoadedRow.verdict == Verdict.DOUBTFUL,
               among(session, LoadedRow.person, of_people))
        .order_by(LoadedRow.row_no)
        .execution_options(populate_existing=True)
    )  # fmt: skip
    for row in session.scalars(query):
        of_people[str(row.person)].append(row)
    return of_people, next_row


def _load(
    session: Session,
    load: RecordLoad,
    of_people: OfPeople,
    said: OneAnswer,
    *,
    actor: Actor,
    now: datetime,
) -> int | None:
    """Load whom the answer fits as one batch; its number, None: nobody."""
    if _is_of_calls(load):
        # Each call is saved as soon as it is read: whose they are is to be known before.
        firsts = read_kept(load, [rows[0] for rows in of_people.values()])
        judge_kept(session, load, firsts, actor=actor, now=now, only_looks=True, answers=said)
        of_people = {one: rows for one, rows in of_people.items() if one in said.chosen}
    rows = [row for some in of_people.values() for row in some]
    if not rows:
        return None
    read = read_kept(load, rows)
    rulings, added = apply_answered(session, load, read, said, actor=actor, now=now)
    taken, told = [], []
    for row, ruling in zip(rows, rulings, strict=True):
        if row.person in said.chosen:
            taken.append(row)
            told.append(ruling)
        elif ruling.doubt is not None:
            retell(row, ruling)  # it may wait for another cause by now
    return keep_applied(session, load, added, taken, told) if taken else None


def _write(
    session: Session,
    load: RecordLoad,
    decided: Sequence[tuple[str, Choice, int | None, list[Any]]],
    batch_no: int | None,
    *,
    actor: Actor,
    now: datetime,
) -> int | None:
    """Keep the decisions; the number of the first, None: there is none."""
    if not decided:
        return None
    (numbers,) = take_numbers(session, [(LoadDecision, len(decided))])
    rows = [
        (load.id, choice, person, batch_no, before, numbers[0], actor.key, now)
        for person, choice, _, before in decided
    ]
    insert_numbered(session, LoadDecision, _COLUMNS, rows, numbers)
    events = [
        RowsDecided(record_load_id=load.id, choice=choice, rows=len(before), client_id=client_id)
        for _, choice, client_id, before in decided
    ]
    record_all(session, events, actor=actor, at=now)
    return numbers[0]
