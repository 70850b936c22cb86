"""For whom a person stands in: so that a substitute knows it before the work comes (rule 15)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import Actor
from directory.calendars.models import Absence
from directory.staff.models import Employee


@dataclass(frozen=True, kw_only=True)
class StandingIn:
    """Who is away, from when until before when (UTC)."""

    name: str
    from_at: datetime
    until_at: datetime


def stood_in_for(session: Session, *, actor: Actor, now: datetime) -> Sequence[StandingIn]:
    """Those for whom this person stands in, now or later, the soonest first.

    Raises NotPermitted for who is not a person.
    """
    rows = session.execute(
        select(Employee.full_name, Absence.from_at, Absence.until_at)
        .join(Employee, Employee.id == Absence.employee_id)
        .where(
            Absence.substitute_id == actor.person,
            Absence.until_at > now,
            Absence.cancelled_at.is_(None),
        )
        .order_by(Absence.from_at, Absence.id)
    )
    return [StandingIn(name=row[0], from_at=row[1], until_at=row[2]) for row in rows]
