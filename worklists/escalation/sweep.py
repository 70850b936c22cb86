"""Escalation by the clock: levels first, then one digest for each person (P5, P6, rule 15).

A level is a row whose key is the occurrence, written by one statement that leaves out what is
there: any number of schedulers may run and be killed anywhere. The next level waits for its hours
after the one before, so that a pause is not followed by all levels at once. Whoever is told is
noted untold; the digest takes all untold rows of a person in one statement that nobody repeats.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased

from campaigns.models import Campaign
from core.bulk import copy_rows, numbers_of
from core.clock import Clock
from core.db import Database, insert_into
from core.journal import record_all
from core.locks import exclusively
from worklists.escalation.digests import (
    ESCALATION,
    forget_ended,
    mark_ended,
    tell_again,
    tell_people,
)
from worklists.escalation.models import Escalation, EscalationPerson, Level
from worklists.escalation.people import Reachable
from worklists.escalation.plans import Cutoffs, Plan, plans_at
from worklists.escalation.waiting import escalates, is_promised, waits_since
from worklists.events.queue import TaskEscalated
from worklists.lateness import LATE_AFTER
from worklists.lifecycle import TaskState
from worklists.models.task import Task, TaskKind
from worklists.models.work_list import WorkList
from worklists.sweeping import SCHEDULER

BATCH = 2_000
"""Tasks a transaction; each has its row, its people and its line in the journal."""
EVERY = timedelta(minutes=5)
"""Rarely, so that what escalates about the same time comes as one digest."""
_COLUMNS = ("task_id", "since", "level", "begun_at")


def escalate(database: Database, clock: Clock, *, default_zone: str) -> int:
    """Let what waits for too long escalate and tell the people; returns how many levels began.

    ``default_zone`` counts where no unit has a zone.
    """
    with database.unit_of_work() as session:
        exclusively(session, ESCALATION)
        now = clock(session)
        mark_ended(session, now)
        forget_ended(session, now)
        plans = plans_at(session, now, default_zone=default_zone)
    begun = 0
    for plan in plans:
        for level in Level:
            if level <= plan.cutoffs.highest:
                begun += _reach_level(database, clock, plan, level)
        with database.unit_of_work() as session:
            exclusively(session, ESCALATION)
            tell_again(session, plan.unit_ids, plan.cutoffs.highest, before=plan.cutoffs.today)
    tell_people(database, clock)
    return begun


def _reach_level(database: Database, clock: Clock, plan: Plan, level: Level) -> int:
    done = 0
    for due in _due(plan, level):
        while True:
            with database.unit_of_work() as session:
                began = _begin(session, due, level, clock(session))
            done += began
            if began < BATCH:
                break
    return done


Due = Callable[[datetime], Select[Any]]


def _due(plan: Plan, level: Level) -> Sequence[Due]:
    """Statements of the tasks that reach the level, the longest waiting first."""
    cutoffs = plan.cutoffs

    def rows(now: datetime, *which: ColumnElement[bool]) -> Select[Any]:
        columns: list[ColumnElement[Any]] = [
            Task.id.expression,
            waits_since(),
            literal(level.value),
            literal(now, Escalation.begun_at.type),
        ]
        return (
            select(*columns)
            .join(Campaign, Campaign.id == Task.campaign_id)
            .where(
                Task.unit_id.in_(plan.unit_ids),
                escalates(with_calls=cutoffs.with_calls, now=now),
                *which,
                ~_reached(level),
            )
            .order_by(waits_since(), Task.id)
            .limit(BATCH)
        )

    waits_for_taker = and_(
        Task.state == TaskState.PLANNED, ~is_promised(), _waited(cutoffs.to_take)
    )
    is_owed = and_(is_promised(), _waited(cutoffs.to_do))
    is_taken = and_(Task.state == TaskState.IN_WORK, _waited(cutoffs.to_do))
    is_watched = and_(Task.state == TaskState.ON_CONTROL, Task.control_at <= cutoffs.to_do)
    if level is Level.PERFORMER:
        each = (waits_for_taker, is_owed, is_taken, is_watched)
        return [lambda now, one=one: rows(now, one) for one in each]  # type: ignore[misc]
    following = or_(waits_for_taker, is_owed, is_taken, is_watched)
    return [lambda now: rows(now, following, _level_before(level, cutoffs))]


def _waited(cutoff: datetime) -> ColumnElement[bool]:
    """Waits since the moment or longer; a call of a campaign has a day more (``LATE_AFTER``)."""
    is_call = Task.kind == TaskKind.CALL
    return or_(
        ~is_call & (waits_since() <= cutoff), is_call & (waits_since() <= cutoff - LATE_AFTER)
    )


def _reached(level: Level) -> ColumnElement[bool]:
    one = aliased(Escalation)
    return exists().where(
        one.task_id == Task.id, one.since == waits_since(), one.level == level.value
    )


def _level_before(level: Level, cutoffs: Cutoffs) -> ColumnElement[bool]:
    one = aliased(Escalation)
    older = select(one.task_id).where(
        one.level == level.value - 1, one.begun_at <= cutoffs.to_step, one.ended_at.is_(None)
    )
    same = exists().where(
        one.task_id == Task.id,
        one.since == waits_since(),
        one.level == level.value - 1,
        one.begun_at <= cutoffs.to_step,
    )
    # The first half finds the few tasks, the second makes sure of the occurrence.
    return and_(Task.id.in_(older), same)


def _begin(session: Session, due: Due, level: Level, now: datetime) -> int:
    """One batch: the rows, the people, the journal. Rows that are there already are left out."""
    into = insert_into(session, Escalation).from_select(list(_COLUMNS), due(now))
    begun = session.scalars(into.on_conflict_do_nothing().returning(Escalation.id)).all()
    if not begun:
        return 0
    owner = func.coalesce(Task.performer_id, WorkList.responsible_id)
    rows = session.execute(
        select(
            Escalation.id, Task.id, Task.unit_id, Task.state, Task.control_by_id,
            owner.label("owner_id"),
        )
        .join(Task, Task.id == Escalation.task_id)
        .join(WorkList, WorkList.id == Task.work_list_id)
        .where(Escalation.id.in_(numbers_of(begun)))
        .order_by(Escalation.id)
    ).all()  # fmt: skip
    owners = {
        row[0]: row.control_by_id if row.state is TaskState.ON_CONTROL else row.owner_id
        for row in rows
    }
    people = Reachable(
        session, {row.unit_id for row in rows}, {o for o in owners.values() if o is not None}, now
    )
    told = {row[0]: people.told(level, row.unit_id, owners[row[0]]) for row in rows}
    columns = ("escalation_id", "employee_id")
    copy_rows(session, EscalationPerson, columns,
              [(one, person) for one, found in told.items() for person in found])  # fmt: skip
    events = [
        TaskEscalated(task_id=row[1], level=level.value, told=tuple(told[row[0]])) for row in rows
    ]
    record_all(session, events, actor=SCHEDULER, at=now)
    return len(begun)
