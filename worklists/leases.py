"""Leases: a claim lives as long as the page gives signs of life (rule 8).

A lease that lies further ahead than any lease may last is void as well: the clock was set back.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, literal, null, or_, select, update
from sqlalchemy.orm import Session

from core.access import Actor
from core.db import constant
from core.errors import NotFound, Refused
from core.journal import record_all
from directory.staff.models import Employee
from worklists.events.queue import LeaseRanOut, TaskReleased
from worklists.lifecycle import TaskAction, TaskState, after
from worklists.models.task import Task
from worklists.permissions import WorkPermission
from worklists.visibility import task_is_visible

LONGEST_LEASE = timedelta(minutes=30)
"""No lease is granted for longer; one further ahead than this is void."""

PLANNED_AGAIN = after(TaskState.IN_WORK, TaskAction.RELEASE)
WAITS_AGAIN = after(TaskState.IN_WORK, TaskAction.DEFER)


class LeaseLost(Refused):
    """The task is not held under this token any more; ``holder_name``: who holds it now."""

    def __init__(self, holder_name: str | None) -> None:
        super().__init__("the lease is lost")
        self.holder_name = holder_name


class HeldByAnother(Refused):
    """Somebody else works on the task or phones its client."""

    def __init__(self, holder_id: int, holder_name: str, until: datetime) -> None:
        super().__init__(f"held by employee {holder_id}")
        self.holder_id = holder_id
        self.holder_name = holder_name
        self.until = until


def checked_lease(lease: timedelta) -> timedelta:
    """The lease itself. Raises ValueError unless it is longer than 0 and at most LONGEST_LEASE."""
    if not timedelta() < lease <= LONGEST_LEASE:
        raise ValueError(f"a lease lasts at most {LONGEST_LEASE}")
    return lease


def in_state(state: TaskState) -> ColumnElement[bool]:
    """The state as a constant of the statement, so that partial indexes are used."""
    return Task.state == constant(state)


def has_run_out(now: datetime, longest: timedelta = LONGEST_LEASE) -> ColumnElement[bool]:
    """Condition on ``tasks``: in work under a lease that is over, or void."""
    return in_state(TaskState.IN_WORK) & or_(
        Task.lease_until < now, Task.lease_until > now + longest
    )


def renew_lease(
    session: Session, task_id: int, *, token: int, actor: Actor, now: datetime, lease: timedelta
) -> datetime:
    """Prolong the holder's lease to ``now + lease`` and return that moment (P2).

    A lease that ran out is renewed too as long as nobody noticed. Raises NotFound, LeaseLost.
    """
    actor.require(WorkPermission.WORK)
    until = now + checked_lease(lease)
    renewed = session.scalar(
        update(Task)
        .where(
            Task.id == task_id,
            task_is_visible(actor),
            in_state(TaskState.IN_WORK),
            Task.performer_id == actor.person,
            Task.claim_token == token,
        )
        .values(lease_until=until)
        .returning(Task.id)
        .execution_options(synchronize_session="fetch")
    )
    if renewed is None:
        raise LeaseLost(_holder_name(session, task_id, actor))
    return until


def let_go(
    session: Session,
    which: ColumnElement[bool],
    *,
    event: type[TaskReleased] | type[LeaseRanOut],
    actor: Actor,
    now: datetime,
    limit: int | None = None,
) -> int:
    """Return held tasks to where they wait, with their journal rows; the number of tasks.

    A task taken before its time waits on for that time; one that was its performer's before the
    claim stays theirs. Rows that somebody else is changing at this moment are left out.
    """
    held = session.execute(
        select(Task.id, Task.performer_id, Task.claim_token, Task.due_at)
        .where(in_state(TaskState.IN_WORK), which)
        .order_by(Task.lease_until, Task.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    _put_back(session, [row.id for row in held], now)
    events = [
        event(
            task_id=row.id,
            performer_id=row.performer_id,
            token=row.claim_token,
            to_state=WAITS_AGAIN if row.due_at > now else PLANNED_AGAIN,
        )
        for row in held
    ]
    record_all(session, events, actor=actor, at=now)
    return len(held)


def _put_back(session: Session, task_ids: Sequence[int], now: datetime) -> None:
    if not task_ids:
        return
    waits_on = Task.due_at > now
    session.execute(
        update(Task)
        .where(Task.id.in_(task_ids))
        .values(
            state=case(
                (waits_on, literal(WAITS_AGAIN, Task.state.type)),
                else_=literal(PLANNED_AGAIN, Task.state.type),
            ),
            performer_id=case((Task.is_personal, Task.performer_id), else_=null()),
            lease_until=None,
            taken_at=None,
            client_called=False,
        )
        .execution_options(synchronize_session="fetch")
    )


def _holder_name(session: Session, task_id: int, actor: Actor) -> str | None:
    """Who holds the task. Raises NotFound when the actor does not see it."""
    row = session.execute(
        select(Task.state, Employee.full_name)
        .outerjoin(Employee, Employee.id == Task.performer_id)
        .where(Task.id == task_id, task_is_visible(actor))
    ).one_or_none()
    if row is None:
        raise NotFound("task", task_id)
    return str(row.full_name) if row.state is TaskState.IN_WORK else None
