"""What time it is, for those who must ask: entry points ask once per action and pass ``now`` on."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from core.db import database_now

Clock = Callable[[Session], datetime]
"""Returns the present moment, aware and in UTC, for work done in this session."""

database_clock: Clock = database_now


class ShiftedClock:
    """The database's clock moved by a settable offset: for rehearsals and tests."""

    def __init__(self) -> None:
        self.offset = timedelta()

    def __call__(self, session: Session) -> datetime:
        return database_now(session) + self.offset


def local_day(moment: datetime, zone: str) -> date:
    """The calendar day that this moment falls on in the zone."""
    return moment.astimezone(ZoneInfo(zone)).date()
