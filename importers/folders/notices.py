"""Telling people what they must know of files that came by themselves: each occasion once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, func, select, update
from sqlalchemy.orm import Session

from core.access import Actor
from core.db import insert_into
from directory.staff.models import Appointment, Employee, Role
from directory.units.models import Unit, UnitPath
from importers.folders.models import FileNotice, NoticeKind
from importers.loads.models import RecordLoad
from importers.permissions import ImportPermission

MOST = 50
_FORMS = (Role.HEAD, Role.SUPERVISOR)
_NOBODY = 100
"""A rank behind all others: units are not that deep."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenNotice:
    """One line of the list."""

    id: int
    kind: NoticeKind
    name: str
    unit: str
    load_id: int | None
    imported_file_id: int | None
    counts: Mapping[str, int]
    problem: str
    problem_values: Mapping[str, Any]
    at: datetime
    is_new: bool


def tell_about_file(
    session: Session,
    unit_id: int,
    kind: NoticeKind,
    *,
    occasion: str,
    name: str = "",
    load_id: int | None = None,
    imported_file_id: int | None = None,
    counts: Mapping[str, int] | None = None,
    problem: str = "",
    problem_values: Mapping[str, Any] | None = None,
    now: datetime,
) -> int:
    """Tell the heads of the unit, of clients to call whoever may form; how many people that were.

    Nobody at the unit itself: the nearest heads above. Told twice of one occasion is once.
    """
    values: dict[str, Any] = {
        "kind": kind, "unit_id": unit_id, "name": name, "load_id": load_id,
        "imported_file_id": imported_file_id, "counts": dict(counts or {}), "problem": problem,
        "problem_values": dict(problem_values or {}), "created_at": now,
    }  # fmt: skip
    return _tell(session, _people(session, unit_id, kind), occasion, values)


def tell_asker(session: Session, load: RecordLoad, kind: NoticeKind, *, now: datetime) -> int:
    """Tell whoever asked for a load what has become of it, once; how many people that were."""
    asker, _, number = load.asked_by.partition(":")
    if asker != "employee" or not number.isdigit():
        return 0
    values: dict[str, Any] = {
        "kind": kind, "unit_id": load.unit_id, "name": load.name, "load_id": load.id,
        "imported_file_id": load.imported_file_id, "counts": {}, "problem": load.problem,
        "problem_values": load.problem_values or {}, "created_at": now,
    }  # fmt: skip
    return _tell(session, [int(number)], f"load:{load.id}", values)


def _tell(session: Session, people: Iterable[int], occasion: str, values: Mapping[str, Any]) -> int:
    """How many of them had not been told before."""
    rows = [{**values, "employee_id": one, "occasion": f"{occasion}:{one}"} for one in people]
    if not rows:
        return 0
    told = insert_into(session, FileNotice).values(rows).on_conflict_do_nothing()
    return len(session.scalars(told.returning(FileNotice.id)).all())


def mark_load_seen(session: Session, load_id: int, *, actor: Actor, now: datetime) -> None:
    """This person looks at what has become of the load: no notice needs to say so any more."""
    session.execute(
        update(FileNotice)
        .where(FileNotice.employee_id == actor.employee_id, FileNotice.load_id == load_id,
               FileNotice.seen_at.is_(None))
        .values(seen_at=now)
        .execution_options(synchronize_session=False)
    )  # fmt: skip


UNSEEN_FILES = select(func.count(), func.max(FileNotice.id)).where(
    FileNotice.employee_id == bindparam("person"),
    FileNotice.seen_at.is_(None),
    FileNotice.unit_id.in_(bindparam("of_file_units", expanding=True)),
)
"""Asked with ``person`` and ``seen_files_by``: how many, and the newest of them."""


def seen_files_by(actor: Actor) -> dict[str, Any]:
    """The units of whose files this person is told: none, unless they may load files."""
    return {"of_file_units": sorted(actor.unit_ids if actor.may(ImportPermission.LOAD) else ())}


def file_notices_of(session: Session, *, actor: Actor, limit: int = MOST) -> Sequence[SeenNotice]:
    """This person's notices about files of units they still see: new ones first, then the newest.

    Nobody who may not load files has any.
    """
    if actor.employee_id is None or not actor.may(ImportPermission.LOAD):
        return ()
    rows = session.execute(
        select(FileNotice, Unit.name)
        .join(Unit, Unit.id == FileNotice.unit_id)
        .where(FileNotice.employee_id == actor.employee_id, FileNotice.unit_id.in_(actor.unit_ids))
        .order_by(FileNotice.seen_at.is_not(None), FileNotice.id.desc())
        .limit(limit)
    )
    return [
        SeenNotice(
            id=one.id, kind=one.kind, name=one.name, unit=unit, load_id=one.load_id,
            imported_file_id=one.imported_file_id, counts=one.counts, at=one.created_at,
            problem=one.problem, problem_values=one.problem_values,
            is_new=one.seen_at is None,
        )
        for one, unit in rows
    ]  # fmt: skip


def mark_file_notices(session: Session, *, up_to: int, actor: Actor, now: datetime) -> int:
    """Mark this person's notices about files up to an id as seen; how many that were."""
    mine = update(FileNotice).where(
        FileNotice.employee_id == actor.person,
        FileNotice.seen_at.is_(None),
        FileNotice.id <= up_to,
    )
    marked = mine.values(seen_at=now).returning(FileNotice.id)
    return len(session.execute(marked.execution_options(synchronize_session=False)).all())


def _people(session: Session, unit_id: int, kind: NoticeKind) -> Sequence[int]:
    """The nearest of those whom it concerns."""
    own = Appointment.role.in_(_FORMS if kind is NoticeKind.WAITS else (Role.HEAD,))
    is_here = UnitPath.depth == 0
    whens = [(is_here & own, 0), (Appointment.role == Role.HEAD, UnitPath.depth + 2)]
    if kind is NoticeKind.WAITS:
        whens.insert(1, (is_here & (Appointment.role == Role.MANAGER), 1))
    people = (
        select(Appointment.employee_id, case(*whens, else_=_NOBODY).label("rank"))
        .join(UnitPath, UnitPath.ancestor_id == Appointment.unit_id)
        .join(Employee, Employee.id == Appointment.employee_id)
        .where(UnitPath.descendant_id == unit_id, Employee.is_active)
        .subquery()
    )
    nearest = select(func.min(people.c.rank)).scalar_subquery()
    found = select(people.c.employee_id).where(people.c.rank == nearest, people.c.rank < _NOBODY)
    return session.scalars(found.distinct().order_by(people.c.employee_id)).all()
