"""What is next, and who takes it: the claim of a task and of its client (rules 8 and 13).

A claim is one guarded statement; the unique index ``uq_tasks_phoned_client`` decides between two
people who reach for two tasks of one client in the same instant. Claims grow ``claim_token`` and
leave ``version`` alone: who edits a task is not disturbed by who takes it.
"""

from datetime import datetime, timedelta
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, bindparam, case, false, or_, select, true, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.dml import ReturningUpdate

from core.access import Actor
from core.db import UtcDateTime
from core.errors import NotFound
from core.journal import record_all
from directory.staff.models import Employee
from worklists.events.queue import LeaseRanOut, TaskReleased, TaskTaken
from worklists.lanes import Lane, by_oldest_claimable, first_claimable, open_lanes
from worklists.leases import (
    HeldByAnother,
    LeaseLost,
    checked_lease,
    has_run_out,
    in_state,
    let_go,
    renew_lease,
)
from worklists.lifecycle import StepRefused, TaskAction, TaskState, after
from worklists.models.task import PHONING, Task
from worklists.permissions import WorkPermission
from worklists.verdicts import Blocked, BlockRule, Verdict, phones_now, verdict_on
from worklists.visibility import tasks_visible_to

YIELDS_TO_CLIENT = frozenset({BlockRule.NO_VALID_PHONE, BlockRule.OUTSIDE_HOURS, BlockRule.NOT_DUE})
"""Rules that do not count when the client called in."""
_TRIES = 3
_IN_WORK = after(TaskState.PLANNED, TaskAction.TAKE)
_FRESH: dict[str, Any] = {"populate_existing": True, "synchronize_session": False}


def take_next_task(
    session: Session, *, actor: Actor, now: datetime, lease: timedelta
) -> Task | None:
    """Hand out the task that this person should do next, or None when there is none.

    Promised callbacks that are due come first, then tasks given to this person, then anybody's;
    within each by priority, due time and id. Never one given to somebody else, of a client who is
    being phoned, or one that the verdict is against (P1).
    """
    actor.require(WorkPermission.WORK)
    until = now + checked_lease(lease)
    lanes = open_lanes(session, performer_id=actor.person, unit_ids=actor.unit_ids, now=now)
    ordered = sorted(lanes, key=lambda lane: (lane.rank, lane.head_due_at, lane.head_id))
    for _, group in groupby(ordered, key=lambda lane: (lane.rank, lane.is_phoned)):
        for lane in by_oldest_claimable(session, list(group), now, actor.person):
            task = _claim_from(session, lane, actor=actor, now=now, until=until)
            if task is not None:
                _journal(session, task, TaskState.PLANNED, actor=actor, now=now)
                return task
    return None


def take_task(
    session: Session,
    task_id: int,
    *,
    actor: Actor,
    now: datetime,
    lease: timedelta,
    client_called: bool = False,
) -> Task:
    """Take this task into work; what this person holds already is renewed and returned.

    Another task of the same client that this person holds is given back first. With
    ``client_called`` (the client phoned in) hours and due time do not count; the journal says so.
    Raises NotFound, StepRefused, HeldByAnother, Blocked.
    """
    actor.require(WorkPermission.WORK)
    until = now + checked_lease(lease)
    for _ in range(_TRIES):
        task = _visible(session, task_id, actor)
        if task.state is TaskState.IN_WORK and task.performer_id == actor.person:
            return _renewed(session, task, actor=actor, now=now, lease=lease)
        mine = _make_way(session, task, actor=actor, now=now)
        session.refresh(task)
        seen = task.state
        after(seen, TaskAction.TAKE)
        despite = _overridden(session, task, actor, now, client_called=client_called)
        if mine is not None:
            let_go(session, Task.id == mine, event=TaskReleased, actor=actor, now=now)
        if _claim_by_id(session, task, actor=actor, now=now, until=until):
            _journal(session, task, seen, actor=actor, now=now, despite=despite)
            return task
    raise StepRefused(task.state, TaskAction.TAKE)


def release_task(
    session: Session, task_id: int, *, token: int, actor: Actor, now: datetime
) -> Task:
    """Give the task back without an outcome. Raises NotFound, LeaseLost."""
    actor.require(WorkPermission.WORK)
    held = (Task.id == task_id) & (Task.performer_id == actor.person) & (Task.claim_token == token)
    task = _visible(session, task_id, actor)
    if not let_go(session, held, event=TaskReleased, actor=actor, now=now):
        holder = _holder(session, task)
        raise LeaseLost(holder.full_name if holder is not None else None)
    session.refresh(task)
    return task


def give_back_others(session: Session, kept: Task, *, actor: Actor, now: datetime) -> int:
    """Return this person's other calls to the queue: one call in hand. The number of tasks."""
    actor.require(WorkPermission.WORK)
    others = (Task.performer_id == actor.person) & Task.kind.in_(PHONING) & (Task.id != kept.id)
    return let_go(session, others, event=TaskReleased, actor=actor, now=now)


def _visible(session: Session, task_id: int, actor: Actor) -> Task:
    query = tasks_visible_to(actor).where(Task.id == task_id)
    task = session.scalars(query, execution_options={"populate_existing": True}).one_or_none()
    if task is None:
        raise NotFound("task", task_id)
    return task


