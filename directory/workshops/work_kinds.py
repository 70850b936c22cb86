"""The company's catalogue of kinds of work: added, changed, archived, never deleted (A13)."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.access import Actor
from core.errors import Invalid, NotFound
from core.journal import record
from core.locks import exclusively
from directory.permissions import DirectoryPermission
from directory.workshops.events import WorkKindAdded, WorkKindChanged
from directory.workshops.models import WorkKind

LONGEST_MINUTES = 24 * 60
STEP = 15
"""Durations and slots are multiples of so many minutes."""
_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")


class KindNameMissing(Invalid):
    """A kind of work has a Russian name."""

    field = "ru"


class KindCodeUnusable(Invalid):
    """A code is short, of Latin letters and digits, and not taken."""

    field = "code"


class MinutesImpossible(Invalid):
    """A duration is a multiple of a quarter of an hour, a day at most."""

    field = "minutes"


def work_kinds(session: Session, *, with_archived: bool = False) -> list[WorkKind]:
    """The catalogue in its order."""
    query = select(WorkKind).order_by(WorkKind.position, WorkKind.id)
    return list(session.scalars(query if with_archived else query.where(~WorkKind.is_archived)))


def get_work_kind(session: Session, work_kind_id: int) -> WorkKind:
    """The kind of work, archived ones too. Raises NotFound."""
    found = session.get(WorkKind, work_kind_id)
    if found is None:
        raise NotFound("work_kind", work_kind_id)
    return found


def add_work_kind(
    session: Session,
    *,
    code: str,
    names: Mapping[str, str],
    minutes: int,
    actor: Actor,
    now: datetime,
) -> WorkKind:
    """One more kind of work, last in the order. Raises KindCodeUnusable, KindNameMissing."""
    actor.require(DirectoryPermission.MANAGE_WORKSHOPS)
    exclusively(session, "work_kinds")
    if not _CODE.fullmatch(code) or session.scalar(
        select(WorkKind.id).where(WorkKind.code == code)
    ):
        raise KindCodeUnusable(code)
    last = session.scalar(select(func.max(WorkKind.position))) or 0
    kind = WorkKind(
        code=code, names=usable_names(names), minutes=usable_minutes(minutes), position=last + 1
    )
    session.add(kind)
    session.flush()
    event = WorkKindAdded(work_kind_id=kind.id, code=code, minutes=minutes)
    record(session, event, actor=actor, at=now)
    return kind


def change_work_kind(
    session: Session,
    work_kind_id: int,
    *,
    names: Mapping[str, str],
    minutes: int,
    actor: Actor,
    now: datetime,
) -> WorkKind:
    """Other names or another usual duration; bookings made and workshops set up stay as they are.

    Raises NotFound, KindNameMissing, MinutesImpossible.
    """
    wanted = {"names": usable_names(names), "minutes": usable_minutes(minutes)}
    return _changed(session, work_kind_id, wanted, actor=actor, now=now)


def archive_work_kind(
    session: Session, work_kind_id: int, *, is_archived: bool, actor: Actor, now: datetime
) -> WorkKind:
    """No longer offer the kind, or offer it again; bookings of it stay. Raises NotFound."""
    return _changed(session, work_kind_id, {"is_archived": is_archived}, actor=actor, now=now)


def usable_minutes(minutes: int) -> int:
    """The duration, if it is one. Raises MinutesImpossible."""
    if not 0 < minutes <= LONGEST_MINUTES or minutes % STEP:
        raise MinutesImpossible(minutes)
    return minutes


def usable_names(names: Mapping[str, str]) -> dict[str, str]:
    """The wordings without blanks and empty ones. Raises KindNameMissing without a Russian one."""
    kept = {locale: " ".join(text.split())[:100] for locale, text in names.items() if text.strip()}
    if "ru" not in kept:
        raise KindNameMissing
    return kept


def _changed(
    session: Session, work_kind_id: int, wanted: dict[str, Any], *, actor: Actor, now: datetime
) -> WorkKind:
    actor.require(DirectoryPermission.MANAGE_WORKSHOPS)
    kind = get_work_kind(session, work_kind_id)
    fields = tuple(name for name, value in wanted.items() if getattr(kind, name) != value)
    for name in fields:
        setattr(kind, name, wanted[name])
    if fields:
        session.flush()
        event = WorkKindChanged(work_kind_id=kind.id, fields=fields)
        record(session, event, actor=actor, at=now)
    return kind
