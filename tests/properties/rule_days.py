"""What the small world of rules and its work have in common: units, days that meet, moments."""

from datetime import UTC, date, datetime, timedelta
from random import Random

TODAY = date(2026, 3, 18)
ZONE = "Asia/Yekaterinburg"
PURPOSES = ("service", "recall")
UNITS = {1: None, 2: 1, 3: 2, 4: 2, 5: 1, 6: 5}
"""Every unit and the one above it; 3, 4 and 6 are workshops."""
WORKSHOPS = (3, 4, 6)


def day(chance: Random) -> date:
    """A day that often meets others, and the ends of months."""
    months_ago = chance.choice((-1, 0, 1, 6, 11, 12, 13, 17, 18, 19, 36))
    shift = chance.choice((-1, 0, 0, 1, 13))
    year, month = divmod(TODAY.year * 12 + TODAY.month - 1 - months_ago, 12)
    return date(year, month + 1, 18) + timedelta(days=shift)


def moment(on: date, hour: int = 12) -> datetime:
    """A moment of the day in UTC."""
    return datetime(on.year, on.month, on.day, hour, tzinfo=UTC)