def _renewed(
    session: Session, task: Task, *, actor: Actor, now: datetime, lease: timedelta
) -> Task:
    renew_lease(session, task.id, token=task.claim_token, actor=actor, now=now, lease=lease)
    session.refresh(task)
    return task


def _make_way(session: Session, task: Task, *, actor: Actor, now: datetime) -> int | None:
    """Let go what ran out, and name the other task of the client that this person holds.

    Raises HeldByAnother when somebody else holds the task or phones the client.
    """
    holder = _holder(session, task)
    if holder is not None and holder.performer_id != actor.person:
        stale = has_run_out(now) & (Task.id == holder.id)
        if not let_go(session, stale, event=LeaseRanOut, actor=actor, now=now):
            raise HeldByAnother(holder.performer_id, holder.full_name, holder.lease_until)
        return None
    return int(holder.id) if holder is not None else None


def _holder(session: Session, task: Task) -> Any | None:
    """Who works on the task or, if it is a call, phones its client now."""
    held: ColumnElement[bool] = (Task.id == task.id) & in_state(TaskState.IN_WORK)
    if task.kind in PHONING:
        held = or_(held, (Task.client_id == task.client_id) & phones_now(Task))
    return session.execute(
        select(Task.id, Task.performer_id, Task.lease_until, Employee.full_name)
        .join(Employee, Employee.id == Task.performer_id)
        .where(held)
        .order_by(Task.id != task.id)
    ).first()


def _overridden(
    session: Session, task: Task, actor: Actor, now: datetime, *, client_called: bool
) -> tuple[str, ...]:
    """The rules that yield to the client's own call. Raises Blocked for all others."""
    verdict = verdict_on(session, task, now=now, viewer_id=actor.person)
    if not client_called and not verdict.is_clear:
        raise Blocked(verdict)
    if not verdict.rules <= YIELDS_TO_CLIENT:
        raise Blocked(Verdict(verdict.blocks))
    return tuple(block.rule.value for block in verdict.blocks)


def _claim_from(
    session: Session, lane: Lane, *, actor: Actor, now: datetime, until: datetime
) -> Task | None:
    """The oldest claimable task of the lane, or None when others took all of them."""
    values = {
        "of_unit": lane.unit_id,
        "of_kind": lane.kind,
        "of_campaign": lane.campaign_id,
        "of_zone": lane.time_zone,
        "of_priority": lane.priority,
        "purpose": lane.purpose,
        **_claim_values(actor, now, until),
    }
    claim = _claim_in_lane(lane.is_mine, lane.is_phoned)
    for _ in range(_TRIES):
        task, lost_race = _try(session, claim, values)
        if not lost_race:
            return task
    return None


def _claim_by_id(
    session: Session, task: Task, *, actor: Actor, now: datetime, until: datetime
) -> bool:
    values = {"task": task.id, "seen": task.state, **_claim_values(actor, now, until)}
    taken, _ = _try(session, _claim_one(task.kind in PHONING), values)
    return taken is not None


def _try(
    session: Session, claim: ReturningUpdate[Task], values: dict[str, Any]
) -> tuple[Task | None, bool]:
    """The claimed task or None, and whether somebody took another task of the client just now."""
    session.flush()
    try:
        with session.connection().begin_nested():
            task = session.scalars(claim, values, execution_options=_FRESH).one_or_none()
    except IntegrityError:
        return None, True
    return task, False


def _claim_values(actor: Actor, now: datetime, until: datetime) -> dict[str, Any]:
    return {"performer": actor.person, "now": now, "until": until}


@cache
def _claim_in_lane(is_mine: bool, is_phoned: bool) -> ReturningUpdate[Task]:
    chosen = first_claimable(is_mine=is_mine, is_phoned=is_phoned).scalar_subquery()
    return _claim(Task.id == chosen, in_state(TaskState.PLANNED))


@cache
def _claim_one(is_phoned: bool) -> ReturningUpdate[Task]:
    guards = [Task.id == bindparam("task"), Task.state == bindparam("seen", type_=Task.state.type)]
    if is_phoned:
        other = aliased(Task)
        held = select(other.id).where(other.client_id == Task.client_id, phones_now(other))
        guards.append(~held.exists())
    return _claim(*guards)


def _claim(*guards: ColumnElement[bool]) -> ReturningUpdate[Task]:
    """Parameters: ``performer``, ``now``, ``until`` and those of the guards."""
    performer: ColumnElement[int] = bindparam("performer")
    return (
        update(Task)
        .where(*guards)
        .values(
            state=_IN_WORK,
            is_personal=case((Task.performer_id == performer, true()), else_=false()),
            performer_id=performer,
            claim_token=Task.claim_token + 1,
            lease_until=bindparam("until", type_=UtcDateTime()),
            taken_at=bindparam("now", type_=UtcDateTime()),
            overdue_at=None,
        )
        .returning(Task)
    )


def _journal(
    session: Session,
    task: Task,
    seen: TaskState,
    *,
    actor: Actor,
    now: datetime,
    despite: tuple[str, ...] = (),
) -> None:
    assert task.lease_until is not None
    event = TaskTaken(
        task_id=task.id,
        performer_id=actor.person,
        token=task.claim_token,
        client_id=task.client_id,
        lease_until=task.lease_until,
        from_state=seen,
        despite=despite,
    )
    record_all(session, [event], actor=actor, at=now)
