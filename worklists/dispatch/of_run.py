"""The rows of a run that are changed, and the work-lists that close with them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, select, update
from sqlalchemy.orm import Session

from core.access import Actor
from core.journal import record_all
from worklists.events.outcomes import WorkListClosed
from worklists.lifecycle import OPEN
from worklists.models.dispatch import DispatchRunTask
from worklists.models.task import Task
from worklists.models.work_list import WorkList

UNSEEN = {"synchronize_session": False}
"""Options of statements over many rows: the session holds none of them."""


def of_run(run_id: int, *which: ColumnElement[bool]) -> list[ColumnElement[bool]]:
    """Conditions that join ``tasks`` with the changed rows of the run."""
    row = DispatchRunTask
    return [row.run_id == run_id, row.reason.is_(None), Task.id == row.task_id, *which]


def changed_ids(run_id: int, *which: ColumnElement[bool]) -> Select[int]:
    """Ids of the tasks that the run changes."""
    row = DispatchRunTask
    return select(row.task_id).where(row.run_id == run_id, row.reason.is_(None), *which)


def close_finished_lists(
    session: Session, task_ids: Select[Any], *, actor: Actor, now: datetime
) -> None:
    """Close the work-lists of these tasks that have no open task left (rule 3)."""
    lists = select(Task.work_list_id).where(Task.id.in_(task_ids))
    has_open = exists().where(Task.work_list_id == WorkList.id, Task.state.in_(OPEN))
    closed = session.scalars(
        update(WorkList)
        .where(WorkList.id.in_(lists), WorkList.closed_at.is_(None), ~has_open)
        .values(closed_at=now)
        .returning(WorkList.id)
        .execution_options(**UNSEEN)
    ).all()
    events = [WorkListClosed(work_list_id=one) for one in sorted(closed)]
    record_all(session, events, actor=actor, at=now)
