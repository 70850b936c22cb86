"""Absences and substitutes: no overlap, no chain, nobody's business but one's own units'."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import Actor
from core.errors import NotFound, NotPermitted
from core.journal import history_of
from directory.calendars.absences import (
    AbsenceEmpty,
    AbsenceOver,
    AbsenceOverlaps,
    OwnSubstitute,
    StandsInForAnother,
    SubstituteAway,
    absences_listed,
    absent_ids,
    add_absence,
    end_absence,
    is_absent,
    substitute_for,
)
from directory.calendars.models import Absence
from directory.calendars.standing_in import stood_in_for
from directory.staff.models import Employee, Role
from tests.conftest import NOON
from tests.given import Given
from tests.staff import administrator

DAY = timedelta(days=1)


class Staff:
    """Three people of a unit and their supervisor."""

    def __init__(self, session: Session) -> None:
        given = Given(session)
        self.session = session
        unit = given.unit("Отдел")
        self.anna, self.boris, self.vera = (
            given.employee(name, unit=unit) for name in ("Анна", "Борис", "Вера")
        )
        self.stranger = given.employee("Чужая", unit=given.unit("Чужой"))
        chief = given.employee("Старший", role=Role.SUPERVISOR, unit=unit)
        self.actor = administrator(chief, unit, session=session)

    def away(
        self, who: Employee, first: int, days: int, by: Employee | None = None, reason: str = ""
    ) -> Absence:
        """Write down an absence that begins ``first`` days from now."""
        return add_absence(
            self.session,
            who.id,
            from_at=NOON + first * DAY,
            until_at=NOON + (first + days) * DAY,
            substitute_id=by.id if by else None,
            reason=reason,
            actor=self.actor,
            now=NOON,
        )

    def stands_in(self, who: Employee, at: datetime) -> int | None:
        return substitute_for(self.session, who.id, at)


@pytest.fixture
def staff(session: Session) -> Staff:
    return Staff(session)


def test_only_a_person_stands_in_for_somebody(staff: Staff) -> None:
    staff.away(staff.anna, 0, 2, by=staff.boris)
    staff.away(staff.vera, 0, 2)
    boris = Actor(key=f"employee:{staff.boris.id}", employee_id=staff.boris.id)
    (line,) = stood_in_for(staff.session, actor=boris, now=NOON)
    assert line.name == "Анна"
    with pytest.raises(NotPermitted):
        stood_in_for(staff.session, actor=Actor(key="scheduler"), now=NOON)


def test_the_substitute_stands_in_from_the_first_moment_until_the_last(staff: Staff) -> None:
    staff.away(staff.anna, 1, 2, by=staff.boris, reason=" Отпуск ")
    begins, ends = NOON + DAY, NOON + 3 * DAY
    tick = timedelta(microseconds=1)
    assert staff.stands_in(staff.anna, begins - tick) is None
    assert staff.stands_in(staff.anna, begins) == staff.boris.id
    assert staff.stands_in(staff.anna, ends - tick) == staff.boris.id
    assert staff.stands_in(staff.anna, ends) is None
    everybody = [staff.anna.id, staff.boris.id, staff.vera.id]
    assert absent_ids(staff.session, everybody, begins) == {staff.anna.id}
    assert absent_ids(staff.session, [staff.vera.id], begins) == frozenset()
    by_sql = select(Employee.id).where(is_absent(Employee.id.expression, begins))
    assert staff.session.scalars(by_sql).all() == [staff.anna.id]


def test_absences_of_one_person_do_not_overlap(staff: Staff) -> None:
    staff.away(staff.anna, 1, 3)
    for first, days in ((0, 2), (2, 1), (3, 5), (0, 9)):
        with pytest.raises(AbsenceOverlaps):
            staff.away(staff.anna, first, days)
    staff.away(staff.anna, 4, 1)  # side by side
    staff.away(staff.boris, 1, 3)


def test_a_substitute_is_there_the_whole_time(staff: Staff) -> None:
    with pytest.raises(OwnSubstitute):
        staff.away(staff.anna, 1, 1, by=staff.anna)
    staff.away(staff.boris, 3, 1, by=staff.vera)
    with pytest.raises(SubstituteAway):
        staff.away(staff.anna, 1, 3, by=staff.boris)
    # Vera stands in for Boris: she may not be away then, so no chain and no circle comes about.
    with pytest.raises(StandsInForAnother):
        staff.away(staff.vera, 3, 1, by=staff.anna)
    staff.away(staff.vera, 4, 1, by=staff.boris)
    staff.away(staff.anna, 1, 2, by=staff.boris)
    staff.stranger.is_active = True
    with pytest.raises(NotFound):
        staff.away(staff.anna, 9, 1, by=staff.stranger)
    staff.boris.is_active = False
    with pytest.raises(SubstituteAway):
        staff.away(staff.anna, 9, 1, by=staff.boris)


def test_an_absence_is_ended_or_called_off(staff: Staff) -> None:
    running = staff.away(staff.anna, -1, 3, by=staff.boris)
    coming = staff.away(staff.anna, 5, 1)
    end_absence(staff.session, running.id, actor=staff.actor, now=NOON)
    assert staff.stands_in(staff.anna, NOON) is None
    end_absence(staff.session, coming.id, actor=staff.actor, now=NOON)
    assert absent_ids(staff.session, [staff.anna.id], NOON + 5 * DAY) == frozenset()
    for absence in (running, coming):
        with pytest.raises(AbsenceOver):
            end_absence(staff.session, absence.id, actor=staff.actor, now=NOON)
    staff.away(staff.anna, 0, 9)  # the time is free again
    events = [
        entry.event
        for absence in (running, coming)
        for entry in history_of(staff.session, "absence", absence.id)
    ]
    assert events == ["AbsenceAdded", "AbsenceEnded", "AbsenceAdded", "AbsenceCancelled"]


def test_only_ones_own_people_and_only_with_the_permission(staff: Staff) -> None:
    with pytest.raises(NotFound):
        staff.away(staff.stranger, 1, 1)
    with pytest.raises(AbsenceEmpty):
        staff.away(staff.anna, 1, 0)
    with pytest.raises(AbsenceEmpty):
        staff.away(staff.anna, -3, 2)
    absence = staff.away(staff.anna, 1, 1, by=staff.boris)
    outsider = Actor(key="employee:0", permissions=staff.actor.permissions)
    with pytest.raises(NotFound):
        end_absence(staff.session, absence.id, actor=outsider, now=NOON)
    with pytest.raises(NotPermitted):
        end_absence(staff.session, absence.id, actor=Actor(key="scheduler"), now=NOON)
    assert absences_listed(staff.session, actor=outsider, now=NOON) == []
    rows = absences_listed(staff.session, actor=staff.actor, now=NOON)
    assert [(row.name, row.substitute) for row in rows] == [("Анна", "Борис")]
    assert absences_listed(staff.session, over=True, actor=staff.actor, now=NOON) == []
    assert absences_listed(staff.session, over=True, actor=staff.actor, now=NOON + 9 * DAY)
