"""The journal of attempts: every contact that happened in the units a person sees (B5, D20)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from campaigns.models import Campaign, Outcome, ResultCodeVersion
from core.access import Actor
from directory.assets.models import Asset
from directory.clients.models import Client, ContactPoint
from directory.staff.models import Employee
from directory.units.models import Unit
from worklists.models.attempt import CALLED_BY, Attempt
from worklists.permissions import WorkPermission
from worklists.soonest import capped_count


@dataclass(frozen=True, kw_only=True)
class AttemptFilter:
    """The period (UTC, the end excluded) and what it is narrowed to; None: not narrowed."""

    since: datetime
    until: datetime
    unit_id: int | None = None
    employee_id: int | None = None
    campaign_id: int | None = None
    outcome: Outcome | None = None
    client_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class AttemptLine:
    """One attempt as the journal shows it."""

    attempt_id: int
    task_id: int
    at: datetime
    client: str
    client_id: int
    asset: str
    vin: str
    phone: str
    unit: str
    campaign: str
    employee: str
    outcome: Outcome
    result: dict[str, Any] | None
    """Wording of the result code by locale, as it was then."""
    comment: str
    mileage_km: int | None
    is_copy: bool
    """Settled by a conversation about another task: not one more conversation."""
    is_undone: bool
    """Taken back by whoever recorded it: it counts for nothing (rule 9)."""


def attempts_page(
    session: Session, wanted: AttemptFilter, *, actor: Actor, limit: int = 50, offset: int = 0
) -> tuple[Sequence[AttemptLine], int]:
    """One page, newest first, and the count (it stops above ``MORE_THAN``)."""
    actor.require(WorkPermission.SEE)
    rows = _lines(wanted, actor).limit(limit).offset(offset)
    count = session.scalar(capped_count(select(Attempt.id).where(*_conditions(wanted, actor))))
    return [_line(row) for row in session.execute(rows)], count or 0


def all_attempts(session: Session, wanted: AttemptFilter, *, actor: Actor) -> Iterator[AttemptLine]:
    """All of them, streamed: for the export."""
    actor.require(WorkPermission.EXPORT)
    rows = session.execute(_lines(wanted, actor), execution_options={"yield_per": 1000})
    return map(_line, rows)


def _conditions(wanted: AttemptFilter, actor: Actor) -> list[ColumnElement[bool]]:
    conditions = [
        Attempt.unit_id.in_(actor.unit_ids),
        Attempt.at >= wanted.since,
        Attempt.at < wanted.until,
    ]
    narrowed = {
        Attempt.unit_id: wanted.unit_id,
        Attempt.employee_id: wanted.employee_id,
        Attempt.campaign_id: wanted.campaign_id,
        Attempt.outcome: wanted.outcome,
        Attempt.client_id: wanted.client_id,
    }
    if wanted.employee_id is not None:
        conditions.append(Attempt.caller.is_(None))  # made by that person, not loaded
    return conditions + [column == value for column, value in narrowed.items() if value is not None]


def _lines(wanted: AttemptFilter, actor: Actor) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Attempt.id.label("attempt_id"),
            Attempt.task_id,
            Attempt.at,
            Attempt.client_id,
            Client.name.label("client"),
            func.coalesce(func.trim(Asset.make + " " + Asset.model), "").label("asset"),
            func.coalesce(Asset.vin, "").label("vin"),
            func.coalesce(ContactPoint.value, "").label("phone"),
            Unit.name.label("unit"),
            Campaign.name.label("campaign"),
            CALLED_BY.label("employee"),
            Attempt.outcome,
            ResultCodeVersion.names.label("result"),
            Attempt.comment,
            Attempt.mileage_km,
            Attempt.copied_from_id.is_not(None).label("is_copy"),
            Attempt.undone_at.is_not(None).label("is_undone"),
        )
        .join(Client, Client.id == Attempt.client_id)
        .join(Campaign, Campaign.id == Attempt.campaign_id)
        .join(Unit, Unit.id == Attempt.unit_id)
        .join(Employee, Employee.id == Attempt.employee_id)
        .outerjoin(Asset, Asset.id == Attempt.asset_id)
        .outerjoin(ContactPoint, ContactPoint.id == Attempt.contact_point_id)
        .outerjoin(ResultCodeVersion, ResultCodeVersion.id == Attempt.result_version_id)
        .where(*_conditions(wanted, actor))
        .order_by(Attempt.at.desc(), Attempt.id.desc())
    )


def _line(row: Any) -> AttemptLine:
    return AttemptLine(**{name: getattr(row, name) for name in AttemptLine.__dataclass_fields__})
