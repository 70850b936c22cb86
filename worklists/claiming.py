"""Running the statement of a claim: what it took, or that somebody was quicker (rule 8)."""

from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key
from sqlalchemy.sql.dml import ReturningUpdate

from core.access import Actor
from core.journal import record_change
from core.locks import survived
from worklists.events.queue import TaskTaken
from worklists.households import is_alone
from worklists.models.task import Task


class _NotAlone(Exception):
    """Somebody else phones the household of the client that was just claimed."""


def try_claim(
    session: Session,
    claim: ReturningUpdate[*tuple[Any, ...]],
    values: dict[str, Any],
    draft: TaskTaken,
    *,
    actor: Actor,
    now: datetime,
) -> tuple[TaskTaken | None, bool]:
    """What was taken, and whether somebody took another task of the client just now."""
    values = values | {"performer": actor.person, "now": now, "until": draft.lease_until}
    session.flush()
    try:
        with survived(session):
            taken = record_change(session, claim, values, draft, actor=actor, at=now)
    except IntegrityError:
        return None, True
    if taken is not None:
        _look_again(session, taken.task_id)
    return taken, False


def try_alone(
    session: Session,
    claim: ReturningUpdate[*tuple[Any, ...]],
    values: dict[str, Any],
    draft: TaskTaken,
    *,
    actor: Actor,
    now: datetime,
) -> tuple[TaskTaken | None, bool]:
    """As ``try_claim``, but lost when somebody else phones the household in this instant."""
    try:
        with session.begin_nested():
            tried = try_claim(session, claim, values, draft, actor=actor, now=now)
            if tried[0] is not None and not is_alone(session, tried[0].client_id, actor.person):
                raise _NotAlone
            return tried
    except _NotAlone:
        return None, True


def _look_again(session: Session, task_id: int) -> None:
    """A task that the session knows already shows what the claim made of it."""
    known = session.identity_map.get(identity_key(Task, task_id))
    if known is not None:
        session.refresh(known)
