"""Closed tasks that are no closed work: handed on, or withdrawn when a run was taken back (D11).

The work goes on in another task, which is counted: counting both counts a client twice.
"""

from sqlalchemy import ColumnElement, and_, exists, false, func, or_
from sqlalchemy.orm import aliased

from core.db import constant
from worklists.lifecycle import TaskState
from worklists.models.task import Finish, Task

_REDIRECTED = constant(TaskState.REDIRECTED)


def goes_on_elsewhere(task: type[Task] = Task) -> ColumnElement[bool]:
    """Redirected, a successor that was withdrawn for the task before it, or found twice by a merge.

    A withdrawn one is a cancelled successor whose origin is its own again: it is not redirected, or
    it was redirected anew. What somebody cancelled has an origin that leads nowhere else.
    """
    origin, newer = aliased(Task), aliased(Task)
    is_free = exists().where(origin.id == task.redirected_from_id, origin.state != _REDIRECTED)
    is_anew = exists().where(
        newer.redirected_from_id == task.redirected_from_id, newer.id > task.id
    )
    is_withdrawn = and_(
        task.state == constant(TaskState.CANCELLED),
        task.redirected_from_id.is_not(None),
        or_(is_free, is_anew),
    )
    is_twice = task.finish == constant(Finish.DUPLICATE)
    return or_(task.state == _REDIRECTED, is_withdrawn, func.coalesce(is_twice, false()))
