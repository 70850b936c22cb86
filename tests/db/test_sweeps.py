"""What the clock brings about happens once, in batches, with its history (P5, P6)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.db import Database
from core.journal import JournalEntry
from tests.conftest import NOON
from tests.queue_given import Place
from worklists import sweeping
from worklists.lifecycle import TaskState
from worklists.models.attempt import Notification
from worklists.models.task import Task, TaskFiring, TaskKind
from worklists.sweeps import (
    notice_due_control,
    notice_overdue,
    release_run_out_leases,
    return_deferred,
)

AGO = NOON - timedelta(minutes=1)
HENCE = NOON + timedelta(minutes=1)


def clock(_session: Session) -> datetime:
    return NOON


@contextmanager
def given(database: Database) -> Iterator[Place]:
    with database.unit_of_work() as session:
        yield Place(session)


def count(database: Database, what: Any, *conditions: Any) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(what).where(*conditions)) or 0


def reload(database: Database, task: Task) -> Task:
    with database.reading() as session:
        return session.get_one(Task, task.id)


def events(database: Database, task: Task) -> list[tuple[str, str | None, str | None]]:
    with database.reading() as session:
        rows = session.execute(
            select(JournalEntry.event, JournalEntry.from_state, JournalEntry.to_state)
            .where(JournalEntry.subject == "task", JournalEntry.subject_id == task.id)
            .order_by(JournalEntry.id)
        )
        return [tuple(row) for row in rows]


def test_a_deferred_task_returns_when_its_time_has_come(database: Database) -> None:
    with given(database) as place:
        due = place.task(state=TaskState.DEFERRED, due_at=NOON)
        later = place.task(state=TaskState.DEFERRED, due_at=HENCE)
    assert return_deferred(database, clock) == 1
    assert return_deferred(database, clock) == 0
    returned = reload(database, due)
    assert (returned.state, returned.occurrence, returned.version) == (TaskState.PLANNED, 1, 1)
    assert reload(database, later).state is TaskState.DEFERRED
    assert events(database, due) == [("TaskReturned", "deferred", "planned")]
    assert count(database, TaskFiring, TaskFiring.kind == "return") == 1


def test_the_performer_of_a_promised_callback_is_told_each_time(database: Database) -> None:
    with given(database) as place:
        me = place.person()
        mine = place.task(state=TaskState.DEFERRED, due_at=AGO, kind=TaskKind.CALLBACK,
                          performer_id=me.person)  # fmt: skip
        place.task(state=TaskState.DEFERRED, due_at=AGO, kind=TaskKind.CALLBACK)
        place.task(state=TaskState.DEFERRED, due_at=AGO, performer_id=me.person)
    assert return_deferred(database, clock) == 3
    with database.unit_of_work() as session:
        session.get_one(Task, mine.id).state = TaskState.DEFERRED
    assert return_deferred(database, clock) == 1
    with database.reading() as session:
        told = session.scalars(select(Notification).order_by(Notification.id)).all()
    assert [(n.employee_id, n.kind, n.task_id) for n in told] == [
        (me.person, "callback_due", mine.id)
    ] * 2
    assert [n.occasion for n in told] == [f"callback_due:{mine.id}:{i}" for i in (0, 1)]


def test_a_task_without_a_sign_of_life_returns_to_where_it_waits(database: Database) -> None:
    with given(database) as place:
        me = place.person()
        gone, alive = place.held(me, AGO), place.held(me, HENCE)
        early = place.held(me, AGO, due_at=HENCE)
        mine = place.held(me, AGO, is_personal=True, kind=TaskKind.CALLBACK)
        void = place.held(me, NOON + timedelta(hours=1))
    assert release_run_out_leases(database, clock) == 4
    assert reload(database, alive).state is TaskState.IN_WORK
    states = [(t.state, t.performer_id) for t in (reload(database, g) for g in (gone, void))]
    assert states == [(TaskState.PLANNED, None)] * 2
    assert reload(database, early).state is TaskState.DEFERRED
    assert reload(database, mine).performer_id == me.person
    assert events(database, early) == [("LeaseRanOut", "in_work", "deferred")]


def test_due_control_is_told_once_to_who_left_it(database: Database) -> None:
    with given(database) as place:
        me = place.person()
        watched = {"state": TaskState.ON_CONTROL, "control_by_id": me.person}
        due = place.task(control_at=AGO, **watched)
        place.task(control_at=HENCE, **watched)
    assert notice_due_control(database, clock) == 1
    assert notice_due_control(database, clock) == 0
    noticed = reload(database, due)
    assert (noticed.control_due_at, noticed.state) == (NOON, TaskState.ON_CONTROL)
    assert events(database, due) == [("ControlCameDue", None, None)]
    with database.unit_of_work() as session:
        prolonged = session.get_one(Task, due.id)
        prolonged.control_due_at = None
    assert notice_due_control(database, clock) == 1
    assert count(database, Notification, Notification.employee_id == me.person) == 2


def test_a_task_nobody_took_for_a_day_is_overdue_once(database: Database) -> None:
    with given(database) as place:
        late = place.task(due_at=NOON - timedelta(days=1))
        place.task(due_at=NOON - timedelta(hours=23))
    assert notice_overdue(database, clock) == 1
    assert notice_overdue(database, clock) == 0
    assert reload(database, late).overdue_at == NOON
    assert events(database, late) == [("TaskBecameOverdue", None, None)]


def test_a_backlog_is_worked_off_in_batches_the_oldest_first(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "BATCH", 3)
    with given(database) as place:
        client = place.client()
        for minutes in range(10):
            place.task(client, state=TaskState.DEFERRED, due_at=NOON - timedelta(minutes=minutes))
    moments = [NOON + timedelta(seconds=seconds) for seconds in range(9)]
    ticks = iter(moments)
    assert return_deferred(database, lambda _session: next(ticks)) == 10
    with database.reading() as session:
        rows = session.execute(
            select(Task.due_at, TaskFiring.fired_at).join(TaskFiring).order_by(Task.due_at)
        ).all()
    assert [row.fired_at for row in rows] == sorted(row.fired_at for row in rows)
    assert len({row.fired_at for row in rows}) == 4


def test_statements_a_batch_do_not_grow_with_the_tasks(database: Database) -> None:
    from sqlalchemy import event

    with given(database) as place:
        client = place.client()
        for _ in range(50):
            place.task(client, state=TaskState.DEFERRED, due_at=AGO)
    seen: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    assert return_deferred(database, clock) == 50
    assert len(seen) <= 7
