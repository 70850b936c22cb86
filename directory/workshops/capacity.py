"""How much a workshop does at once: read by bookings, set in administration (A13)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    ColumnExpressionArgument,
    Select,
    delete,
    exists,
    func,
    select,
    update,
)
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from core.access import Actor
from core.db import insert_into
from core.errors import Invalid, NotFound, Refused
from core.journal import record
from core.locks import exclusively
from directory.permissions import DirectoryPermission
from directory.units.models import Unit, UnitKind
from directory.units.tree import get_unit
from directory.workshops.events import CapacityDropped, CapacitySet
from directory.workshops.models import WorkKind, WorkshopCapacity, WorkshopWork
from directory.workshops.work_kinds import LONGEST_MINUTES, STEP, usable_minutes

MOST_POSTS = 200
LONGEST_HOLD = 60
USUAL_SLOT, USUAL_HOLD = 30, 10


class PostsImpossible(Invalid):
    """A workshop has one post at least."""

    field = "posts"


class SlotImpossible(Invalid):
    """A slot is a multiple of a quarter of an hour, a day at most."""

    field = "slot_minutes"


class HoldImpossible(Invalid):
    """A time is held for a minute at least, an hour at most."""

    field = "hold_minutes"


class NoWorkOffered(Invalid):
    """A workshop that is booked by its capacity does some kind of work."""

    field = "works"


class CapacityChangedByAnother(Refused):
    """Somebody else saved the capacity of this workshop meanwhile."""


@dataclass(frozen=True, kw_only=True)
class WorkOffered:
    """A kind of work that a workshop does."""

    work_kind_id: int
    names: Mapping[str, str]
    minutes: int


@dataclass(frozen=True, kw_only=True)
class WorkshopPlan:
    """By what a workshop is booked."""

    workshop_id: int
    posts: int
    slot_minutes: int
    hold_minutes: int
    works: Sequence[WorkOffered]
    """In the order of the catalogue."""

    def minutes_of(self, work_kind_id: int | None) -> int | None:
        """How long this kind of work takes here; None: it is not done here."""
        return next((one.minutes for one in self.works if one.work_kind_id == work_kind_id), None)


def plan_of(session: Session, workshop_id: int) -> WorkshopPlan | None:
    """By what the workshop is booked; None: no capacity is set, or nothing that it does is left."""
    row = session.get(WorkshopCapacity, workshop_id, populate_existing=True)
    works = session.execute(_offered(workshop_id)).all() if row is not None else []
    if row is None or not works:
        return None
    return WorkshopPlan(
        workshop_id=workshop_id,
        posts=row.posts,
        slot_minutes=row.slot_minutes,
        hold_minutes=row.hold_minutes,
        works=[
            WorkOffered(work_kind_id=kind_id, names=names, minutes=minutes)
            for kind_id, names, minutes in works
        ],
    )


def has_plan(workshop_id: ColumnExpressionArgument[int]) -> ColumnElement[bool]:
    """SQL: whether the workshop of this column is booked by its capacity."""
    return exists().where(
        WorkshopCapacity.workshop_id == workshop_id,
        WorkshopWork.workshop_id == WorkshopCapacity.workshop_id,
        WorkshopWork.is_offered,
        WorkKind.id == WorkshopWork.work_kind_id,
        ~WorkKind.is_archived,
    )


def get_workshop(session: Session, unit_id: int, *, actor: Actor) -> Unit:
    """The unit, if it is a workshop of this person; NotFound otherwise."""
    unit = get_unit(session, unit_id, actor=actor)
    if unit.kind is not UnitKind.WORKSHOP:
        raise NotFound("workshop", unit_id)
    return unit


def set_capacity(
    session: Session,
    workshop_id: int,
    *,
    posts: int,
    slot_minutes: int,
    hold_minutes: int,
    works: Mapping[int, int],
    version: int = 0,
    actor: Actor,
    now: datetime,
) -> WorkshopCapacity:
    """Book the workshop by this from now on; ``works``: kind of work → minutes.

    Bookings made stay. ``version`` is that of the row which the page showed, 0 for none. Raises
    NotFound, CapacityChangedByAnother, and an Invalid for values that cannot be.
    """
    actor.require(DirectoryPermission.MANAGE_WORKSHOPS)
    get_workshop(session, workshop_id, actor=actor)
    _check(posts, slot_minutes, hold_minutes, works)
    exclusively(session, f"workshop:{workshop_id}")
    row = session.get(WorkshopCapacity, workshop_id, populate_existing=True)
    if (row.version if row else 0) != version:
        raise CapacityChangedByAnother(workshop_id)
    if row is None:
        row = WorkshopCapacity(workshop_id=workshop_id)
        session.add(row)
    row.posts, row.slot_minutes, row.hold_minutes = posts, slot_minutes, hold_minutes
    # Other kinds of work are a change of the row too: who has the page open is told.
    flag_modified(row, "posts")
    session.flush()
    _offer(session, workshop_id, works)
    event = CapacitySet(
        unit_id=workshop_id,
        posts=posts,
        slot_minutes=slot_minutes,
        hold_minutes=hold_minutes,
        work_kind_ids=tuple(sorted(works)),
    )
    record(session, event, actor=actor, at=now)
    return row


def drop_capacity(session: Session, workshop_id: int, *, actor: Actor, now: datetime) -> None:
    """Any day and time may be booked again; bookings made stay. Raises NotFound."""
    actor.require(DirectoryPermission.MANAGE_WORKSHOPS)
    get_workshop(session, workshop_id, actor=actor)
    exclusively(session, f"workshop:{workshop_id}")
    gone = session.execute(
        delete(WorkshopCapacity)
        .where(WorkshopCapacity.workshop_id == workshop_id)
        .returning(WorkshopCapacity.workshop_id)
    ).first()
    if gone is not None:
        record(session, CapacityDropped(unit_id=workshop_id), actor=actor, at=now)


def workshops_seen(
    session: Session, *, actor: Actor
) -> list[tuple[Unit, WorkshopCapacity | None, int]]:
    """The workshops in use of this person, their capacity, and how many kinds of work they do."""
    done = (
        select(func.count())
        .select_from(WorkshopWork)
        .join(WorkKind)
        .where(WorkshopWork.workshop_id == Unit.id, WorkshopWork.is_offered, ~WorkKind.is_archived)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Unit, WorkshopCapacity, done)
        .outerjoin(WorkshopCapacity, WorkshopCapacity.workshop_id == Unit.id)
        .where(Unit.kind == UnitKind.WORKSHOP, ~Unit.is_archived, Unit.id.in_(actor.unit_ids))
        .order_by(Unit.name, Unit.id)
    )
    return [(unit, capacity, kinds) for unit, capacity, kinds in rows]


def works_of(session: Session, workshop_id: int) -> dict[int, WorkshopWork]:
    """What the workshop does or did once, by kind of work."""
    found = session.scalars(select(WorkshopWork).where(WorkshopWork.workshop_id == workshop_id))
    return {one.work_kind_id: one for one in found}


def _offered(workshop_id: int) -> Select[int, dict[str, str], int]:
    return (
        select(WorkKind.id, WorkKind.names, WorkshopWork.minutes)
        .join(WorkshopWork, WorkshopWork.work_kind_id == WorkKind.id)
        .where(
            WorkshopWork.workshop_id == workshop_id,
            WorkshopWork.is_offered,
            ~WorkKind.is_archived,
        )
        .order_by(WorkKind.position, WorkKind.id)
    )


def _check(posts: int, slot_minutes: int, hold_minutes: int, works: Mapping[int, int]) -> None:
    if not 0 < posts <= MOST_POSTS:
        raise PostsImpossible(posts)
    if not 0 < slot_minutes <= LONGEST_MINUTES or slot_minutes % STEP:
        raise SlotImpossible(slot_minutes)
    if not 0 < hold_minutes <= LONGEST_HOLD:
        raise HoldImpossible(hold_minutes)
    if not works:
        raise NoWorkOffered
    for minutes in works.values():
        usable_minutes(minutes)


def _offer(session: Session, workshop_id: int, works: Mapping[int, int]) -> None:
    known = set(session.scalars(select(WorkKind.id).where(WorkKind.id.in_(list(works)))))
    for unknown in set(works) - known:
        raise NotFound("work_kind", unknown)
    session.execute(
        update(WorkshopWork)
        .where(WorkshopWork.workshop_id == workshop_id)
        .values(is_offered=False)
        .execution_options(synchronize_session=False)
    )
    rows = [
        {"workshop_id": workshop_id, "work_kind_id": kind_id, "minutes": minutes,
         "is_offered": True}
        for kind_id, minutes in works.items()
    ]  # fmt: skip
    offered = insert_into(session, WorkshopWork).values(rows)
    anew = {"minutes": offered.excluded.minutes, "is_offered": True}
    session.execute(
        offered.on_conflict_do_update(index_elements=["workshop_id", "work_kind_id"], set_=anew)
    )
    session.expire_all()
