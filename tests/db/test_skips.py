"""Passing a task over, batches and what is returned (rule 16)."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import Actor
from core.journal import history_of
from tests.conftest import NOON, TOMORROW
from tests.given import LEASE, Given
from worklists.dispatch.batches import request_batch, return_rest
from worklists.dispatch.capacity import in_hand
from worklists.leases import HeldByAnother
from worklists.lifecycle import StepRefused, TaskState
from worklists.models.dispatch import PersonLimit
from worklists.models.skip import TaskSkip, TaskSkipReason
from worklists.models.task import Task, TaskKind
from worklists.queue import take_next_task, take_task
from worklists.skips import SkipReasonMissing, skip_task
from worklists.skips_undone import undo_skip
from worklists.undoing import NotYours, SomethingFollowed, TooLateToUndo


@pytest.fixture
def reason_id(session: Session) -> int:
    return session.scalars(select(TaskSkipReason.id).order_by(TaskSkipReason.position)).all()[0]


def _next(session: Session, actor: Actor, now=NOON) -> int | None:  # type: ignore[no-untyped-def]
    """The id of the task that is handed out; it is given back at once."""
    with session.begin_nested() as step:
        task = take_next_task(session, actor=actor, now=now, lease=LEASE)
        found = task.task_id if task else None
        step.rollback()
    session.expire_all()
    return found


def test_a_skipped_task_goes_to_the_end_and_not_to_the_same_person_today(
    session: Session, reason_id: int
) -> None:
    given = Given(session)
    unit = given.unit()
    me, other = given.manager(unit), given.manager(unit, name="Другой")
    first, second, urgent = (
        given.task(unit=unit, client=given.client(n, unit=unit), due_at=NOON - timedelta(hours=h),
                   priority=p)
        for n, h, p in (("А", 3, 5), ("Б", 2, 5), ("В", 1, 2))
    )  # fmt: skip
    assert _next(session, me) == urgent.id
    skip_task(session, urgent.id, reason_id=reason_id, actor=me, now=NOON)
    skip_task(session, first.id, reason_id=reason_id, actor=me, now=NOON)

    assert _next(session, me) == second.id
    assert _next(session, other) == urgent.id, "still first by priority for somebody else"
    session.refresh(first)
    assert first.due_at == NOON and first.state is TaskState.PLANNED
    (line,) = history_of(session, "task", first.id)
    assert line.event == "TaskSkipped" and line.details["reason_id"] == reason_id

    skip_task(session, second.id, reason_id=reason_id, actor=me, now=NOON)
    assert _next(session, me) is None
    assert _next(session, me, TOMORROW) == urgent.id


def test_what_is_held_is_given_back_by_skipping(session: Session, reason_id: int) -> None:
    given = Given(session)
    unit = given.unit()
    me, other = given.manager(unit), given.manager(unit, name="Другой")
    free = given.task(unit=unit, client=given.client("А", unit=unit))
    mine = given.task(unit=unit, client=given.client("Б", unit=unit), performer=me)
    for task, performer in ((free, None), (mine, me.employee_id)):
        take_task(session, task.id, actor=me, now=NOON, lease=LEASE)
        with pytest.raises(HeldByAnother):
            skip_task(session, task.id, reason_id=reason_id, actor=other, now=NOON)
        skip_task(session, task.id, reason_id=reason_id, actor=me, now=NOON)
        session.refresh(task)
        assert (task.state, task.performer_id, task.lease_until) == (
            TaskState.PLANNED, performer, None
        )  # fmt: skip


def test_a_skip_is_taken_back_and_its_history_stays(session: Session, reason_id: int) -> None:
    given = Given(session)
    unit = given.unit()
    me, other = given.manager(unit), given.manager(unit, name="Другой")
    due = NOON - timedelta(hours=3)
    task = given.task(unit=unit, client=given.client("А", unit=unit), due_at=due)
    later = given.task(unit=unit, client=given.client("Б", unit=unit), due_at=NOON)

    def undo(task: Task, actor: Actor = me, minutes: int = 5) -> Task:
        now = NOON + timedelta(minutes=minutes)
        return undo_skip(session, task.id, actor=actor, now=now, lease=LEASE)

    skip_task(session, task.id, reason_id=reason_id, actor=me, now=NOON)
    with pytest.raises(NotYours):
        undo(task, other)
    with pytest.raises(TooLateToUndo):
        undo(task, minutes=11)
    for _twice in range(2):
        undo(task)
    assert (task.state, task.due_at, task.performer_id) == (TaskState.PLANNED, due, None)
    assert _next(session, me) == task.id
    events = [entry.event for entry in history_of(session, "task", task.id)]
    assert events == ["TaskSkipped", "SkipUndone"]

    take_task(session, task.id, actor=me, now=NOON, lease=LEASE)
    skip_task(session, task.id, reason_id=reason_id, actor=me, now=NOON)
    undo(task)
    assert (task.state, task.performer_id, task.due_at) == (TaskState.IN_WORK, me.person, due)
    skip_task(session, task.id, reason_id=reason_id, actor=me, now=NOON)
    take_task(session, later.id, actor=me, now=NOON, lease=LEASE)
    undo(task)
    assert task.state is TaskState.PLANNED, "another call is in hand by now"

    skip_task(session, task.id, reason_id=reason_id, actor=me, now=NOON)
    skip_task(session, task.id, reason_id=reason_id, actor=me, now=NOON)
    undo(task)
    assert session.get(TaskSkip, (task.id, me.person)) is not None, "the earlier skip stands"
    skip_task(session, task.id, reason_id=reason_id, actor=me, now=NOON)
    take_task(session, task.id, actor=other, now=NOON, lease=LEASE)
    with pytest.raises(SomethingFollowed):
        undo(task)


def test_skipping_needs_a_reason_and_a_task_that_waits(session: Session, reason_id: int) -> None:
    given = Given(session)
    unit = given.unit()
    me = given.manager(unit)
    task = given.task(unit=unit, client=given.client(unit=unit))
    with pytest.raises(SkipReasonMissing):
        skip_task(session, task.id, reason_id=0, actor=me, now=NOON)
    done = given.task(unit=unit, client=given.client(unit=unit), state=TaskState.DONE)
    with pytest.raises(StepRefused):
        skip_task(session, done.id, reason_id=reason_id, actor=me, now=NOON)


def test_a_batch_stops_at_the_limit_and_leaves_who_may_not_be_called(session: Session) -> None:
    given = Given(session)
    unit = given.unit()
    me = given.manager(unit)
    mute = given.task(unit=unit, client=given.client("Без номера", unit=unit, phone=None),
                      due_at=NOON - timedelta(days=1))  # fmt: skip
    tasks = [given.task(unit=unit, client=given.client(str(n), unit=unit)) for n in range(6)]
    session.add(PersonLimit(employee_id=me.person, at_most=4))
    session.flush()

    assert request_batch(session, size=3, actor=me, now=NOON) == (3, 1)
    assert request_batch(session, size=3, actor=me, now=NOON) == (1, 0)
    assert request_batch(session, actor=me, now=NOON) == (0, 0)
    session.refresh(mute)
    assert mute.performer_id is None
    assert [e.event for e in history_of(session, "task", tasks[0].id)] == ["TaskAskedFor"]


def test_only_untouched_calls_are_returned(session: Session) -> None:
    given = Given(session)
    unit = given.unit()
    me = given.manager(unit)

    def mine(name: str, **values: object) -> Task:
        return given.task(unit=unit, client=given.client(name, unit=unit), performer=me, **values)  # type: ignore[arg-type]

    mine("нетронутая")
    mine("пробовал", attempts=1)
    mine("перезвон", kind=TaskKind.CALLBACK)
    mine("в работе", state=TaskState.IN_WORK)
    mine("отложена", state=TaskState.DEFERRED, due_at=TOMORROW)
    assert return_rest(session, actor=me, now=NOON) == 1
    assert in_hand(session, [me.person])[me.person] == 4
