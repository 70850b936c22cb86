"""Who would be handed out next, without taking anybody (rule 13)."""

from datetime import datetime
from itertools import groupby

from sqlalchemy.orm import Session

from core.access import Actor
from worklists.lane_memory import open_lanes
from worklists.lanes import in_order, oldest_claimable
from worklists.permissions import WorkPermission


def next_in_queue(session: Session, *, actor: Actor, now: datetime) -> int | None:
    """The task that ``take_next_task`` would give this person now; None when it would give none.

    Nothing is locked: until the person takes it, it may be gone.
    """
    actor.require(WorkPermission.WORK)
    if actor.employee_id is None:
        return None
    lanes = open_lanes(session, performer_id=actor.person, unit_ids=actor.unit_ids, now=now)
    for _, group in groupby(in_order(lanes), key=lambda lane: (lane.rank, lane.is_phoned)):
        found = oldest_claimable(session, list(group), now, actor.person)
        if found is not None:
            return found
    return None
