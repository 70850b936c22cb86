"""To whom a level of an escalation goes: present people, substitutes, else the next level up."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.bulk import numbers_of
from directory.calendars.models import Absence
from directory.staff.models import Appointment, Employee, Role
from directory.units.models import UnitPath
from worklists.escalation.models import Level

_ROLES = {Level.SUPERVISOR: Role.SUPERVISOR, Level.HEAD: Role.HEAD}
_WAYS = {
    Level.PERFORMER: (Level.PERFORMER, Level.SUPERVISOR, Level.HEAD),
    Level.SUPERVISOR: (Level.SUPERVISOR, Level.HEAD),
    Level.HEAD: (Level.HEAD, Level.SUPERVISOR),
}
"""Where to look, in this order: the first place with somebody who can be reached is told."""


class Reachable:
    """The people of some units and some performers as they are at one moment."""

    def __init__(
        self, session: Session, unit_ids: Collection[int], owners: Collection[int], now: datetime
    ) -> None:
        self._leading: dict[tuple[int, Role], dict[int, list[int]]] = defaultdict(dict)
        self._sees: dict[int, set[int]] = defaultdict(set)
        posts = session.execute(
            select(
                UnitPath.descendant_id, UnitPath.depth, Appointment.role, Appointment.employee_id
            )
            .join(Appointment, Appointment.unit_id == UnitPath.ancestor_id)
            .where(UnitPath.descendant_id.in_(unit_ids))
            .order_by(UnitPath.depth, Appointment.employee_id)
        )
        for unit_id, depth, role, employee_id in posts:
            self._sees[unit_id].add(employee_id)
            self._leading[unit_id, role].setdefault(depth, []).append(employee_id)
        away = select(Absence.employee_id, Absence.substitute_id).where(
            Absence.from_at <= now, Absence.until_at > now, Absence.cancelled_at.is_(None)
        )
        self._away = {row.employee_id: row.substitute_id for row in session.execute(away)}
        asked = {one for found in self._sees.values() for one in found} | set(owners)
        asked |= {one for one in self._away.values() if one is not None}
        known = Employee.id.in_(numbers_of(sorted(asked)))
        self._active = set(session.scalars(select(Employee.id).where(known, Employee.is_active)))

    def told(self, level: Level, unit_id: int, owner_id: int | None) -> Sequence[int]:
        """Whom to tell of a task of the unit; empty: there is nobody."""
        for step in _WAYS[level]:
            for candidates in self._candidates(step, unit_id, owner_id):
                reached = {self._reach(one, unit_id) for one in candidates} - {None}
                if reached:
                    return sorted(one for one in reached if one is not None)
        return ()

    def _candidates(
        self, level: Level, unit_id: int, owner_id: int | None
    ) -> Iterator[Sequence[int]]:
        if level is Level.PERFORMER:
            yield [] if owner_id is None else [owner_id]
        else:
            # The nearest unit first: dictionaries keep the order of the statement.
            yield from self._leading[unit_id, _ROLES[level]].values()

    def _reach(self, employee_id: int, unit_id: int) -> int | None:
        """The person, or who stands in and sees the unit; None: skipped."""
        if employee_id not in self._active:
            return None
        if employee_id not in self._away:
            return employee_id
        substitute = self._away[employee_id]
        stands_in = substitute in self._active and substitute in self._sees[unit_id]
        return substitute if stands_in else None
