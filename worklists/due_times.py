"""Due moments in the working time of the unit that has to act (rule 15)."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.access import Actor
from directory.calendars.visibility import calendar_of_unit
from directory.calendars.working_time import NeverWorks, next_working


def working_moment(session: Session, unit_id: int, at: datetime, *, actor: Actor) -> datetime:
    """``at`` itself in the unit's working time, else its next working moment; UTC.

    Nobody looks into a control or a job of a department before. A calendar that never works moves
    nothing.
    """
    calendar = calendar_of_unit(session, unit_id, default_zone=actor.time_zone)
    try:
        return next_working(calendar, at)
    except NeverWorks:
        return at
