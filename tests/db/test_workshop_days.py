"""A booking is judged by the day that it is at the workshop, whoever asks from wherever (A13)."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from directory.units.models import Unit, UnitKind
from tests.db.test_attempts import Desk
from worklists.attempts import ServiceRequestDraft
from worklists.bookings.listing import booking
from worklists.bookings.outcomes import NotYetTime, mark_arrived, move_booking
from worklists.models.attempt import ServiceRequest
from worklists.models.task import Task
from worklists.service_requests import WantedInPast, check_service_request, workshop_day

EVENING = datetime(2026, 3, 18, 22, 30, tzinfo=UTC)
"""01:30 of the 19th in Moscow, still the 18th on the Azores, morning of the 19th in Vladivostok."""
THE_18TH, THE_19TH = date(2026, 3, 18), date(2026, 3, 19)
WEST, EAST = "Atlantic/Azores", "Asia/Vladivostok"


@pytest.fixture
def desk(session: Session) -> Desk:
    return Desk(session)


def _workshop(desk: Desk, zone: str | None) -> Unit:
    city = desk.given.unit("Город", kind=UnitKind.CENTRE, time_zone=zone)
    return desk.given.unit("Цех", kind=UnitKind.WORKSHOP, parent=city)


def _booked(desk: Desk, workshop: Unit, on: date, client_zone: str) -> ServiceRequest:
    desk.task.time_zone = client_zone
    person = desk.manager.person
    request = ServiceRequest(
        work_list_id=desk.task.work_list_id, task_id=desk.task.id, client_id=desk.task.client_id,
        workshop_id=workshop.id, wanted_on=on, wanted_minute=600, work="ТО", created_by=person,
        created_at=desk.given.now,
    )  # fmt: skip
    desk.session.add(request)
    desk.session.flush()
    return request


def _check(desk: Desk, workshop: Unit, on: date, client_zone: str) -> None:
    desk.task.time_zone = client_zone
    draft = ServiceRequestDraft(workshop_id=workshop.id, wanted_on=on, work="ТО")
    task = desk.session.scalars(select(Task).where(Task.id == desk.task.id)).one()
    check_service_request(desk.session, task, draft, actor=desk.manager, now=EVENING)


def test_a_day_is_over_when_it_is_over_at_the_workshop(desk: Desk) -> None:
    west, east, plain = (_workshop(desk, zone) for zone in (WEST, EAST, None))
    _check(desk, west, THE_18TH, EAST)
    for workshop in (east, plain):  # without a zone of its own: that of the person, Moscow
        with pytest.raises(WantedInPast):
            _check(desk, workshop, THE_18TH, WEST)


def test_a_booking_is_moved_within_the_days_of_the_workshop(desk: Desk) -> None:
    west, east = _workshop(desk, WEST), _workshop(desk, EAST)
    request = _booked(desk, west, THE_19TH, EAST)

    def move(workshop: Unit) -> None:
        move_booking(
            desk.session, request.id, workshop_id=workshop.id, work_kind_id=None,
            day_on=THE_18TH, minute=900, version=request.version, actor=desk.manager, now=EVENING,
        )  # fmt: skip

    move(west)
    assert request.wanted_on == THE_18TH
    with pytest.raises(WantedInPast):
        move(east)


def test_a_client_comes_on_the_day_of_the_workshop(desk: Desk) -> None:
    west, east = _workshop(desk, WEST), _workshop(desk, EAST)
    early = _booked(desk, west, THE_19TH, EAST)
    with pytest.raises(NotYetTime):
        mark_arrived(desk.session, early.id, version=early.version, actor=desk.manager, now=EVENING)
    due = _booked(desk, east, THE_19TH, WEST)
    mark_arrived(desk.session, due.id, version=due.version, actor=desk.manager, now=EVENING)
    zones = {
        one: booking(desk.session, one.id, actor=desk.manager).time_zone for one in (early, due)
    }
    assert zones == {early: WEST, due: EAST}
    assert workshop_day(desk.session, west.id, actor=desk.manager, now=EVENING) == THE_18TH
