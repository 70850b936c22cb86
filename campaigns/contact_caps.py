"""The budget of contacts: at most N attempts on a client within D days (rule 14).

Data of the installation, edited in the browser. What counts against it is known where attempts
are: ``worklists.pressure``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.models import ContactCap
from campaigns.permissions import CampaignPermission
from core.access import Actor
from core.errors import Invalid, NotFound
from core.journal import Event, record

MOST = 100
LONGEST_DAYS = 366


class CapOutOfRange(Invalid):
    """A cap allows 1 to 100 attempts within 1 to 366 days."""

    def __init__(self, field: str = "most") -> None:
        super().__init__(field)
        self.field = field


class CapThere(Invalid):
    """There is a cap over as many days already."""

    field = "days"


@dataclass(frozen=True, kw_only=True)
class CapSet(Event):
    """From now on at most ``most`` attempts within ``days`` days."""

    subject: ClassVar[str] = "contact_cap"
    contact_cap_id: int
    most: int
    days: int


@dataclass(frozen=True, kw_only=True)
class CapLifted(Event):
    """The cap counts no more."""

    subject: ClassVar[str] = "contact_cap"
    contact_cap_id: int
    most: int
    days: int


@dataclass(frozen=True, kw_only=True)
class HouseholdCapSet(Event):
    """Who shares a number waits ``days`` days after a call to one of them; None: no more."""

    subject: ClassVar[str] = "contact_cap"
    contact_cap_id: int
    days: int | None


def contact_caps(session: Session) -> Sequence[ContactCap]:
    """All caps on a client, the shortest first."""
    return caps_and_household(session)[0]


def household_days(session: Session) -> int | None:
    """For how many days one call counts for all who share a number; None: the option is off."""
    return caps_and_household(session)[1]


def caps_and_household(session: Session) -> tuple[Sequence[ContactCap], int | None]:
    """Both, in one statement."""
    found = session.scalars(select(ContactCap).order_by(ContactCap.days)).all()
    household = next((cap.days for cap in found if cap.is_household), None)
    return [cap for cap in found if not cap.is_household], household


def set_household(session: Session, days: int | None, *, actor: Actor, now: datetime) -> None:
    """Ask for one call per household within so many days; None: no more.

    Call ``worklists.households.measure_households`` after it. Raises CapOutOfRange.
    """
    actor.require(CampaignPermission.MANAGE_CONTACT_CAPS)
    if days is not None and not 1 <= days <= LONGEST_DAYS:
        raise CapOutOfRange("days")
    caps = session.scalars(select(ContactCap).where(ContactCap.is_household)).all()
    if [cap.days for cap in caps] == ([] if days is None else [days]):
        return
    cap = caps[0] if caps else ContactCap(most=1, is_household=True)
    event = HouseholdCapSet(contact_cap_id=cap.id or 0, days=days)
    if days is None:
        session.delete(cap)
    else:
        cap.days = days
        session.add(cap)
    session.flush()
    record(session, replace(event, contact_cap_id=event.contact_cap_id or cap.id),
           actor=actor, at=now)  # fmt: skip


def pressed_until(caps: Sequence[ContactCap], newest_first: Sequence[datetime]) -> datetime | None:
    """Until when attempts at these moments spend the budget; None: nothing is spent. Pure.

    A cap of N within D days is spent until the Nth newest attempt is D days old. The answer may
    lie in the past: then nothing is spent any more.
    """
    ends = [
        newest_first[cap.most - 1] + timedelta(days=cap.days)
        for cap in caps
        if len(newest_first) >= cap.most
    ]
    return max(ends, default=None)


def set_cap(
    session: Session, *, most: int, days: int, cap_id: int | None = None, actor: Actor,
    now: datetime,
) -> ContactCap:  # fmt: skip
    """Add a cap, or change the one with this id.

    Call ``worklists.pressure.measure_all`` after it. Raises CapOutOfRange, CapThere, NotFound.
    """
    actor.require(CampaignPermission.MANAGE_CONTACT_CAPS)
    if not (1 <= most <= MOST and 1 <= days <= LONGEST_DAYS):
        raise CapOutOfRange()
    of_days = select(ContactCap.id).where(ContactCap.days == days)
    same = session.scalar(of_days.where(~ContactCap.is_household))
    if same is not None and same != cap_id:
        raise CapThere()
    cap = ContactCap() if cap_id is None else _cap(session, cap_id)
    cap.most, cap.days = most, days
    session.add(cap)
    session.flush()
    event = CapSet(contact_cap_id=cap.id, most=most, days=days)
    record(session, event, actor=actor, at=now)
    return cap


def lift_cap(session: Session, cap_id: int, *, actor: Actor, now: datetime) -> None:
    """Remove a cap; call ``worklists.pressure.measure_all`` after it. Raises NotFound."""
    actor.require(CampaignPermission.MANAGE_CONTACT_CAPS)
    cap = _cap(session, cap_id)
    event = CapLifted(contact_cap_id=cap.id, most=cap.most, days=cap.days)
    record(session, event, actor=actor, at=now)
    session.delete(cap)
    session.flush()


def _cap(session: Session, cap_id: int) -> ContactCap:
    cap = session.get(ContactCap, cap_id)
    if cap is None or cap.is_household:
        raise NotFound("contact_cap", cap_id)
    return cap
