"""Closing many tasks that nobody works on, by the clock, with all that their closing means."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from worklists.dispatch.editing import tell_askers
from worklists.dispatch.of_run import UNSEEN, close_finished_lists
from worklists.lifecycle import TaskAction, TaskState, after
from worklists.models.task import Finish, Task
from worklists.sweeping import SCHEDULER, these

CLOSED = after(TaskState.PLANNED, TaskAction.CANCEL)
assert after(TaskState.DEFERRED, TaskAction.CANCEL) is CLOSED


def close_unworked(
    session: Session, task_ids: Sequence[int], *, finish: Finish, now: datetime
) -> None:
    """Close them with this ending, tell who asked for them, close work-lists left empty (rule 3).

    The caller holds tasks and work-lists (``sweeping.lock_with_lists``) and writes the journal of
    the tasks. ``version`` grows: whoever has such a task on the page is told that it changed.
    """
    if not task_ids:
        return
    session.execute(
        update(Task)
        .where(these(task_ids))
        .values(
            state=CLOSED,
            finish=finish,
            closed_at=now,
            occurrence=Task.occurrence + 1,
            version=Task.version + 1,
        )
        .execution_options(**UNSEEN)
    )
    which = select(Task.id).where(these(task_ids))
    tell_askers(session, which, finish, actor=SCHEDULER, now=now)
    close_finished_lists(session, which, actor=SCHEDULER, now=now)
