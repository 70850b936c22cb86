"""What the effects of a result come to at a moment: which unit, by when. Reads only (rule 9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from campaigns.effects import Effect, EffectKind
from campaigns.models import Campaign
from directory.calendars.visibility import calendar_of_unit
from directory.calendars.working_time import NeverWorks, add_working_days
from directory.units.models import Unit


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """One effect with what it comes to."""

    effect: Effect
    unit: str = ""
    """For a task of a department, or to correct data: whose; empty: nobody's yet, or one's own."""
    at: datetime | None = None
    """For a task of a department: by when."""
    purpose: str = ""
    """For a block of a purpose: the name of the campaign that is spoken of."""


def forecast(
    session: Session,
    effects: Sequence[Effect],
    *,
    campaign: Campaign,
    default_zone: str,
    now: datetime,
) -> tuple[Forecast, ...]:
    """What the effects come to in this campaign at ``now``, in their order."""
    return tuple(
        _of(session, effect, campaign, default_zone=default_zone, now=now) for effect in effects
    )


def department_of(session: Session, effect: Effect, campaign: Campaign) -> Unit | None:
    """The unit that the effect gives a task to; None: none is named, or it is out of use."""
    unit_id = effect.unit_id or campaign.quality_unit_id
    unit = session.get(Unit, unit_id) if unit_id else None
    return None if unit is None or unit.is_archived else unit


def department_due(
    session: Session, unit: Unit, effect: Effect, *, default_zone: str, now: datetime
) -> datetime:
    """So many working days of that unit on; UTC."""
    days = effect.working_days or 1
    try:
        return add_working_days(
            calendar_of_unit(session, unit.id, default_zone=default_zone), now, days
        )
    except NeverWorks:
        return now + timedelta(days=days)


def _of(
    session: Session, effect: Effect, campaign: Campaign, *, default_zone: str, now: datetime
) -> Forecast:
    if effect.kind is EffectKind.BLOCK:
        return Forecast(effect=effect, purpose=campaign.name)
    if effect.kind is EffectKind.DATA_FIX and campaign.data_unit_id is not None:
        in_charge = session.get(Unit, campaign.data_unit_id)
        return Forecast(effect=effect, unit=in_charge.name if in_charge else "")
    if effect.kind is not EffectKind.DEPARTMENT_TASK:
        return Forecast(effect=effect)
    unit = department_of(session, effect, campaign)
    if unit is None:
        return Forecast(effect=effect)
    due = department_due(session, unit, effect, default_zone=default_zone, now=now)
    return Forecast(effect=effect, unit=unit.name, at=due)
