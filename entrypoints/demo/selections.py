"""Selections that heads of the demo keep."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import Actor
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


def write_selections(session: Session, now: datetime) -> None:
    """The selections that each centre's head keeps."""
    for centre in CENTRES:
        actor = _head(session, centre)
        for code, name in _KEPT:
            create_selection(
                session, name=name, unit_id=centre.unit_id, kind=code,
                definition=KIND_OF[code].definition, actor=actor, now=now, catalogue=CATALOGUE,
            )  # fmt: skip


def _head(session: Session, centre: Centre) -> Actor:
    below = select(UnitPath.descendant_id).where(UnitPath.ancestor_id == centre.unit_id)
    return Actor(
        key=f"employee:{centre.head}",
        employee_id=centre.head,
        role=Role.HEAD.value,
        unit_ids=frozenset(session.scalars(below)),
        permissions=GRANTS[Role.HEAD],
    )
