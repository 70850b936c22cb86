"""«Ещё 20» and «вернуть остальные»: a person takes a batch of free tasks, returns the rest."""

from datetime import datetime, timedelta

from sqlalchemy import Select, literal, null, select, update
from sqlalchemy.orm import Session

from campaigns.models import Campaign, CampaignState
from core.access import Actor
from core.journal import record_all
from core.locks import exclusively
from worklists.contact_conditions import client_is_clear
from worklists.dispatch.capacity import person_now
from worklists.events.dispatch import TaskAskedFor, TaskGivenBack
from worklists.free_tasks import first_free
from worklists.leases import in_state
from worklists.lifecycle import TaskState
from worklists.models.task import Task, TaskKind
from worklists.permissions import WorkPermission
from worklists.skips import not_skipped

BATCH = 20
_INSTANT = timedelta(microseconds=1)
"""What is due at this very moment is due."""
_LOOKED_AT = 10
"""Times the batch: so many free tasks are looked at, since some clients may not be called."""


def request_batch(
    session: Session, *, size: int = BATCH, actor: Actor, now: datetime
) -> tuple[int, int]:
    """Give this person free tasks that are due, first things first, up to their limit in hand.

    Returns how many they got, and how many more they may have in hand now.
    """
    actor.require(WorkPermission.WORK)
    exclusively(session, f"batch:{actor.person}")
    room = person_now(session, actor.person, now).room
    wanted = min(size, room)
    if wanted <= 0:
        return 0, 0
    at_most = wanted * _LOOKED_AT
    ids = first_free(session, actor.unit_ids, due_until=now + _INSTANT, limit=at_most)
    taken = session.scalars(_claimable(ids, actor, now).limit(wanted)).all()
    session.execute(
        update(Task)
        .where(Task.id.in_(taken))
        .values(performer_id=actor.person, given_at=now, version=Task.version + 1)
        .execution_options(synchronize_session="fetch")
    )
    events = [TaskAskedFor(task_id=one, performer_id=actor.person) for one in taken]
    record_all(session, events, actor=actor, at=now)
    return len(taken), room - len(taken)


def return_rest(session: Session, *, actor: Actor, now: datetime) -> int:
    """Give back this person's planned calls that were never tried; the number of tasks.

    Callbacks, jobs and what was tried before stay theirs.
    """
    actor.require(WorkPermission.WORK)
    given_back = session.scalars(
        _returnable(actor).order_by(Task.id).with_for_update(skip_locked=True)
    ).all()
    session.execute(
        update(Task)
        .where(Task.id.in_(given_back))
        .values(performer_id=null(), version=Task.version + 1)
        .execution_options(synchronize_session="fetch")
    )
    events = [TaskGivenBack(task_id=one, performer_id=actor.person) for one in given_back]
    record_all(session, events, actor=actor, at=now)
    return len(given_back)


def _returnable(actor: Actor) -> Select[int]:
    return select(Task.id).where(
        Task.performer_id == actor.person,
        Task.unit_id.in_(actor.unit_ids),
        in_state(TaskState.PLANNED),
        Task.kind == TaskKind.CALL,
        Task.attempts == 0,
    )


def _claimable(ids: list[int], actor: Actor, now: datetime) -> Select[int]:
    """Those of these that may be worked, whatever the hour: a batch is worked off over a day."""
    return (
        select(Task.id)
        .join(Campaign, Campaign.id == Task.campaign_id)
        .where(
            Task.id.in_(ids),
            in_state(TaskState.PLANNED),
            Task.performer_id.is_(None),
            Campaign.state == CampaignState.ACTIVE,
            not_skipped(Task, literal(actor.person), now),
            client_is_clear(
                Task.client_id.expression, Task.asset_id.expression,
                Campaign.purpose.expression, now,
                keeps_budget=~Campaign.is_pressure_exempt.expression,
            ),
        )
        .order_by(Task.priority, Task.due_at, Task.id)
        .with_for_update(skip_locked=True, of=Task)
    )  # fmt: skip
