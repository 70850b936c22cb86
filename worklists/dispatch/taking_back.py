"""Taking a run back: every task of it that nobody has touched since is as it was before.

Touched is a task (or its successor) with a newer line in the journal, or whose place in its
work-list was taken meanwhile. Those stay as they are, and the report says so. What a later run did
and its undo restored is no touch: runs are always taken back last in, first out.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, null, or_, select, update
from sqlalchemy.orm import Session, aliased

from core.access import Actor
from core.errors import Refused
from core.journal import JournalEntry, event_name
from worklists.card.models import ChecklistItem, Comment, Document
from worklists.dispatch.carried import hang_on
from worklists.dispatch.confirming import lock_for
from worklists.dispatch.of_run import UNSEEN, close_finished_lists
from worklists.dispatch.seen_runs import get_run
from worklists.dispatch.untelling import untell_cancelled, untell_run
from worklists.dispatch.wishes import Wish
from worklists.events.dispatch import (
    DispatchTakenBack,
    TaskCancelled,
    TaskDueChanged,
    TaskGiven,
    TaskPriorityChanged,
    TaskRedirected,
)
from worklists.events.outcomes import WorkListReopened
from worklists.lifecycle import CLOSED, OPEN, TaskAction, TaskState, after
from worklists.models.dispatch import DispatchAction, DispatchRun, DispatchRunTask, RunState
from worklists.models.task import Finish, Task, TaskKind
from worklists.models.work_list import Involvement, WorkList
from worklists.row_journal import record_rows

_ROW = DispatchRunTask
_OF_RUNS = [
    event_name(event)
    for event in (
        TaskGiven, TaskRedirected, TaskPriorityChanged, TaskDueChanged, TaskCancelled,
        DispatchTakenBack,
    )
]  # fmt: skip
_WITHDRAWN = after(TaskState.PLANNED, TaskAction.CANCEL)


class AllTouched(Refused):
    """Somebody has gone on from every task of the run: there is nothing to take back."""


def take_back_run(session: Session, run_id: int, *, actor: Actor, now: datetime) -> int:
    """Undo what nobody touched since; the number of tasks. The second time nothing happens.

    Raises NotFound, NotPermitted, AllTouched.
    """
    get_run(session, run_id, actor=actor)
    run = session.get_one(DispatchRun, run_id, populate_existing=True, with_for_update=True)
    if run.state is not RunState.DONE:
        return 0
    wish = Wish.from_json(run.parameters)
    lock_for(session, run_id, wish.unit_id if wish.action is DispatchAction.TO_UNIT else None)
    _lock_successors(session, run_id)
    number = _mark_untouched(session, run)
    if not number:
        raise AllTouched()
    _journal(session, run_id, actor=actor, now=now)
    _withdraw_successors(session, run_id, actor=actor, now=now)
    untell_run(session, run_id)
    _reopen_lists(session, run_id, actor=actor, now=now)
    _restore(session, run_id, wish)
    _close_emptied_lists(session, run_id, actor=actor, now=now)
    run.state, run.undone_at, run.undone_by = RunState.UNDONE, now, actor.person
    session.flush()
    session.expire_all()
    return number


def untouched_count(session: Session, run: DispatchRun) -> int:
    """How many tasks of the run would be taken back now."""
    which = select(func.count()).select_from(_ROW).join(Task, Task.id == _ROW.task_id)
    return session.scalar(which.where(*_untouched(run))) or 0


def _lock_successors(session: Session, run_id: int) -> None:
    of_run = select(_ROW.successor_id).where(_ROW.run_id == run_id, _ROW.successor_id.is_not(None))
    held = select(Task.id).where(Task.id.in_(of_run)).order_by(Task.id).with_for_update()
    session.execute(select(func.count()).select_from(held.cte("held")))


def _untouched(run: DispatchRun) -> list[ColumnElement[bool]]:
    """Conditions on the rows of the run joined with their tasks."""
    entry, other, newer = aliased(JournalEntry), aliased(Task), aliased(WorkList)
    followed = select(entry.id).where(
        entry.subject == "task",
        or_(entry.subject_id == _ROW.task_id, entry.subject_id == _ROW.successor_id),
        entry.id > (run.journal_id or 0),
        ~_restored(entry),
    )
    place_taken = select(other.id).where(
        other.work_list_id == Task.work_list_id,
        other.campaign_id == Task.campaign_id,
        other.asset_key == Task.asset_key,
        other.kind == TaskKind.CALL,
        other.predecessor_id.is_(None),
        other.state.in_(OPEN),
        other.id != Task.id,
        other.id.is_distinct_from(_ROW.successor_id),
    )
    newer_list = select(newer.id).where(
        newer.client_id == Task.client_id,
        newer.unit_id == Task.unit_id,
        newer.closed_at.is_(None),
        newer.id != Task.work_list_id,
    )
    is_root = and_(Task.kind == TaskKind.CALL, Task.predecessor_id.is_(None))
    return [
        _ROW.run_id == run.id,
        _ROW.reason.is_(None),
        ~followed.correlate(_ROW, Task).exists(),
        or_(
            Task.state.not_in(CLOSED),
            and_(
                or_(~is_root, ~place_taken.correlate(_ROW, Task).exists()),
                ~newer_list.correlate(_ROW, Task).exists(),
            ),
        ),
    ]


def _restored(entry: type[JournalEntry]) -> ColumnElement[bool]:
    """The entry tells of a run that was taken back for this task, or of its taking back."""
    later = aliased(_ROW)
    undone = select(later.task_id).where(
        later.run_id == entry.details["run_id"].as_integer(),
        later.task_id == entry.subject_id,
        later.is_undone,
    )
    return and_(entry.event.in_(_OF_RUNS), undone.correlate(entry).exists())


def _mark_untouched(session: Session, run: DispatchRun) -> int:
    found = select(_ROW.task_id).join(Task, Task.id == _ROW.task_id).where(*_untouched(run))
    ids = found.subquery()
    session.execute(
        update(_ROW)
        .where(_ROW.run_id == run.id, _ROW.task_id.in_(select(ids.c.task_id)))
        .values(is_undone=True)
        .execution_options(**UNSEEN)
    )
    counted = select(func.count()).select_from(_ROW).where(_ROW.run_id == run.id, _ROW.is_undone)
    return session.scalar(counted) or 0


def _undone(run_id: int, *which: ColumnElement[bool]) -> list[ColumnElement[bool]]:
    return [_ROW.run_id == run_id, _ROW.is_undone.is_(True), *which]


def _journal(session: Session, run_id: int, *, actor: Actor, now: datetime) -> None:
    """Written before anything moves: the states of now are those that it was led to."""
    for subject in (_ROW.task_id, _ROW.successor_id):
        back = _ROW.from_state.expression if subject is _ROW.task_id else literal(_WITHDRAWN.value)
        record_rows(
            session, DispatchTakenBack, subject.expression, *_undone(run_id, Task.id == subject),
            details={"run_id": literal(run_id)},
            from_state=Task.state.expression, to_state=back,
            actor=actor, at=now,
        )  # fmt: skip


def _withdraw_successors(session: Session, run_id: int, *, actor: Actor, now: datetime) -> None:
    successors = select(_ROW.successor_id).where(*_undone(run_id, _ROW.successor_id.is_not(None)))
    session.execute(
        update(Task)
        .where(Task.id.in_(successors))
        .values(
            state=_WITHDRAWN,
            finish=Finish.CANCELLED,
            closed_at=now,
            closed_by_id=actor.person,
            version=Task.version + 1,
        )
        .execution_options(**UNSEEN)
    )
    handed = _undone(run_id, _ROW.successor_id.is_not(None))
    for table in (ChecklistItem, Comment, Document):
        hang_on(session, table, _ROW.successor_id, _ROW.task_id, handed)
    old = (
        select(Task.id, Task.work_list_id)
        .join(_ROW, _ROW.task_id == Task.id)
        .where(*_undone(run_id, _ROW.successor_id == Involvement.to_task_id))
        .correlate(Involvement)
    )
    session.execute(
        update(Involvement)
        .where(Involvement.to_task_id.in_(successors), Involvement.finished_at.is_(None))
        .values(
            to_work_list_id=old.with_only_columns(Task.work_list_id).scalar_subquery(),
            to_task_id=old.with_only_columns(Task.id).scalar_subquery(),
        )
        .execution_options(**UNSEEN)
    )


def _reopen_lists(session: Session, run_id: int, *, actor: Actor, now: datetime) -> None:
    lists = (
        select(Task.work_list_id)
        .join(_ROW, _ROW.task_id == Task.id)
        .where(*_undone(run_id, Task.closed_at.is_not(None)))
    )
    closed = and_(WorkList.id.in_(lists), WorkList.closed_at.is_not(None))
    record_rows(
        session, WorkListReopened, WorkList.id.expression, closed,
        details={"run_id": literal(run_id)}, actor=actor, at=now,
    )  # fmt: skip
    session.execute(
        update(WorkList).where(closed).values(closed_at=null()).execution_options(**UNSEEN)
    )


def _restore(session: Session, run_id: int, wish: Wish) -> None:
    row = _ROW
    values: dict[str, Any] = {
        "state": row.from_state,
        "performer_id": row.from_performer_id,
        "priority": row.from_priority,
        "due_at": row.from_due_at,
        "finish": null(),
        "closed_at": null(),
        "closed_by_id": null(),
        "version": Task.version + 1,
    }
    if wish.moves:
        # What goes on in a successor was left as it had been given.
        is_given = row.successor_id.is_(None)
        values["given_at"] = case((is_given, row.from_given_at), else_=Task.given_at)
    if wish.action is DispatchAction.CANCEL:
        untell_cancelled(session, run_id)
        _ask_again(session, run_id)
    session.execute(
        update(Task)
        .where(*_undone(run_id, Task.id == row.task_id))
        .values(values)
        .execution_options(**UNSEEN)
    )


def _ask_again(session: Session, run_id: int) -> None:
    """What another unit asked for waits for its answer again."""
    tasks = select(_ROW.task_id).where(*_undone(run_id))
    session.execute(
        update(Involvement)
        .where(
            Involvement.to_task_id.in_(tasks),
            Involvement.finished_at
            == select(Task.closed_at).where(Task.id == Involvement.to_task_id).scalar_subquery(),
        )
        .values(finished_at=null())
        .execution_options(**UNSEEN)
    )


def _close_emptied_lists(session: Session, run_id: int, *, actor: Actor, now: datetime) -> None:
    """A work-list that was opened for successors alone closes with them."""
    successors = select(_ROW.successor_id).where(*_undone(run_id, _ROW.successor_id.is_not(None)))
    close_finished_lists(session, successors, actor=actor, now=now)
