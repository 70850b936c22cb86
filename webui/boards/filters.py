"""What the lists can be narrowed to: units and campaigns that this person may see."""

from collections.abc import Sequence
from typing import TypeVar

from flask import g, request
from sqlalchemy import select

from campaigns.models import Campaign, CampaignState
from directory.staff.models import Appointment, Employee
from directory.units.models import Unit, UnitKind
from webui.numbers import row_number
from webui.requests import session

Member = TypeVar("Member")


def units() -> Sequence[tuple[int, str]]:
    """The units of this person that can hold work-lists, by name."""
    rows = session().execute(
        select(Unit.id, Unit.name)
        .where(Unit.id.in_(g.actor.unit_ids), Unit.kind != UnitKind.COMPANY)
        .order_by(Unit.name)
    )
    return [(row.id, row.name) for row in rows]


def campaigns() -> Sequence[tuple[int, str]]:
    """All campaigns, by name."""
    rows = session().execute(select(Campaign.id, Campaign.name).order_by(Campaign.name))
    return [(row.id, row.name) for row in rows]


def finished_campaigns() -> frozenset[int]:
    """Those of them whose tasks are handed out to nobody any more."""
    finished = select(Campaign.id).where(Campaign.state == CampaignState.FINISHED)
    return frozenset(session().scalars(finished))


def colleagues() -> Sequence[tuple[int, str]]:
    """The people appointed in this person's units, by name."""
    appointed = select(Appointment.employee_id).where(Appointment.unit_id.in_(g.actor.unit_ids))
    rows = session().execute(
        select(Employee.id, Employee.full_name)
        .where(Employee.id.in_(appointed))
        .order_by(Employee.full_name)
    )
    return [(row.id, row.full_name) for row in rows]


def whole(name: str) -> int | None:
    """A number of the query; None when it is missing or unreadable."""
    return request.args.get(name, type=row_number)


def unit() -> int | None:
    """The unit asked for; one that is not this person's narrows nothing."""
    asked = whole("unit")
    return asked if asked in g.actor.unit_ids else None


def page_number() -> int:
    """The page asked for, from 1."""
    return min(max(whole("page") or 1, 1), 10_000)
