"""Bookings while somebody else is at it: who comes second finds things as the first left them."""

from collections.abc import Callable
from datetime import timedelta
from threading import Event, Thread
from typing import Any

from sqlalchemy import select

from core.access import Actor
from core.db import Database
from directory.staff.models import Role
from directory.units.models import Unit
from directory.workshops.capacity import set_capacity
from tests.conftest import NOON, TOMORROW
from tests.given import Given
from worklists.bookings.free_times import SlotTaken, WorkKindMissing
from worklists.bookings.models import ServicePlace, SlotHold
from worklists.bookings.outcomes import move_booking
from worklists.bookings.taking import hold_slot

DAY = TOMORROW.date()
TEN = 600


def _after(database: Database, first: Callable[[Any], Any], second: Callable[[Any], Any]) -> Any:
    """What ``second`` returned or raised; it began while ``first`` was not written yet."""
    begun, found = Event(), list[Any]()

    def run() -> None:
        try:
            with database.unit_of_work() as session:
                session.connection()
                found.append(second(session))
        except Exception as error:
            found.append(error)

    def go() -> None:
        begun.wait()
        run()

    thread = Thread(target=go)
    thread.start()
    with database.unit_of_work() as session:
        first(session)
        begun.set()
        thread.join(0.5)  # as far as it gets until it has to wait for us
    thread.join()
    return found[0]


def _hold(task_id: int, workshop: Unit, kind_id: int, actor: Actor) -> Callable[[Any], int]:
    return lambda session: (
        hold_slot(
            session, task_id, workshop_id=workshop.id, work_kind_id=kind_id, day_on=DAY,
            minute=TEN, actor=actor, now=NOON,
        ).id
    )  # fmt: skip


def test_one_person_holds_one_time_for_a_task_in_two_windows(database: Database) -> None:
    with database.unit_of_work() as session:
        given = Given(session)
        unit, kind_id = given.unit(), given.kind_id()
        task_id, manager = given.task(unit=unit).id, given.manager(unit)
        here, there = given.workshop("Цех № 1"), given.workshop("Цех № 2")
    result = _after(
        database,
        _hold(task_id, here, kind_id, manager),
        _hold(task_id, there, kind_id, manager),
    )
    assert isinstance(result, int | SlotTaken), result
    with database.reading() as session:
        (held,) = session.scalars(select(SlotHold)).all()
        assert held.workshop_id == (there if isinstance(result, int) else here).id
        places = session.scalars(select(ServicePlace.workshop_id)).all()
        assert places == [held.workshop_id] * 4


def test_a_capacity_that_is_being_changed_counts_as_it_will_be(database: Database) -> None:
    with database.unit_of_work() as session:
        given = Given(session)
        unit, kind_id, other_id = given.unit(), given.kind_id(), given.kind_id("tyres")
        person = given.employee(unit=unit)
        task, manager = given.task(unit=unit), given.actor(person)
        workshop, elsewhere = given.workshop(parent=unit), given.workshop("Другой", parent=unit)
        booking = given.booking(task, elsewhere, person, on=DAY, work_kind_id=kind_id, minutes=60)
        head = given.actor(given.employee("Глава", role=Role.HEAD, unit=unit), role=Role.HEAD)
        task_id, request_id, booked_version = task.id, booking.id, booking.version

    def change(works: dict[int, int], version: int) -> Callable[[Any], Any]:
        return lambda session: set_capacity(
            session, workshop.id, posts=1, slot_minutes=60, hold_minutes=10, works=works,
            version=version, actor=head, now=NOON,
        )  # fmt: skip

    def move(session: Any) -> Any:
        later = NOON + timedelta(minutes=1)
        return move_booking(
            session, request_id, workshop_id=workshop.id, work_kind_id=kind_id, day_on=DAY,
            minute=TEN, version=booked_version, actor=manager, now=later,
        ).request.minutes  # fmt: skip

    hold = _hold(task_id, workshop, kind_id, manager)
    assert isinstance(_after(database, change({other_id: 60}, 1), hold), WorkKindMissing)
    assert _after(database, change({kind_id: 120}, 2), move) == 120
    with database.reading() as session:
        places = session.scalars(select(ServicePlace.minute).order_by(ServicePlace.minute)).all()
        assert places == list(range(TEN, TEN + 120, 15))
