"""What a unit may be called: shape of its name, code and time zone."""

import re
from zoneinfo import available_timezones

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Invalid
from directory.units.models import Unit


class UnitCodeTaken(Invalid):
    """Two units cannot have one code."""

    field = "code"


class UnitCodeUnusable(Invalid):
    """A code is 1 to 32 letters, digits, dots, hyphens or underscores."""

    field = "code"


class UnitNameMissing(Invalid):
    """A unit needs a name."""

    field = "name"


class UnknownTimeZone(Invalid):
    """A time zone is an IANA name such as Europe/Moscow."""

    field = "time_zone"


def usable_name(name: str) -> str:
    """The name to store. Raises UnitNameMissing."""
    cleaned = " ".join(name.split())
    if not cleaned or len(cleaned) > 200:
        raise UnitNameMissing
    return cleaned


def usable_code(session: Session, code: str, *, of: Unit | None = None) -> str:
    """The code to store, which no unit but ``of`` has. Raises UnitCodeUnusable, UnitCodeTaken."""
    cleaned = code.strip()
    if not re.fullmatch(r"[\w.-]{1,32}", cleaned):
        raise UnitCodeUnusable
    taken = session.scalar(select(Unit.id).where(Unit.code == cleaned))
    if taken is not None and (of is None or taken != of.id):
        raise UnitCodeTaken
    return cleaned


def usable_zone(zone: str | None) -> str | None:
    """The IANA zone, or None. Raises UnknownTimeZone."""
    if zone and zone not in available_timezones():
        raise UnknownTimeZone
    return zone or None
