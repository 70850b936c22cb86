"""Passing a task over with a reason (rule 16).

It goes to the end of its priority group and is not handed out to the same person before the end of
their day; anybody else may get it at once.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, ColumnExpressionArgument, select
from sqlalchemy.orm import Session, aliased

from core.access import Actor
from core.db import insert_into
from core.errors import Invalid
from core.journal import record
from worklists.contact_conditions import has_none
from worklists.events.dispatch import TaskSkipped
from worklists.leases import PLANNED_AGAIN, WAITS_AGAIN
from worklists.lifecycle import StepRefused, TaskAction, TaskState
from worklists.models.skip import TaskSkip, TaskSkipReason
from worklists.models.task import Task
from worklists.permissions import WorkPermission
from worklists.saving import held_by, task_to_change


class SkipReasonMissing(Invalid):
    """A task is passed over for one of the reasons of the list."""

    field = "reason"


def not_skipped(
    task: Any, performer: ColumnExpressionArgument[int], now: Any
) -> ColumnElement[bool]:
    """Condition on a ``tasks`` alias: the person did not pass it over today; one probe by key."""
    skip = aliased(TaskSkip)
    return has_none(
        select(skip.task_id)
        .correlate_except(skip)
        .where(skip.task_id == task.id, skip.employee_id == performer, skip.until > now)
    )


def skip_reasons(session: Session) -> Sequence[TaskSkipReason]:
    """The reasons to choose from, in their order."""
    return session.scalars(
        select(TaskSkipReason)
        .where(TaskSkipReason.is_archived.is_(False))
        .order_by(TaskSkipReason.position)
    ).all()


def skip_task(
    session: Session, task_id: int, *, reason_id: int, actor: Actor, now: datetime
) -> Task:
    """Pass over a task that waits or that this person holds; what they hold is given back.

    Raises NotFound, SkipReasonMissing, HeldByAnother, StepRefused.
    """
    actor.require(WorkPermission.WORK)
    task = task_to_change(session, task_id, actor=actor)
    reason = session.get(TaskSkipReason, reason_id)
    if reason is None or reason.is_archived:
        raise SkipReasonMissing(reason_id)
    from_state, old_due_at = task.state, task.due_at
    if task.state is TaskState.IN_WORK:
        if task.performer_id != actor.person:
            raise held_by(session, task)
        task.state = WAITS_AGAIN if task.due_at > now else PLANNED_AGAIN
        task.performer_id = task.performer_id if task.is_personal else None
        task.lease_until = task.taken_at = None
    elif task.state is not TaskState.PLANNED:
        raise StepRefused(task.state, TaskAction.RELEASE)
    # Behind all that may be handed out now: within a priority the queue goes by the due time.
    task.due_at = max(task.due_at, now)
    session.flush()
    earlier = session.get(TaskSkip, (task.id, actor.person), populate_existing=True)
    earlier = earlier if earlier is not None and earlier.until > now else None
    event = TaskSkipped(
        task_id=task.id, from_state=from_state, to_state=task.state, reason_id=reason_id,
        reason=str(reason.names.get("ru", reason.code)), old_due_at=old_due_at,
        old_reason_id=earlier.reason_id if earlier else None,
        old_at=earlier.at if earlier else None,
    )  # fmt: skip
    _remember(session, task.id, reason_id, actor=actor, now=now)
    record(session, event, actor=actor, at=now)
    return task


def _remember(
    session: Session, task_id: int, reason_id: int, *, actor: Actor, now: datetime
) -> None:
    local = now.astimezone(ZoneInfo(actor.time_zone))
    day_end = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    values = {"reason_id": reason_id, "until": day_end, "at": now}
    session.execute(
        insert_into(session, TaskSkip)
        .values(task_id=task_id, employee_id=actor.person, **values)
        .on_conflict_do_update(index_elements=["task_id", "employee_id"], set_=values)
    )
