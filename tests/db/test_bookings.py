"""Times in workshops: free ones, holding, booking the last place, and what comes of it (A13)."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.models import Outcome
from core.access import Actor
from core.db import Database
from core.errors import NotFound, NotPermitted
from directory.calendars.models import CalendarDay, DayKind, DaySource
from directory.clients.models import Client
from directory.staff.models import Role
from directory.units.models import Unit
from directory.workshops.capacity import (
    CapacityChangedByAnother,
    NoWorkOffered,
    drop_capacity,
    plan_of,
    set_capacity,
    workshops_seen,
)
from directory.workshops.work_kinds import archive_work_kind
from tests.conftest import NOON, TOMORROW
from tests.db.test_attempts import Desk
from tests.db.test_attempts_races import at_once
from tests.given import LEASE, Given
from worklists.attempts import AttemptReport, ServiceRequestDraft, record_attempt
from worklists.bookings.free_times import (
    SlotMissing,
    SlotOutsideHours,
    SlotTaken,
    WorkKindMissing,
    free_times,
    nearest_days,
)
from worklists.bookings.listing import (
    BookingFilter,
    booking,
    bookings,
    bookings_of_client,
    history_of_booking,
)
from worklists.bookings.models import ServicePlace, SlotHold
from worklists.bookings.outcomes import (
    BookingChanged,
    BookingSettled,
    CancelReasonMissing,
    NotYetTime,
    cancel_booking,
    mark_arrived,
    mark_no_show,
    move_booking,
    take_back_arrival,
)
from worklists.bookings.taking import forget_holds, hold_slot, own_hold
from worklists.control import confirm_control, prolong_control
from worklists.lifecycle import TaskState
from worklists.models.attempt import Notification, ServiceRequest, ServiceRequestState
from worklists.models.task import Finish, Task, TaskKind
from worklists.models.work_list import WorkList
from worklists.undoing import undo_attempt

DAY = TOMORROW.date()
TEN, ELEVEN = 600, 660
LATER = NOON + timedelta(minutes=11)


@pytest.fixture
def desk(session: Session) -> Desk:
    return Desk(session)


def draft(desk: Desk, workshop: Unit, minute: int | None = TEN, **values: Any) -> Any:
    plain = {"work_kind_id": desk.given.kind_id(), "wanted_on": DAY}
    return ServiceRequestDraft(workshop_id=workshop.id, wanted_minute=minute, **(plain | values))


def free(desk: Desk, workshop: Unit, on: date = DAY, now: Any = NOON, kind: str = "maintenance"
         ) -> list[int]:  # fmt: skip
    plan = plan_of(desk.session, workshop.id)
    assert plan is not None
    (day,) = free_times(
        desk.session, plan, desk.given.kind_id(kind), first_on=on, actor=desk.manager, now=now
    )
    return list(day.free)


def book(desk: Desk, workshop: Unit, minute: int = TEN, **values: Any) -> Any:
    saved = desk.interview(
        "booked_in_call", service_request=draft(desk, workshop, minute), goal_reached=True, **values
    )
    return saved, desk.session.scalars(
        select(ServiceRequest).where(ServiceRequest.task_id == saved.task.id)
    ).one()


def places(desk: Desk) -> int:
    desk.session.flush()
    return desk.session.scalar(select(func.count()).select_from(ServicePlace)) or 0


def test_times_follow_the_hours_the_posts_and_the_length_of_the_work(desk: Desk) -> None:
    workshop = desk.given.workshop(works=[("maintenance", 60), ("body", 240)])
    assert free(desk, workshop) == [540, 600, 660, 720, 780, 840, 900, 960, 1020]
    assert free(desk, workshop, kind="body") == [540, 600, 660, 720, 780, 840]
    assert free(desk, workshop, NOON.date())[0] > 12 * 60, "what has gone by is not offered"
    book(desk, workshop)
    assert free(desk, workshop, kind="body") == [660, 720, 780, 840]
    assert TEN not in free(desk, workshop)


def test_a_break_lengthens_the_work_and_an_odd_slot_moves_nobody(desk: Desk) -> None:
    workshop = desk.given.workshop(works=[("repair", 120)], slot_minutes=45)
    calendar = desk.given.calendar(workshop)
    calendar.week = [[[540, 780], [840, 1080]]] * 5 + [[], []]
    desk.session.flush()
    found = free(desk, workshop, kind="repair")
    assert found == [540, 585, 630, 675, 720, 765, 840, 885, 930]
    request = draft(desk, workshop, 765, work_kind_id=desk.given.kind_id("repair"))
    desk.interview("booked_in_call", service_request=request, goal_reached=True)
    assert free(desk, workshop, kind="repair") == [540, 585, 630]


def test_a_holiday_has_no_times_and_the_nearest_days_are_told(desk: Desk) -> None:
    workshop = desk.given.workshop()
    calendar = desk.given.calendar(workshop)
    desk.session.add(
        CalendarDay(calendar_id=calendar.id, day_on=DAY, kind=DayKind.DAY_OFF, minutes_less=0,
                    note="", source=DaySource.OWN)
    )  # fmt: skip
    desk.session.flush()
    assert free(desk, workshop) == []
    plan = plan_of(desk.session, workshop.id)
    assert plan is not None
    days = nearest_days(
        desk.session, plan, desk.given.kind_id(), from_on=DAY, actor=desk.manager, now=NOON
    )
    assert [day.day_on for day in days] == [DAY + timedelta(days=n) for n in (1, 4, 5)]
    with pytest.raises(SlotOutsideHours):
        book(desk, workshop)


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"wanted_minute": None}, SlotMissing),
        ({"work_kind_id": None}, WorkKindMissing),
        ({"wanted_minute": 615}, SlotOutsideHours),
        ({"wanted_minute": 1080}, SlotOutsideHours),
    ],
)
def test_what_is_no_time_of_the_workshop_is_refused(
    desk: Desk, values: dict[str, Any], error: type[Exception]
) -> None:
    workshop = desk.given.workshop()
    request = ServiceRequestDraft(
        **({"workshop_id": workshop.id, "wanted_on": DAY, "wanted_minute": TEN,
            "work_kind_id": desk.given.kind_id()} | values)
    )  # fmt: skip
    with pytest.raises(error):
        desk.interview("booked_in_call", service_request=request)


def test_a_held_time_is_kept_from_others_until_it_runs_out(desk: Desk) -> None:
    workshop = desk.given.workshop()
    other = desk.given.manager(desk.unit, name="Другая")
    kind, second = desk.given.kind_id(), desk.given.task(unit=desk.unit)

    def hold(task: Task, actor: Actor, minute: int, now: Any = NOON) -> SlotHold:
        return hold_slot(
            desk.session, task.id, workshop_id=workshop.id, work_kind_id=kind, day_on=DAY,
            minute=minute, actor=actor, now=now,
        )  # fmt: skip

    hold(desk.task, desk.manager, TEN)
    with pytest.raises(SlotTaken):
        hold(second, other, TEN)
    hold(desk.task, desk.manager, ELEVEN)  # another choice lets go of the first
    assert {TEN, ELEVEN} & set(free(desk, workshop)) == {TEN}
    assert ELEVEN in free(desk, workshop, now=LATER), "no sweep is needed for that"
    taken = hold(second, other, ELEVEN, LATER)
    assert own_hold(desk.session, desk.task.id, actor=desk.manager, now=LATER) is None
    assert taken.until == LATER + timedelta(minutes=10)
    with pytest.raises(SlotTaken):
        desk.interview("booked_in_call", service_request=draft(desk, workshop, ELEVEN))


def test_a_hold_becomes_the_booking(desk: Desk) -> None:
    workshop = desk.given.workshop()
    hold_slot(
        desk.session, desk.task.id, workshop_id=workshop.id, work_kind_id=desk.given.kind_id(),
        day_on=DAY, minute=TEN, actor=desk.manager, now=NOON,
    )  # fmt: skip
    saved, request = book(desk, workshop)
    assert saved.task.state is TaskState.DONE
    assert (request.minutes, request.wanted_minute, request.work) == (60, TEN, "")
    assert desk.session.scalars(select(SlotHold)).all() == []
    assert places(desk) == 4


def test_undoing_the_outcome_frees_the_place(desk: Desk) -> None:
    workshop = desk.given.workshop()
    saved, request = book(desk, workshop)
    assert TEN not in free(desk, workshop)
    client_id = request.client_id
    assert [one.request for one in bookings_of_client(desk.session, client_id, actor=desk.manager)
            ] == [request]  # fmt: skip
    undo_attempt(
        desk.session, saved.attempt.id, actor=desk.manager, now=NOON + timedelta(minutes=2),
        lease=LEASE,
    )  # fmt: skip
    assert request.state is ServiceRequestState.CANCELLED
    assert TEN in free(desk, workshop) and places(desk) == 0
    assert not bookings_of_client(desk.session, client_id, actor=desk.manager), "it never was"


def test_moved_keeps_its_history_and_frees_the_old_time(desk: Desk) -> None:
    workshop = desk.given.workshop()
    _saved, request = book(desk, workshop)
    version = request.version
    values = {"workshop_id": workshop.id, "work_kind_id": desk.given.kind_id(), "day_on": DAY,
              "minute": ELEVEN, "version": version, "actor": desk.manager, "now": NOON}  # fmt: skip
    move_booking(desk.session, request.id, **values)
    assert {TEN, ELEVEN} & set(free(desk, workshop)) == {TEN}
    newest, first = history_of_booking(desk.session, request)
    assert (newest.event, newest.details["from_minute"]) == ("BookingMoved", TEN)
    assert first.event == "ServiceRequested"
    with pytest.raises(BookingChanged):
        move_booking(desk.session, request.id, **values)


@pytest.mark.parametrize("chosen", [None, "at once", "since"])
def test_a_control_date_that_nobody_chose_goes_along(desk: Desk, chosen: str | None) -> None:
    workshop = desk.given.workshop(posts=2)
    at = NOON + timedelta(days=9) if chosen == "at once" else None
    on = DAY + timedelta(days=7)
    saved = desk.interview(
        "booked_in_call", control_at=at, service_request=draft(desk, workshop, wanted_on=on)
    )
    was = saved.task.control_at
    assert was is not None
    request = desk.session.scalars(select(ServiceRequest)).one()
    if chosen == "since":
        was += timedelta(days=3)
        prolong_control(desk.session, saved.task.id, until=was, reason="ждёт", actor=desk.manager,
                        version=saved.task.version, now=NOON)  # fmt: skip
        was = saved.task.control_at
    for days in (4, 5):
        move_booking(
            desk.session, request.id, workshop_id=workshop.id, work_kind_id=desk.given.kind_id(),
            day_on=on + timedelta(days=days), minute=TEN, version=request.version,
            actor=desk.manager, now=LATER,
        )  # fmt: skip
        newest = history_of_booking(desk.session, request)[0].details.get("control_until")
        desk.session.refresh(saved.task)
        if chosen:
            assert saved.task.control_at == was and newest is None
        else:
            found = saved.task.control_at
            assert found is not None and newest == found.isoformat()
            assert found.date() == on + timedelta(days=days + 1)


def test_a_client_who_does_not_come_is_called_again(desk: Desk) -> None:
    workshop = desk.given.workshop()
    saved, request = book(desk, workshop)
    with pytest.raises(NotYetTime):
        mark_no_show(
            desk.session, request.id, version=request.version, actor=desk.manager, now=NOON
        )
    mechanic = desk.given.manager(workshop, name="Мастер")
    mark_no_show(
        desk.session, request.id, comment="Не берёт трубку", version=request.version,
        actor=mechanic, now=TOMORROW,
    )  # fmt: skip
    following = desk.session.get_one(Task, request.next_task_id)
    assert (following.kind, following.predecessor_id) == (TaskKind.CALL, saved.task.id)
    assert (following.state, following.work_list_id) == (TaskState.PLANNED, saved.task.work_list_id)
    assert following.performer_id == desk.manager.person
    told = desk.session.scalars(select(Notification.employee_id)).all()
    assert told == [desk.manager.person]
    assert request.state is ServiceRequestState.NO_SHOW and places(desk) == 0
    with pytest.raises(BookingSettled):
        mark_arrived(
            desk.session, request.id, version=request.version, actor=mechanic, now=TOMORROW
        )


def test_coming_confirms_control_and_not_coming_ends_it(desk: Desk) -> None:
    workshop = desk.given.workshop(posts=2)
    saved = desk.interview("booked_in_call", service_request=draft(desk, workshop))
    assert saved.task.state is TaskState.ON_CONTROL
    request = desk.session.scalars(select(ServiceRequest)).one()
    mark_arrived(
        desk.session, request.id, version=request.version, actor=desk.manager, now=TOMORROW
    )
    assert (saved.task.state, saved.task.finish) == (TaskState.DONE, Finish.CONFIRMED)
    control_at = saved.task.control_at
    take_back_arrival(desk.session, request.id, version=request.version, actor=desk.manager,
                      now=TOMORROW + timedelta(hours=1))  # fmt: skip
    assert request.state is ServiceRequestState.REQUESTED
    watched = desk.session.get_one(Task, saved.task.id, populate_existing=True)
    assert (watched.state, watched.control_at) == (TaskState.ON_CONTROL, control_at)
    assert (watched.finish, watched.closed_at, watched.closed_by_id) == (None, None, None)
    work_list = desk.session.get_one(WorkList, watched.work_list_id, populate_existing=True)
    assert work_list.closed_at is None
    mark_no_show(desk.session, request.id, version=request.version, actor=desk.manager,
                 now=TOMORROW + timedelta(hours=2))  # fmt: skip
    assert watched.finish is Finish.REPLACED and request.next_task_id is not None


def test_taking_an_arrival_back_leaves_what_it_did_not_close(desk: Desk) -> None:
    workshop = desk.given.workshop(posts=2)
    saved = desk.interview("booked_in_call", service_request=draft(desk, workshop))
    request = desk.session.scalars(select(ServiceRequest)).one()
    confirm_control(desk.session, saved.task.id, comment="", version=saved.task.version,
                    actor=desk.manager, now=NOON)  # fmt: skip
    values = {"actor": desk.manager, "now": TOMORROW}
    mark_arrived(desk.session, request.id, version=request.version, **values)
    take_back_arrival(desk.session, request.id, version=request.version, **values)
    assert saved.task.finish is Finish.CONFIRMED


def test_an_arrival_is_taken_back_though_the_client_is_worked_on_anew(desk: Desk) -> None:
    workshop = desk.given.workshop(posts=2)
    saved = desk.interview("booked_in_call", service_request=draft(desk, workshop))
    request = desk.session.scalars(select(ServiceRequest)).one()
    values = {"actor": desk.manager, "now": TOMORROW}
    mark_arrived(desk.session, request.id, version=request.version, **values)
    desk.given.work_list(desk.unit, desk.session.get_one(Client, saved.task.client_id))
    take_back_arrival(desk.session, request.id, version=request.version, **values)
    assert request.state is ServiceRequestState.REQUESTED
    assert saved.task.state is TaskState.DONE, "there is nowhere to watch it any more"


@pytest.mark.parametrize("call_again", [True, False])
def test_cancelled_for_a_reason(desk: Desk, call_again: bool) -> None:
    workshop = desk.given.workshop()
    _saved, request = book(desk, workshop)
    values = {"call_again": call_again, "version": request.version, "actor": desk.manager,
              "now": NOON}  # fmt: skip
    with pytest.raises(CancelReasonMissing):
        cancel_booking(desk.session, request.id, reason=" ", **values)
    cancel_booking(desk.session, request.id, reason="Передумал", **values)
    assert TEN in free(desk, workshop)
    assert (request.next_task_id is not None) is call_again
    (line,) = bookings_of_client(desk.session, request.client_id, actor=desk.manager)
    assert line.request.reason == "Передумал", "the client's card shows what was called off"


def test_rows_belong_to_the_workshop_and_to_who_booked(desk: Desk) -> None:
    workshop = desk.given.workshop()
    _saved, request = book(desk, workshop)
    mechanic = desk.given.manager(workshop, name="Мастер")
    stranger = desk.given.manager(desk.given.unit("Чужие"), name="Чужой")
    wanted = BookingFilter(day_on=DAY, workshop_id=workshop.id)
    (line,) = bookings(desk.session, wanted, actor=mechanic)
    assert line.request is request and not line.is_task_visible
    (own,) = bookings(desk.session, wanted, actor=desk.manager)
    assert own.is_task_visible and own.kind is not None
    assert bookings(desk.session, wanted, actor=stranger) == []
    with pytest.raises(NotFound):
        booking(desk.session, request.id, actor=stranger)
    operator = desk.given.actor(
        desk.given.employee("Оператор", role=Role.OPERATOR, unit=desk.unit), role=Role.OPERATOR
    )
    with pytest.raises(NotPermitted):
        mark_arrived(
            desk.session, request.id, version=request.version, actor=operator, now=TOMORROW
        )


def test_a_capacity_is_set_changed_once_and_dropped(desk: Desk) -> None:
    workshop = desk.given.workshop()
    head = desk.given.actor(
        desk.given.employee("Глава", role=Role.HEAD, unit=workshop), role=Role.HEAD
    )
    kind = desk.given.kind_id()
    values = {"posts": 2, "slot_minutes": 30, "hold_minutes": 5, "actor": head, "now": NOON}
    with pytest.raises(NoWorkOffered):
        set_capacity(desk.session, workshop.id, works={}, version=1, **values)
    set_capacity(desk.session, workshop.id, works={kind: 60}, version=1, **values)
    set_capacity(desk.session, workshop.id, works={kind: 90}, version=2, **values)
    with pytest.raises(CapacityChangedByAnother):
        set_capacity(desk.session, workshop.id, works={kind: 60}, version=2, **values)
    plan = plan_of(desk.session, workshop.id)
    assert plan is not None and plan.minutes_of(kind) == 90
    works = {kind: 45, desk.given.kind_id("tyres"): 30}
    set_capacity(desk.session, workshop.id, works=works, version=3, **values)
    plan = plan_of(desk.session, workshop.id)
    assert plan is not None and {one.work_kind_id: one.minutes for one in plan.works} == works
    ((seen, _capacity, kinds),) = workshops_seen(desk.session, actor=head)
    assert (seen.id, kinds) == (workshop.id, 2)
    set_capacity(desk.session, workshop.id, works={kind: 90}, version=4, **values)
    ((_seen, _capacity, kinds),) = workshops_seen(desk.session, actor=head)
    assert kinds == 1
    archive_work_kind(desk.session, kind, is_archived=True, actor=head, now=NOON)
    assert plan_of(desk.session, workshop.id) is None, "nothing that it does is left"
    archive_work_kind(desk.session, kind, is_archived=False, actor=head, now=NOON)
    drop_capacity(desk.session, workshop.id, actor=head, now=NOON)
    plain = ServiceRequestDraft(workshop_id=workshop.id, wanted_on=DAY, work="ТО-4")
    desk.interview("booked_in_call", service_request=plain, goal_reached=True)
    assert places(desk) == 0


def test_fewer_posts_than_are_booked_never_overbook(desk: Desk) -> None:
    workshop = desk.given.workshop(posts=2)
    for _ in range(2):
        other = desk.given.task(unit=desk.unit)
        hold_slot(
            desk.session, other.id, workshop_id=workshop.id, work_kind_id=desk.given.kind_id(),
            day_on=DAY, minute=TEN, actor=desk.manager, now=NOON,
        )  # fmt: skip
    head = desk.given.actor(
        desk.given.employee("Глава", role=Role.HEAD, unit=workshop), role=Role.HEAD
    )
    works = {desk.given.kind_id(): 60}
    set_capacity(desk.session, workshop.id, posts=1, slot_minutes=60, hold_minutes=10, works=works,
                 version=1, actor=head, now=NOON)  # fmt: skip
    desk.session.execute(ServicePlace.__table__.delete().where(ServicePlace.post == 1))
    assert TEN not in free(desk, workshop)


def _rivals(database: Database, number: int) -> tuple[list[tuple[int, Actor]], int, int, int]:
    with database.unit_of_work() as session:
        given = Given(session)
        unit = given.unit()
        rivals = [
            (given.task(unit=unit).id, given.manager(unit, name=f"Менеджер {one}"))
            for one in range(number)
        ]
        workshop = given.workshop(posts=2)
        return rivals, workshop.id, given.kind_id(), given.code_id("booked_in_call")


def test_of_five_at_once_two_get_the_two_last_places(database: Database) -> None:
    rivals, workshop_id, kind_id, code_id = _rivals(database, 5)

    def act(task_id: int, actor: Actor) -> Callable[[Any], Any]:
        request = ServiceRequestDraft(
            workshop_id=workshop_id, wanted_on=DAY, wanted_minute=TEN, work_kind_id=kind_id
        )
        report = AttemptReport(
            outcome=Outcome.INTERVIEW, result_code_id=code_id, goal_reached=True, version=1,
            service_request=request, form_key=f"book-{task_id}",
        )  # fmt: skip
        return lambda session: (
            record_attempt(session, task_id, report, actor=actor, now=NOON, lease=LEASE).task.id
        )

    results = at_once(database, *(act(*one) for one in rivals))
    assert sum(isinstance(one, int) for one in results) == 2, results
    assert sum(isinstance(one, SlotTaken) for one in results) == 3, results
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ServiceRequest)) == 2


def test_of_many_who_hold_at_once_as_many_as_there_are_posts_get_it(database: Database) -> None:
    rivals, workshop_id, kind_id, _code = _rivals(database, 5)

    def act(task_id: int, actor: Actor, now: Any) -> Callable[[Any], Any]:
        return lambda session: (
            hold_slot(
                session, task_id, workshop_id=workshop_id, work_kind_id=kind_id, day_on=DAY,
                minute=TEN, actor=actor, now=now,
            ).id
        )  # fmt: skip

    for now in (NOON, LATER):  # the second time over holds that have run out
        results = at_once(database, *(act(*one, now) for one in rivals))
        assert sum(isinstance(one, int) for one in results) == 2, results
        assert sum(isinstance(one, SlotTaken) for one in results) == 3, results
    assert forget_holds(database, lambda _session: LATER + timedelta(minutes=11)) == 2
    with database.reading() as session:
        assert session.scalars(select(ServicePlace)).all() == []
