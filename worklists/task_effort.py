"""How much of a manager's time a task of a campaign takes, from what was recorded lately."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from sqlalchemy import select
from sqlalchemy.orm import Session

from worklists.models.attempt import Attempt

USUAL_MINUTES = 6.0
"""Of a task, as long as too little was recorded."""
_ENOUGH = 20
_LOOKED_AT = 500
_LATELY = timedelta(days=90)
_LONGEST = timedelta(minutes=30)
"""Between two results of one person; a longer time was spent on something else."""


@dataclass(frozen=True)
class Effort:
    """The time that a task takes."""

    minutes_per_task: float
    is_measured: bool
    """From results of the last months; else it is what is usual."""


def effort_of(
    session: Session, campaign_id: int | None, unit_ids: Collection[int], *, now: datetime
) -> Effort:
    """Minutes between two results of one person, times the attempts that a task takes."""
    rows = session.execute(
        select(Attempt.employee_id, Attempt.task_id, Attempt.at)
        .where(
            Attempt.unit_id.in_(sorted(unit_ids)),
            Attempt.at > now - _LATELY,
            Attempt.campaign_id == campaign_id,
            Attempt.undone_at.is_(None),
            Attempt.copied_from_id.is_(None),
            Attempt.caller.is_(None),  # made elsewhere: nobody knows how long it took
        )
        .order_by(Attempt.at.desc())
        .limit(_LOOKED_AT)
    ).all()
    by_person: dict[int, list[datetime]] = defaultdict(list)
    for employee_id, _task_id, at in rows:
        by_person[employee_id].append(at)
    gaps = [
        (later - earlier) / timedelta(minutes=1)
        for moments in by_person.values()
        for later, earlier in pairwise(moments)
        if later - earlier <= _LONGEST
    ]
    if len(gaps) < _ENOUGH:
        return Effort(USUAL_MINUTES, is_measured=False)
    tries = len(rows) / len({task_id for _, task_id, _ in rows})
    return Effort(median(gaps) * tries, is_measured=True)
