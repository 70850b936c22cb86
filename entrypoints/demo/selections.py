"""Selections that heads of the demo keep, and until when their clients' vehicles are covered."""

from datetime import date, datetime, timedelta
from random import Random

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.access import Actor
from directory.assets.models import Asset
from directory.staff.models import Role
from directory.units.models import UnitPath
from entrypoints.demo.company import CENTRES, Centre
from entrypoints.wiring import GRANTS
from selections.editing import create_selection
from worklists.selection_fields import CATALOGUE
from worklists.selection_kinds import KIND_OF

_KEPT = (
    ("maintenance_due", "Подходит срок ТО"),
    ("lost_by_workshop", "Потерянные клиенты цеха"),
    ("declined_work", "Невыполненные рекомендации"),
    ("cover_ends", "Заканчивается гарантия или страховка"),
)
_WARRANTY_YEARS = 3


def write_covers(session: Session, rng: Random, day: date) -> None:
    """Warranties of the younger vehicles; the insurance of most ends some day within the year."""
    known = session.execute(select(Asset.id, Asset.year).order_by(Asset.id)).all()
    rows = [
        {
            "id": asset_id,
            "warranty_until": _warranty(rng, year, day),
            "insured_until": day + timedelta(days=rng.randrange(365))
            if rng.random() < 0.8
            else None,
        }
        for asset_id, year in known
    ]
    if rows:
        session.execute(update(Asset), rows)


def write_selections(session: Session, now: datetime) -> None:
    """The selections that each centre's head keeps."""
    for centre in CENTRES:
        actor = _head(session, centre)
        for code, name in _KEPT:
            create_selection(
                session, name=name, unit_id=centre.unit_id, kind=code,
                definition=KIND_OF[code].definition, actor=actor, now=now, catalogue=CATALOGUE,
            )  # fmt: skip


def _warranty(rng: Random, year: int | None, day: date) -> date | None:
    if year is None or year < day.year - _WARRANTY_YEARS:
        return None
    return date(year + _WARRANTY_YEARS, rng.randint(1, 12), rng.randint(1, 28))


def _head(session: Session, centre: Centre) -> Actor:
    below = select(UnitPath.descendant_id).where(UnitPath.ancestor_id == centre.unit_id)
    return Actor(
        key=f"employee:{centre.head}",
        employee_id=centre.head,
        role=Role.HEAD.value,
        unit_ids=frozenset(session.scalars(below)),
        permissions=GRANTS[Role.HEAD],
    )
