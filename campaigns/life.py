"""The life of a campaign's task: when it opens, when it expires (D9). Pure.

Days are those on the calendar of the zone: a task opens with the beginning of a day and expires
with the end of one, so that no task is lost in the middle of a working day.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from campaigns.models import Campaign
from directory.calendars.working_time import moment_at


@dataclass(frozen=True)
class Life:
    """UTC moments; None: open at once, never expires."""

    opens_at: datetime | None
    expires_at: datetime | None


def life_of(campaign: Campaign, formed_at: datetime, zone: str) -> Life:
    """The life of a task formed at this moment, in days of the IANA zone."""
    return life_in_days(campaign.opens_after_days, campaign.expires_after_days, formed_at, zone)


def life_in_days(
    opens_after: int | None, lasts: int | None, formed_at: datetime, zone: str
) -> Life:
    """The same for so many days until it opens and so many that it lasts then."""
    local = formed_at.astimezone(ZoneInfo(zone))
    opens_on = local.replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0) + timedelta(
        days=opens_after or 0
    )
    return Life(
        opens_at=moment_at(zone, opens_on) if opens_after else None,
        expires_at=moment_at(zone, opens_on + timedelta(days=lasts + 1))
        if lasts is not None
        else None,
    )
