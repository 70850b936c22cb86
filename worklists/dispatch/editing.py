"""Priority, due date and cancelling of a run's tasks, set by set."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, case, cast, literal, select, update
from sqlalchemy.orm import Session

from core.access import Actor
from core.db import insert_into
from core.json_columns import iso_moment
from worklists.dispatch.of_run import UNSEEN, changed_ids, close_finished_lists
from worklists.dispatch.wishes import Wish
from worklists.events.dispatch import TaskCancelled, TaskDueChanged, TaskPriorityChanged
from worklists.events.outcomes import InvolvementFinished
from worklists.lateness import LATE_AFTER
from worklists.lifecycle import TaskAction, TaskState, after
from worklists.models.attempt import Notification
from worklists.models.dispatch import DispatchRunTask
from worklists.models.task import Finish, Task
from worklists.models.work_list import Involvement
from worklists.row_journal import record_rows

_DEFERRED = after(TaskState.PLANNED, TaskAction.DEFER)
_PLANNED = after(TaskState.DEFERRED, TaskAction.RETURN)
_CANCELLED = after(TaskState.PLANNED, TaskAction.CANCEL)


def change_priority(
    session: Session, run_id: int, wish: Wish, *, actor: Actor, now: datetime
) -> None:
    """Give the run's tasks another priority."""
    priority = wish.priority or 1
    session.execute(
        update(Task)
        .where(Task.id.in_(changed_ids(run_id)))
        .values(priority=priority, version=Task.version + 1)
        .execution_options(**UNSEEN)
    )
    row = DispatchRunTask
    record_rows(
        session,
        TaskPriorityChanged,
        row.task_id.expression,
        row.run_id == run_id,
        row.reason.is_(None),
        details={"priority": literal(priority), "old_priority": row.from_priority.expression,
                 "run_id": literal(run_id)},
        actor=actor,
        at=now,
    )  # fmt: skip


def change_due(session: Session, run_id: int, wish: Wish, *, actor: Actor, now: datetime) -> None:
    """Move the run's tasks to another moment: they wait for it, or are planned when it is past."""
    due_at = wish.due_at
    assert due_at is not None
    state = _DEFERRED if due_at > now else _PLANNED
    is_late = due_at < now - LATE_AFTER
    session.execute(
        update(Task)
        .where(Task.id.in_(changed_ids(run_id)))
        .values(
            due_at=due_at,
            state=state,
            overdue_at=Task.overdue_at if is_late else None,
            version=Task.version + 1,
        )
        .execution_options(**UNSEEN)
    )
    row = DispatchRunTask
    record_rows(
        session,
        TaskDueChanged,
        row.task_id.expression,
        row.run_id == run_id,
        row.reason.is_(None),
        details={"due_at": literal(due_at.isoformat()),
                 "old_due_at": iso_moment(session, row.from_due_at.expression),
                 "run_id": literal(run_id)},
        from_state=row.from_state.expression,
        to_state=literal(state.value),
        actor=actor,
        at=now,
    )  # fmt: skip


def cancel_tasks(session: Session, run_id: int, wish: Wish, *, actor: Actor, now: datetime) -> None:
    """Close the run's tasks with the reason; whoever asked for them is told (rule 4)."""
    session.execute(
        update(Task)
        .where(Task.id.in_(changed_ids(run_id)))
        .values(
            state=_CANCELLED,
            finish=Finish.CANCELLED,
            closed_at=now,
            closed_by_id=actor.person,
            lease_until=None,
            version=Task.version + 1,
        )
        .execution_options(**UNSEEN)
    )
    row = DispatchRunTask
    record_rows(
        session,
        TaskCancelled,
        row.task_id.expression,
        row.run_id == run_id,
        row.reason.is_(None),
        details={"reason": literal(wish.reason.strip()), "run_id": literal(run_id)},
        from_state=row.from_state.expression,
        to_state=literal(_CANCELLED.value),
        actor=actor,
        at=now,
    )
    tell_askers(session, changed_ids(run_id), Finish.CANCELLED, actor=actor, now=now)
    close_finished_lists(session, changed_ids(run_id), actor=actor, now=now)


def tell_askers(
    session: Session, task_ids: Select[int], finish: Finish, *, actor: Actor, now: datetime
) -> None:
    """Tell whoever asked for these closed tasks out of another unit, and end the ties."""
    tie = Involvement
    mine = [tie.to_task_id.in_(task_ids), tie.finished_at.is_(None)]
    details: dict[str, ColumnElement[Any]] = {
        "involvement_id": tie.id.expression,
        "to_task_id": tie.to_task_id.expression,
        "finish": literal(finish.value),
    }
    for side in (tie.from_work_list_id, tie.to_work_list_id):
        record_rows(
            session, InvolvementFinished, side.expression, *mine, details=details,
            actor=actor, at=now,
        )  # fmt: skip
    told = select(
        tie.asked_by,
        literal("involvement_done"),
        case((tie.from_task_id.is_not(None), tie.from_task_id), else_=tie.to_task_id),
        tie.from_work_list_id,
        literal("involvement:") + cast(tie.id, String),
        literal(now, Notification.created_at.type),
    ).where(*mine)
    columns = ["employee_id", "kind", "task_id", "work_list_id", "occasion", "created_at"]
    # Cancelled, taken back and cancelled again: whoever has read it is not told twice.
    into = insert_into(session, Notification).from_select(columns, told)
    session.execute(into.on_conflict_do_nothing())
    session.execute(update(tie).where(*mine).values(finished_at=now).execution_options(**UNSEEN))
