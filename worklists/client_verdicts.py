"""«Почему этот клиент здесь / не здесь»: the verdict on each of a client's open tasks (rule 13)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import Actor
from worklists.models.task import Task
from worklists.verdicts import Verdict, verdict_on
from worklists.visibility import task_is_visible

MOST = 10
"""A card explains the first few; a client with more open tasks is not to be read anyway."""


def verdicts_of(
    session: Session, task_ids: Sequence[int], *, actor: Actor, now: datetime
) -> Mapping[int, Verdict]:
    """Id of a task → everything that stands against working it now, for the first ``MOST``."""
    tasks = session.scalars(
        select(Task).where(Task.id.in_(task_ids[:MOST]), task_is_visible(actor))
    )
    return {
        task.id: verdict_on(session, task, now=now, viewer_id=actor.employee_id) for task in tasks
    }
