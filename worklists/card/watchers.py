"""Who watches a task: told of its outcomes, comments, documents and when it goes to others."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.access import Actor
from core.db import insert_into
from core.errors import Invalid
from core.journal import record
from directory.staff.models import Employee
from worklists.card.access import require_open_to, require_seen
from worklists.card.events import WatcherAdded, WatcherRemoved
from worklists.card.models import Watcher
from worklists.models.task import Task
from worklists.notifications_sent import notify
from worklists.offered import performers_for


class CannotWatch(Invalid):
    """Only people who work in the task's unit or above it see the task."""

    field = "employee"


@dataclass(frozen=True, kw_only=True)
class WatcherLine:
    """One person who watches."""

    employee_id: int
    name: str
    is_me: bool


@dataclass(frozen=True, kw_only=True)
class Watching:
    """Who watches, and who could."""

    watchers: Sequence[WatcherLine]
    others: Sequence[tuple[int, str]]
    """Colleagues who see the task and do not watch it yet: id and name."""

    @property
    def do_i(self) -> bool:
        """Whether the person who asks watches."""
        return any(line.is_me for line in self.watchers)


def watch_task(session: Session, task_id: int, *, actor: Actor, now: datetime) -> None:
    """Watch the task from now on; harmless twice. Raises NotFound, NotPermitted."""
    require_seen(session, task_id, actor=actor)
    _add(session, task_id, actor.person, actor=actor, now=now)


def unwatch_task(
    session: Session, task_id: int, *, employee_id: int | None = None, actor: Actor, now: datetime
) -> None:
    """Watch no more: oneself, or (who works here) a colleague. Raises NotFound, NotPermitted."""
    employee_id = employee_id or actor.person
    if employee_id == actor.person:
        require_seen(session, task_id, actor=actor)
    else:
        require_open_to(session, task_id, actor=actor)
    gone = session.execute(
        delete(Watcher)
        .where(Watcher.task_id == task_id, Watcher.employee_id == employee_id)
        .returning(Watcher.employee_id)
    ).first()
    if gone is not None:
        event = WatcherRemoved(task_card_id=task_id, employee_id=employee_id)
        record(session, event, actor=actor, at=now)


def add_watcher(
    session: Session, task_id: int, *, employee_id: int, actor: Actor, now: datetime
) -> None:
    """Let a colleague who sees the task watch it, and tell them.

    Raises NotFound, NotPermitted, CannotWatch.
    """
    require_open_to(session, task_id, actor=actor)
    task = session.get_one(Task, task_id)
    if employee_id not in dict(performers_for(session, task.unit_id)):
        raise CannotWatch(employee_id)
    is_new = _add(session, task_id, employee_id, actor=actor, now=now)
    if is_new and employee_id != actor.person:
        notify(session, employee_id, kind="watching", task_id=task_id,
               work_list_id=task.work_list_id, occasion=f"watching:{task_id}:{employee_id}",
               now=now)  # fmt: skip


def watching(session: Session, task_id: int, *, actor: Actor) -> Watching:
    """Who watches the task and who could. Raises NotFound."""
    require_seen(session, task_id, actor=actor)
    rows = session.execute(
        select(Employee.id, Employee.full_name)
        .join(Watcher, Watcher.employee_id == Employee.id)
        .where(Watcher.task_id == task_id)
        .order_by(Employee.full_name, Employee.id)
    )
    lines = [
        WatcherLine(employee_id=one, name=name, is_me=one == actor.employee_id)
        for one, name in rows
    ]
    known = {line.employee_id for line in lines}
    unit_id = session.scalar(select(Task.unit_id).where(Task.id == task_id))
    others = [pair for pair in performers_for(session, unit_id or 0) if pair[0] not in known]
    return Watching(watchers=lines, others=others)


def _add(session: Session, task_id: int, employee_id: int, *, actor: Actor, now: datetime) -> bool:
    made = session.execute(
        insert_into(session, Watcher)
        .values(task_id=task_id, employee_id=employee_id, added_by=actor.person, added_at=now)
        .on_conflict_do_nothing()
        .returning(Watcher.employee_id)
    ).first()
    if made is not None:
        event = WatcherAdded(task_card_id=task_id, employee_id=employee_id)
        record(session, event, actor=actor, at=now)
    return made is not None
