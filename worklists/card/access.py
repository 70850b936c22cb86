"""Who may add to the card of a task: whoever sees it and works here; analysts only read."""

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from core.access import Actor
from core.errors import NotFound
from worklists.models.task import Task
from worklists.permissions import WorkPermission
from worklists.visibility import task_is_visible


def require_seen(session: Session, task_id: int, *, actor: Actor) -> None:
    """Raise NotFound unless this person sees the task, NotPermitted unless the role may look."""
    actor.require(WorkPermission.SEE)
    seen = select(exists().where(Task.id == task_id, task_is_visible(actor)))
    if not session.scalar(seen):
        raise NotFound("task", task_id)


def require_open_to(session: Session, task_id: int, *, actor: Actor) -> None:
    """Raise NotPermitted or NotFound unless this person may add to the card."""
    actor.require(WorkPermission.WORK)
    require_seen(session, task_id, actor=actor)
