"""Telling those who watch a task what became of it: each person once per occasion."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import String, cast, literal, select, union
from sqlalchemy.orm import Session

from core.access import Actor
from core.db import insert_into
from directory.staff.models import Employee
from worklists.card.mail_choices import queue_mail
from worklists.card.models import Watcher
from worklists.models.attempt import Notification
from worklists.models.task import Task


def tell_about(
    session: Session,
    task_id: int,
    *,
    kind: str,
    occasion: str,
    with_performer: bool = False,
    actor: Actor,
    now: datetime,
) -> None:
    """Tell the watchers of the task, and its performer if wished; whoever acts is not told."""
    tell_watchers(session, [task_id], kind=kind, occasion=occasion, with_performers=with_performer,
                  actor=actor, now=now)  # fmt: skip


def tell_watchers(
    session: Session,
    task_ids: Collection[int],
    *,
    kind: str,
    occasion: str,
    with_performers: bool = False,
    actor: Actor,
    now: datetime,
) -> None:
    """The same about many tasks in two statements; ``occasion`` must be new for each event."""
    told = select(Watcher.task_id, Watcher.employee_id).where(Watcher.task_id.in_(task_ids))
    if with_performers:
        performers = select(Task.id, Task.performer_id).where(
            Task.id.in_(task_ids), Task.performer_id.is_not(None)
        )
        people = union(told, performers).subquery()
    else:
        people = told.subquery()
    task_id, employee_id = people.c[0], people.c[1]
    rows = (
        select(
            employee_id,
            literal(kind),
            Task.id,
            Task.work_list_id,
            literal(f"{occasion}:") + cast(Task.id, String) + ":" + cast(employee_id, String),
            literal(now, Notification.created_at.type),
        )
        .join(Task, Task.id == task_id)
        .join(Employee, Employee.id == employee_id)
        .where(Employee.is_active, employee_id != (actor.employee_id or 0))
    )
    columns = ["employee_id", "kind", "task_id", "work_list_id", "occasion", "created_at"]
    made = session.scalars(
        insert_into(session, Notification)
        .from_select(columns, rows)
        .on_conflict_do_nothing()
        .returning(Notification.id)
    ).all()
    if made:
        queue_mail(session, Notification.id.in_(made), now=now)
