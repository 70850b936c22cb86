"""What a run has told people is untold when it is taken back, unless they have read it (C3)."""

from sqlalchemy import (
    ColumnElement,
    String,
    Subquery,
    cast,
    delete,
    exists,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.orm import Session

from worklists.dispatch.of_run import UNSEEN
from worklists.models.attempt import Notification
from worklists.models.dispatch import DispatchRunTask
from worklists.models.task import Task
from worklists.models.work_list import Involvement
from worklists.notifications_sent import HANDED, INVOLVEMENT_DONE

_ROW = DispatchRunTask


def untell_run(session: Session, run_id: int) -> None:
    """Withdraw the unseen notifications of what was taken back; e-mails of those are not sent.

    Whoever keeps some of the tasks is told of these alone. To be called once the ties of other
    units lead to the tasks of before again.
    """
    back = select(_ROW.task_id).where(_ROW.run_id == run_id, _ROW.is_undone)
    tie = Involvement
    asked = select(literal(f"{HANDED}:") + cast(tie.id, String) + literal(f":{run_id}")).where(
        tie.to_task_id.in_(back)
    )
    watched = Notification.occasion.startswith(f"redirected:{run_id}:", autoescape=True)
    _withdraw(session, Notification.occasion.in_(asked))
    _withdraw(session, watched & Notification.task_id.in_(back))
    left = _left(run_id)
    nobodys = exists().where(left.c.person.is_(None))
    _withdraw(session, _told_by(run_id) & (Notification.kind == "unit_given") & ~nobodys)
    kept = select(left.c.person).where(left.c.person.is_not(None))
    given = _told_by(run_id) & Notification.kind.in_(["task_given", "tasks_given"])
    _withdraw(session, given & Notification.employee_id.not_in(kept))
    session.execute(
        update(Notification)
        .where(
            given,
            Notification.employee_id == left.c.person,
            Notification.seen_at.is_(None),
            Task.id == left.c.first,
        )
        .values(tasks=left.c.number, task_id=Task.id, work_list_id=Task.work_list_id)
        .execution_options(**UNSEEN)
    )


def untell_cancelled(session: Session, run_id: int) -> None:
    """Whoever asked for a task that is open again need not read that it was cancelled."""
    back = select(_ROW.task_id).where(_ROW.run_id == run_id, _ROW.is_undone)
    asked = select(literal("involvement:") + cast(Involvement.id, String)).where(
        Involvement.to_task_id.in_(back)
    )
    of_these = Notification.occasion.in_(asked)
    _withdraw(session, of_these & (Notification.kind == INVOLVEMENT_DONE))


def _told_by(run_id: int) -> ColumnElement[bool]:
    return Notification.occasion.startswith(f"run:{run_id}:", autoescape=True)


def _left(run_id: int) -> Subquery:
    """``person``, ``number``, ``first``: who keeps how many tasks of the run, and the first of
    them; NULL: nobody of the unit."""
    return (
        select(
            _ROW.to_performer_id.label("person"),
            func.count().label("number"),
            func.min(func.coalesce(_ROW.successor_id, _ROW.task_id)).label("first"),
        )
        .where(_ROW.run_id == run_id, _ROW.reason.is_(None), _ROW.is_undone.is_(False))
        .group_by(_ROW.to_performer_id)
        .subquery("left_in_run")
    )


def _withdraw(session: Session, which: ColumnElement[bool]) -> None:
    session.execute(
        delete(Notification)
        .where(which, Notification.seen_at.is_(None))
        .execution_options(**UNSEEN)
    )
