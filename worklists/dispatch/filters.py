"""What the board is narrowed to, and the same as conditions of a statement."""

from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from core.access import Actor
from directory.clients.search import search_clients
from directory.units.tree import units_below
from selections.models import Lead
from worklists.models.task import Task, TaskKind

NOBODY = 0
"""``performer_id`` of a filter: tasks that are anybody's."""
_MOST_CLIENTS = 1000


@dataclass(frozen=True, kw_only=True)
class DispatchFilter:
    """What the board is narrowed to; None or empty: not narrowed. Days are of the person's zone."""

    unit_id: int | None = None
    """With everything below it."""
    performer_id: int | None = None
    campaign_id: int | None = None
    kind: TaskKind | None = None
    priority: int | None = None
    due_from: date | None = None
    due_to: date | None = None
    """The last day, included."""
    package_id: int | None = None
    """The selection run or file that the tasks came from."""
    text: str = ""
    """Client or asset: name, phone, VIN, plate."""

    @property
    def is_empty(self) -> bool:
        """Whether it narrows nothing."""
        return self == DispatchFilter()

    def as_json(self) -> dict[str, Any]:
        """Plain values of what narrows."""
        found = {name: value for name, value in asdict(self).items() if value not in (None, "")}
        return {k: v.isoformat() if isinstance(v, date) else v for k, v in found.items()}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "DispatchFilter":
        """The filter of ``as_json``; what is unknown or unreadable narrows nothing."""
        known = {one.name for one in fields(cls)}
        read = {name: _read(name, value) for name, value in values.items() if name in known}
        return cls(**{name: value for name, value in read.items() if value is not None})


def _read(name: str, value: Any) -> Any:
    try:
        if name in ("due_from", "due_to"):
            return date.fromisoformat(str(value))
        if name == "kind":
            return TaskKind(value)
        return str(value)[:200] if name == "text" else int(value)
    except ValueError:
        return None


def conditions_of(
    session: Session, wanted: DispatchFilter, *, actor: Actor
) -> list[ColumnElement[bool]]:
    """The filter as conditions on ``tasks``; the units of the person are not among them."""
    found: list[ColumnElement[bool]] = []
    if wanted.performer_id == NOBODY:
        found.append(Task.performer_id.is_(None))
    elif wanted.performer_id is not None:
        found.append(Task.performer_id == wanted.performer_id)
    if wanted.campaign_id is not None:
        found.append(Task.campaign_id == wanted.campaign_id)
    if wanted.kind is not None:
        found.append(Task.kind == wanted.kind)
    if wanted.priority is not None:
        found.append(Task.priority == wanted.priority)
    if wanted.due_from is not None:
        found.append(Task.due_at >= _midnight(wanted.due_from, actor))
    if wanted.due_to is not None:
        found.append(Task.due_at < _midnight(wanted.due_to + timedelta(days=1), actor))
    if wanted.package_id is not None:
        found.append(Task.lead_id.in_(select(Lead.id).where(Lead.run_id == wanted.package_id)))
    if wanted.text.strip():
        hits = search_clients(session, wanted.text, actor=actor, limit=_MOST_CLIENTS).hits
        found.append(Task.client_id.in_([hit.client_id for hit in hits]))
    return found


def units_of(session: Session, wanted: DispatchFilter, *, actor: Actor) -> list[int]:
    """The units whose tasks the board shows: the person's own, narrowed by the filter."""
    if wanted.unit_id is None:
        return sorted(actor.unit_ids)
    return sorted(set(session.scalars(units_below([wanted.unit_id]))) & actor.unit_ids)


def _midnight(day: date, actor: Actor) -> datetime:
    return datetime.combine(day, time(), tzinfo=ZoneInfo(actor.time_zone)).astimezone(UTC)
