"""What goes with a task that changes hands, and who is told of it (D11, rule 4).

Comments, documents and journal stay at the task that they were written at and are read along the
chain (``worklists.card.sent_along``). What people act on goes over: the checklist, the watchers.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    case,
    cast,
    exists,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.access import Actor
from core.db import insert_into
from directory.staff.models import Appointment, Employee
from directory.units.models import UnitPath
from worklists.card.mail_choices import queue_mail
from worklists.card.models import ChecklistItem, Comment, Document, Watcher
from worklists.card.telling import tell_watchers
from worklists.dispatch.of_run import UNSEEN
from worklists.models.attempt import Notification
from worklists.models.dispatch import DispatchRunTask
from worklists.models.task import Task
from worklists.models.work_list import Involvement
from worklists.notifications_sent import HANDED, tell_unit

_ROW = DispatchRunTask
_COLUMNS = ["employee_id", "kind", "task_id", "work_list_id", "occasion", "created_at"]


def carry_over(session: Session, run_id: int) -> None:
    """Give the successors the checklists and those watchers who see them."""
    hang_on(session, ChecklistItem, _ROW.task_id, _ROW.successor_id, _handed(run_id))
    sees = exists().where(
        Appointment.employee_id == Watcher.employee_id,
        UnitPath.ancestor_id == Appointment.unit_id,
        UnitPath.descendant_id == Task.unit_id,
    )
    watchers = (
        select(_ROW.successor_id, Watcher.employee_id, Watcher.added_by, Watcher.added_at)
        .join(Watcher, Watcher.task_id == _ROW.task_id)
        .join(Task, Task.id == _ROW.successor_id)
        .where(*_handed(run_id), sees)
    )
    names = ["task_id", "employee_id", "added_by", "added_at"]
    into = insert_into(session, Watcher).from_select(names, watchers)
    session.execute(into.on_conflict_do_nothing())


def hang_on(
    session: Session,
    table: type[ChecklistItem] | type[Comment] | type[Document],
    source: InstrumentedAttribute[Any],
    target: InstrumentedAttribute[Any],
    which: Sequence[ColumnElement[bool]],
) -> None:
    """Hang what hangs on the one side of a run's rows on the other; ``which`` picks the rows."""
    there = select(target).where(*which, source == table.task_id).correlate(table)
    session.execute(
        update(table)
        .where(table.task_id.in_(select(source).where(*which)))
        .values(task_id=there.scalar_subquery())
        .execution_options(**UNSEEN)
    )


def tell_of_handing(session: Session, run_id: int, *, actor: Actor, now: datetime) -> None:
    """Tell who has the tasks now, who watched them, and who asked for them."""
    _tell_performers(session, run_id, actor=actor, now=now)
    old = session.scalars(select(_ROW.task_id).where(*_handed(run_id))).all()
    if not old:
        return
    tell_watchers(session, old, kind="task_redirected", occasion=f"redirected:{run_id}",
                  actor=actor, now=now)  # fmt: skip
    _tell_askers(session, run_id, actor=actor, now=now)
    first = session.scalar(first_of_nobody(run_id))
    if first is not None:
        # The run goes to one unit: its people are told once, of the first of its tasks.
        tell_unit(session, first, kind="unit_given", occasion=f"run:{run_id}", actor=actor,
                  now=now)  # fmt: skip


def first_of_nobody(run_id: int) -> Select[int | None]:
    """The first task that a unit got and none of its people: its people are told of that one."""
    return select(func.min(_ROW.successor_id)).where(
        *_handed(run_id), _ROW.to_unit_id.is_not(None), _ROW.to_performer_id.is_(None)
    )


def _handed(run_id: int) -> list[ColumnElement[bool]]:
    """Rows of tasks that went on in a successor."""
    return [_ROW.run_id == run_id, _ROW.reason.is_(None), _ROW.successor_id.is_not(None)]


def _tell_performers(session: Session, run_id: int, *, actor: Actor, now: datetime) -> None:
    """Each person once, however many tasks they got; nobody is told what they did themselves."""
    got = (
        select(
            _ROW.to_performer_id.label("employee_id"),
            func.count().label("number"),
            func.min(func.coalesce(_ROW.successor_id, _ROW.task_id)).label("task_id"),
        )
        .where(
            _ROW.run_id == run_id,
            _ROW.reason.is_(None),
            _ROW.to_performer_id.is_not(None),
            _ROW.to_performer_id != actor.person,
        )
        .group_by(_ROW.to_performer_id)
        .subquery()
    )
    rows = select(
        got.c.employee_id,
        case((got.c.number > 1, literal("tasks_given")), else_=literal("task_given")),
        Task.id,
        Task.work_list_id,
        literal(f"run:{run_id}:") + cast(got.c.employee_id, String),
        literal(now, Notification.created_at.type),
        got.c.number,
    ).join(Task, Task.id == got.c.task_id)
    _tell(session, rows, now=now, columns=[*_COLUMNS, "tasks"])


def _tell_askers(session: Session, run_id: int, *, actor: Actor, now: datetime) -> None:
    """Who asked for a task reads who performs it now (D11)."""
    newest = (
        select(func.max(Task.id))
        .where(Task.work_list_id == Involvement.from_work_list_id)
        .correlate(Involvement)
        .scalar_subquery()
    )
    rows = (
        select(
            Involvement.asked_by,
            literal(HANDED),
            func.coalesce(Involvement.from_task_id, newest),
            Involvement.from_work_list_id,
            literal(f"{HANDED}:") + cast(Involvement.id, String) + literal(f":{run_id}"),
            literal(now, Notification.created_at.type),
        )
        .join(_ROW, _ROW.successor_id == Involvement.to_task_id)
        .join(Employee, Employee.id == Involvement.asked_by)
        .where(
            *_handed(run_id),
            Involvement.finished_at.is_(None),
            Involvement.asked_by != actor.person,
            Employee.is_active,
        )
    )
    _tell(session, rows, now=now)


def _tell(
    session: Session,
    rows: Select[*tuple[Any, ...]],
    *,
    now: datetime,
    columns: Sequence[str] = _COLUMNS,
) -> None:
    made = session.scalars(
        insert_into(session, Notification)
        .from_select(list(columns), rows)
        .on_conflict_do_nothing()
        .returning(Notification.id)
    ).all()
    if made:
        queue_mail(session, Notification.id.in_(made), now=now)
