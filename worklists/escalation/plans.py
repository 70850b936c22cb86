"""What counts now, unit by unit, as moments: the sweep compares nothing else.

Only units that work at this moment are here: nobody is told outside working time, and what has
come due meanwhile is told at the next working moment.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from directory.calendars.visibility import calendars_of_units
from directory.calendars.working_time import (
    Calendar,
    NeverWorks,
    is_working,
    moment_at,
    working_time_ago,
)
from worklists.escalation.rules import DEFAULT, NOBODY, Rules, rules_of_units


@dataclass(frozen=True, kw_only=True)
class Cutoffs:
    """What waits since these moments or longer has waited long enough."""

    to_take: datetime
    to_do: datetime
    to_step: datetime
    """A level that began then or before is followed by the next."""
    today: datetime
    """Midnight where the unit is: told before it, told again."""
    highest: int
    with_calls: bool


@dataclass(frozen=True)
class Plan:
    """Units that go by the same moments."""

    cutoffs: Cutoffs
    unit_ids: list[int] = field(default_factory=list)


def plans_at(session: Session, now: datetime, *, default_zone: str) -> Sequence[Plan]:
    """The plans of all units that work now and let tasks escalate."""
    rules = rules_of_units(session)
    plans: dict[Cutoffs, Plan] = {}
    made: dict[tuple[int, Rules], Cutoffs | None] = {}
    for unit_id, calendar in calendars_of_units(session, default_zone=default_zone).items():
        own = rules.get(unit_id, (DEFAULT, None))[0]
        key = (id(calendar), own)
        if key not in made:
            made[key] = _cutoffs(calendar, own, now)
        cutoffs = made[key]
        if cutoffs is not None:
            plans.setdefault(cutoffs, Plan(cutoffs)).unit_ids.append(unit_id)
    return list(plans.values())


def _cutoffs(calendar: Calendar, rules: Rules, now: datetime) -> Cutoffs | None:
    if rules.highest == NOBODY or not is_working(calendar, now):
        return None

    def ago(hours: int) -> datetime:
        return working_time_ago(calendar, now, timedelta(hours=hours))

    day = now.astimezone(ZoneInfo(calendar.zone)).date()
    try:
        return Cutoffs(
            to_take=ago(rules.take_hours),
            to_do=ago(rules.done_hours),
            to_step=ago(rules.step_hours),
            today=moment_at(calendar.zone, datetime.combine(day, time())),
            highest=rules.highest,
            with_calls=rules.with_calls,
        )
    except NeverWorks:
        return None
