"""What saving an outcome answers, the first time and when the same form is sent again (P4)."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.models import Campaign
from core.access import Actor
from worklists.consequences import Consequence, consequence_seen
from worklists.models.attempt import Attempt
from worklists.models.task import Task
from worklists.planning import PLANNABLE
from worklists.saving import changed_meanwhile


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What was saved. ``settled`` are the ids of the client's other tasks that ended with it."""

    task: Task
    attempt: Attempt
    planned: Task | None
    settled: tuple[int, ...]
    consequence: Consequence


def recorded_before(session: Session, task: Task, attempt: Attempt, *, actor: Actor) -> Recorded:
    """The answer to a form that was already saved, put together again from what it wrote."""
    if attempt.task_id != task.id or attempt.employee_id != actor.person:
        raise changed_meanwhile(session, task)
    planned = session.scalars(
        select(Task)
        .where(
            Task.predecessor_id == task.id,
            Task.created_at == attempt.at,
            Task.kind.in_(PLANNABLE),
        )
        .order_by(Task.id)
        .limit(1)
    ).first()
    settled = session.scalars(
        select(Attempt.task_id)
        .where(Attempt.copied_from_id == attempt.id, Attempt.at == attempt.at)
        .order_by(Attempt.id)
    ).all()
    return Recorded(
        task=task,
        attempt=attempt,
        planned=planned,
        settled=tuple(settled),
        consequence=consequence_seen(
            task,
            session.get_one(Campaign, task.campaign_id),
            recorded_at=attempt.at,
            planned_due=planned.due_at if planned else None,
        ),
    )
