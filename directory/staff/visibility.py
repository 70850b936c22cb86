"""Which people an administrator sees and manages: those of the units given to them (rule 22).

A person is *seen* by an administrator who has one of their units, and *managed* by one who has all
of them. People without any role are the business of those who have a root of the tree.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from core.access import Actor
from core.errors import NotFound
from directory.permissions import DirectoryPermission
from directory.staff.models import Appointment, Employee, Role
from directory.units.models import Unit


@dataclass(frozen=True)
class Post:
    """A role at a unit, for pages."""

    appointment_id: int
    role: Role
    unit_id: int
    unit_name: str


def employees_visible_to(actor: Actor) -> Select[Employee]:
    """People with a role inside the actor's units, by name."""
    return select(Employee).where(_is_seen(actor)).order_by(Employee.full_name, Employee.id)


def people_found(actor: Actor, *, text: str = "", with_disabled: bool = False) -> Select[Employee]:
    """The visible people whose name or login contains the text, in any case."""
    query = employees_visible_to(actor)
    if not with_disabled:
        query = query.where(Employee.is_active.is_(True))
    for word in text.casefold().split():
        query = query.where(
            or_(
                Employee.login.contains(word, autoescape=True),
                func.lower(Employee.full_name).contains(word, autoescape=True),
                Employee.full_name.contains(word.capitalize(), autoescape=True),
            )
        )
    return query


def get_visible(session: Session, employee_id: int, *, actor: Actor) -> Employee:
    """The person, if the actor may see them; NotFound otherwise."""
    actor.require(DirectoryPermission.MANAGE_PEOPLE)
    return _one(session, employee_id, _is_seen(actor))


def get_manageable(session: Session, employee_id: int, *, actor: Actor) -> Employee:
    """The person, if all their roles are inside the actor's units; NotFound otherwise."""
    actor.require(DirectoryPermission.MANAGE_PEOPLE)
    return _one(session, employee_id, and_(_is_seen(actor), ~_has_role(actor, inside=False)))


def is_manageable(session: Session, employee_id: int, *, actor: Actor) -> bool:
    """Whether the actor may change this person, for pages."""
    outside = select(_has_role(actor, inside=False)).where(Employee.id == employee_id)
    return not session.scalar(outside.select_from(Employee))


def has_root(session: Session, *, actor: Actor) -> bool:
    """Whether a whole tree is given to the actor."""
    return bool(session.scalar(select(_holds_root(actor))))


def posts_of(session: Session, employee_id: int, *, actor: Actor) -> list[Post]:
    """The person's roles inside the actor's units."""
    return posts_of_all(session, [employee_id], actor=actor).get(employee_id, [])


def installer(session: Session) -> Actor:
    """The one at the command line: may do everything in the directory, at every unit."""
    return Actor(
        key="cli",
        permissions=frozenset(DirectoryPermission),
        unit_ids=frozenset(session.scalars(select(Unit.id))),
    )


def posts_of_all(
    session: Session, employee_ids: Iterable[int], *, actor: Actor
) -> dict[int, list[Post]]:
    """``posts_of`` for a page of people, in one query."""
    rows = session.execute(
        select(Appointment.employee_id, Appointment.id, Appointment.role, Unit.id, Unit.name)
        .join(Unit, Unit.id == Appointment.unit_id)
        .where(Appointment.employee_id.in_(list(employee_ids)), Unit.id.in_(actor.unit_ids))
        .order_by(Unit.name, Appointment.id)
    )
    posts: dict[int, list[Post]] = {}
    for employee_id, appointment_id, role, unit_id, unit_name in rows:
        post = Post(appointment_id, role, unit_id, unit_name)
        posts.setdefault(employee_id, []).append(post)
    return posts


def _has_role(actor: Actor, *, inside: bool) -> ColumnElement[bool]:
    here = Appointment.unit_id.in_(actor.unit_ids)
    return exists().where(Appointment.employee_id == Employee.id, here if inside else ~here)


def _is_seen(actor: Actor) -> ColumnElement[bool]:
    anywhere = exists().where(Appointment.employee_id == Employee.id)
    return or_(_has_role(actor, inside=True), and_(~anywhere, _holds_root(actor)))


def _holds_root(actor: Actor) -> ColumnElement[bool]:
    return exists().where(Unit.parent_id.is_(None), Unit.id.in_(actor.unit_ids))


def _one(session: Session, employee_id: int, condition: ColumnElement[bool]) -> Employee:
    employee = session.scalar(select(Employee).where(Employee.id == employee_id, condition))
    if employee is None:
        raise NotFound("employee", employee_id)
    return employee
