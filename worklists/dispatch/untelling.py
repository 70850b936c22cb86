"""What a run has told people is untold when it is taken back, unless they have read it (C3).

Occasions are named in full: each is found by their index, however many notifications there are.
"""

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    Subquery,
    cast,
    delete,
    exists,
    func,
    literal,
    select,
    union,
    update,
)
from sqlalchemy.orm import Session

from core.journal import JournalEntry, event_name
from directory.staff.models import Employee
from worklists.card.events import WatcherRemoved
from worklists.card.models import Watcher
from worklists.dispatch.carried import first_of_nobody
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
    _withdraw(session, Notification.occasion.in_(asked))
    _withdraw(session, Notification.occasion.in_(_watched(run_id, back)))
    left = _left(run_id)
    first = session.scalar(first_of_nobody(run_id))
    if first is not None:
        nobodys = exists().where(left.c.person.is_(None))
        _withdraw(session, Notification.occasion.in_(_unit_told(run_id, first)) & ~nobodys)
    kept = select(left.c.person).where(left.c.person.is_not(None))
    given = Notification.occasion.in_(_people_told(run_id))
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


def _watched(run_id: int, back: Select[int]) -> Select[str]:
    """Occasions on which those who watch these tasks, or did so, were told of another performer."""
    watching = select(Watcher.task_id, Watcher.employee_id).where(Watcher.task_id.in_(back))
    watched = select(
        JournalEntry.subject_id, JournalEntry.details["employee_id"].as_integer()
    ).where(
        JournalEntry.subject == WatcherRemoved.subject,
        JournalEntry.subject_id.in_(back),
        JournalEntry.event == event_name(WatcherRemoved),
    )
    told = union(watching, watched).subquery("told")
    task_id, employee_id = told.c
    return select(
        literal(f"redirected:{run_id}:") + cast(task_id, String) + ":" + cast(employee_id, String)
    )


def _unit_told(run_id: int, first: int) -> Select[str]:
    """Occasions on which anybody was told of what nobody of the unit was given."""
    return select(literal(f"run:{run_id}:{first}:") + cast(Employee.id, String))


def _people_told(run_id: int) -> Select[str]:
    """Occasions on which people were told how many tasks they were given."""
    people = select(_ROW.to_performer_id).where(
        _ROW.run_id == run_id, _ROW.to_performer_id.is_not(None)
    )
    person = people.distinct().subquery("people").c[0]
    return select(literal(f"run:{run_id}:") + cast(person, String))


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
