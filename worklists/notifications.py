"""What a person must know and act on: the bell, the list, and that it was seen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session, aliased

from campaigns.models import Campaign
from core.access import Actor
from directory.clients.models import Client
from directory.staff.models import Employee
from directory.units.models import Unit
from worklists.lifecycle import TaskState
from worklists.models.attempt import Notification
from worklists.models.task import Finish, Task, TaskKind
from worklists.models.work_list import Involvement
from worklists.notifications_sent import INVOLVEMENT_DONE, RETURNED, involvement_of
from worklists.permissions import WorkPermission
from worklists.visibility import TASK_IS_VISIBLE, task_is_visible

MOST = 100
UNSEEN = (
    select(func.count(), func.max(Notification.id))
    .join(Task, Task.id == Notification.task_id)
    .where(
        Notification.employee_id == bindparam("person"),
        Notification.seen_at.is_(None),
        TASK_IS_VISIBLE,
    )
)
"""Of the tasks that the person sees in this role: what the list cannot show is not counted.

Asked with ``person`` and ``visibility.seen_by``: how many, and the newest of them."""


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One line of the list."""

    id: int
    kind: str
    task_id: int
    work_list_id: int
    client: str
    campaign: str
    unit: str
    task_kind: TaskKind
    goal: str
    """What is to be done."""
    state: TaskState
    at: datetime
    due_at: datetime
    is_new: bool
    tasks: int = 1
    """How many tasks it is about; the first of them is named."""
    answer: "Answer | None" = None
    """What the unit that was asked wrote back."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """How the task asked of another unit ended there."""

    unit: str
    comment: str
    finish: Finish | None


def notifications_of(session: Session, *, actor: Actor, limit: int = MOST) -> Sequence[Notice]:
    """This person's notifications about tasks they still see: new ones first, the newest first."""
    actor.require(WorkPermission.SEE)
    rows = session.execute(
        select(Notification, Task, Client.name, Campaign.name, Unit.name)
        .join(Task, Task.id == Notification.task_id)
        .join(Client, Client.id == Task.client_id)
        .join(Campaign, Campaign.id == Task.campaign_id)
        .join(Unit, Unit.id == Task.unit_id)
        .where(Notification.employee_id == actor.employee_id, task_is_visible(actor))
        .order_by(Notification.seen_at.is_not(None), Notification.id.desc())
        .limit(limit)
    )
    found = rows.all()
    notices = [
        Notice(
            id=notification.id,
            kind=notification.kind,
            task_id=task.id,
            work_list_id=task.work_list_id,
            client=client,
            campaign=campaign,
            unit=unit,
            task_kind=task.kind,
            goal=task.goal,
            state=task.state,
            at=notification.created_at,
            due_at=task.control_at or task.due_at,
            is_new=notification.seen_at is None,
            tasks=notification.tasks,
        )
        for notification, task, client, campaign, unit in found
    ]
    answers = _answers(session, [notification for notification, *_ in found], actor)
    return [replace(notice, answer=answers.get(notice.id)) for notice in notices]


def _answers(
    session: Session, notifications: Sequence[Notification], actor: Actor
) -> dict[int, Answer]:
    """By notification; only of what this person asked for: the answer was written to them."""
    asked = {one.id: involvement_of(one.occasion) for one in notifications}
    performer = aliased(Employee)
    rows = session.execute(
        select(
            Involvement.id, Unit.name, Task.comment, Task.finish, Involvement.return_reason,
            performer.full_name.label("performer"),
        )
        .join(Task, Task.id == Involvement.to_task_id)
        .join(Unit, Unit.id == Task.unit_id)
        .outerjoin(performer, performer.id == Task.performer_id)
        .where(
            Involvement.id.in_({one for one in asked.values() if one}),
            Involvement.asked_by == actor.employee_id,
        )
    )  # fmt: skip
    found = {row.id: row for row in rows}
    return {
        one.id: _answer(one.kind, found[asked[one.id]])
        for one in notifications
        if asked[one.id] in found
    }


def _answer(kind: str, row: Any) -> Answer:
    """An answer that was a step on the way says why, or who does it; it has not ended."""
    if kind == INVOLVEMENT_DONE:
        return Answer(unit=row.name, comment=row.comment, finish=row.finish)
    said = row.return_reason if kind == RETURNED else row.performer or ""
    return Answer(unit=row.name, comment=said, finish=None)


def mark_seen(
    session: Session, *, up_to: int, only: int | None = None, actor: Actor, now: datetime
) -> int:
    """Mark notifications of this person up to an id (or only one) as seen; return how many."""
    actor.require(WorkPermission.SEE)
    mine = update(Notification).where(
        Notification.employee_id == actor.person,
        Notification.seen_at.is_(None),
        Notification.id == only if only is not None else Notification.id <= up_to,
    )
    marked = session.execute(mine.values(seen_at=now).returning(Notification.id)).all()
    return len(marked)
