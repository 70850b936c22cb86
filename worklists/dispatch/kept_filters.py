"""Filters that stay: the present one of each person, and those saved by name and shared."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from core.access import Actor
from core.db import insert_into
from core.errors import Invalid, NotFound
from worklists.dispatch.filters import DispatchFilter
from worklists.dispatch.tabs import Tab
from worklists.models.dispatch import DispatchFilterKept
from worklists.permissions import WorkPermission

PRESENT = ""
"""The name of the filter that a person's board has now."""
_TAB = "tab"


class FilterNameMissing(Invalid):
    """A saved filter needs a name of at most 80 characters."""

    field = "name"


def present_filter(session: Session, *, actor: Actor) -> DispatchFilter:
    """What this person's board is narrowed to now."""
    return DispatchFilter.from_json(_present(session, actor))


def present_tab(session: Session, *, actor: Actor) -> Tab | None:
    """The tab that the present filter was made for; None while nothing is narrowed."""
    kept = _present(session, actor)
    if DispatchFilter.from_json(kept).is_empty:
        return None
    return next((tab for tab in Tab if tab.value == kept.get(_TAB)), None)


def keep_filter(
    session: Session,
    wanted: DispatchFilter,
    *,
    tab: Tab | None = None,
    actor: Actor,
    now: datetime,
) -> bool:
    """Narrow this person's board until they choose otherwise; ``tab``: what it is looked at for.

    Returns whether the board was narrowed otherwise before.
    """
    actor.require(WorkPermission.DISPATCH)
    before = present_filter(session, actor=actor)
    _write(session, PRESENT, wanted, None, tab=tab, actor=actor, now=now)
    return wanted != before


def save_filter(
    session: Session, name: str, *, shared_unit_id: int | None, actor: Actor, now: datetime
) -> None:
    """Keep the present filter under the name, for everybody of the unit if one is given.

    Raises FilterNameMissing, NotFound for a foreign unit.
    """
    actor.require(WorkPermission.DISPATCH)
    cleaned = " ".join(name.split())
    if not cleaned or len(cleaned) > 80:
        raise FilterNameMissing
    if shared_unit_id is not None and shared_unit_id not in actor.unit_ids:
        raise NotFound("unit", shared_unit_id)
    present = present_filter(session, actor=actor)
    _write(session, cleaned, present, shared_unit_id, actor=actor, now=now)


def use_filter(
    session: Session, filter_id: int, *, tab: Tab | None = None, actor: Actor, now: datetime
) -> bool:
    """Narrow the board by a saved filter; whether it was narrowed otherwise. Raises NotFound."""
    kept = _visible(session, filter_id, actor=actor)
    wanted = DispatchFilter.from_json(kept.wanted)
    return keep_filter(session, wanted, tab=tab, actor=actor, now=now)


def forget_filter(session: Session, filter_id: int, *, actor: Actor) -> None:
    """Remove one's own saved filter. Raises NotFound."""
    kept = _visible(session, filter_id, actor=actor)
    if kept.employee_id != actor.person:
        raise NotFound("dispatch_filter", filter_id)
    session.delete(kept)


def saved_filters(session: Session, *, actor: Actor) -> Sequence[DispatchFilterKept]:
    """This person's saved filters and those shared with their units, by name."""
    return session.scalars(
        select(DispatchFilterKept)
        .where(_may_use(actor))
        .order_by(DispatchFilterKept.name, DispatchFilterKept.id)
    ).all()


def _present(session: Session, actor: Actor) -> dict[str, Any]:
    kept = session.scalar(
        select(DispatchFilterKept.wanted).where(
            DispatchFilterKept.employee_id == actor.person, DispatchFilterKept.name == PRESENT
        )
    )
    return kept or {}


def _may_use(actor: Actor) -> ColumnElement[bool]:
    return and_(
        DispatchFilterKept.name != PRESENT,
        or_(
            DispatchFilterKept.employee_id == actor.person,
            DispatchFilterKept.shared_unit_id.in_(actor.unit_ids),
        ),
    )


def _visible(session: Session, filter_id: int, *, actor: Actor) -> DispatchFilterKept:
    actor.require(WorkPermission.DISPATCH)
    kept = session.scalars(
        select(DispatchFilterKept).where(DispatchFilterKept.id == filter_id, _may_use(actor))
    ).one_or_none()
    if kept is None:
        raise NotFound("dispatch_filter", filter_id)
    return kept


def _write(
    session: Session,
    name: str,
    wanted: DispatchFilter,
    shared_unit_id: int | None,
    *,
    tab: Tab | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    kept = wanted.as_json() | ({_TAB: tab.value} if tab else {})
    values = {"wanted": kept, "shared_unit_id": shared_unit_id, "changed_at": now}
    session.execute(
        insert_into(session, DispatchFilterKept)
        .values(employee_id=actor.person, name=name, **values)
        .on_conflict_do_update(index_elements=["employee_id", "name"], set_=values)
    )
