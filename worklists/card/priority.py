"""Whether a task is handed out sooner or later than others (D11)."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.access import Actor
from core.errors import Invalid, NotFound, Refused
from core.journal import record
from worklists.card.events import PriorityChanged
from worklists.lifecycle import CLOSED
from worklists.models.task import Task
from worklists.permissions import WorkPermission
from worklists.visibility import task_is_visible

FIRST, LAST = 1, 9


class PriorityImpossible(Invalid):
    """A priority is a number from 1 (first) to 9 (last)."""

    field = "priority"


class ClosedHasNoPriority(Refused):
    """Nobody is handed a closed task."""


def change_priority(
    session: Session, task_id: int, *, priority: int, actor: Actor, now: datetime
) -> None:
    """Hand the task out sooner or later. The version of the task stays: whoever has it open saves.

    Raises NotPermitted, NotFound, PriorityImpossible, ClosedHasNoPriority.
    """
    actor.require(WorkPermission.DISPATCH)
    if not FIRST <= priority <= LAST:
        raise PriorityImpossible(priority)
    row = session.execute(
        select(Task.priority, Task.state)
        .where(Task.id == task_id, task_is_visible(actor))
        .with_for_update()
    ).first()
    if row is None:
        raise NotFound("task", task_id)
    if row.state in CLOSED:
        raise ClosedHasNoPriority(task_id)
    if row.priority == priority:
        return
    session.execute(
        update(Task)
        .where(Task.id == task_id)
        .values(priority=priority)
        .execution_options(synchronize_session=False)
    )
    event = PriorityChanged(task_card_id=task_id, priority_before=row.priority, priority=priority)
    record(session, event, actor=actor, at=now)
