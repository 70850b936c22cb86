"""Calendars of units and people: which applies, editing, holidays, the journal."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from core.access import Actor
from core.errors import NotFound, NotPermitted
from core.journal import history_of
from directory.calendars.editing import (
    CalendarChangedByAnother,
    HoursMissing,
    WeekWithoutWork,
    add_calendar,
    change_week,
    clear_day,
    install_holidays,
    remove_calendar,
    set_day,
)
from directory.calendars.models import CalendarDay, DayKind, DaySource, ProductionCalendar
from directory.calendars.visibility import (
    USUAL_WEEK,
    calendar_of_person,
    calendar_of_unit,
    get_calendar,
)
from directory.calendars.working_time import Calendar, is_working, next_working
from directory.staff.models import Role
from tests.conftest import NOON
from tests.given import Given
from tests.staff import administrator

MOSCOW = "Europe/Moscow"
SATURDAYS = (((600, 840), (900, 1140)),) * 6 + ((),)
RUSSIA = ProductionCalendar.RUSSIA


@pytest.fixture
def given(session: Session) -> Given:
    return Given(session)


def _of(session: Session, unit_id: int) -> Calendar:
    return calendar_of_unit(session, unit_id, default_zone=MOSCOW)


def test_the_nearest_calendar_upward_applies_in_the_units_own_zone(
    session: Session, given: Given
) -> None:
    company = given.unit("Компания")
    east = given.unit("Восток", parent=company, time_zone="Asia/Vladivostok")
    shop = given.unit("Цех", parent=east)
    other = given.unit("Запад", parent=company)
    chief = given.employee(role=Role.ADMINISTRATOR, unit=company)
    actor = administrator(chief, company, session=session)
    assert _of(session, shop.id) == Calendar("Asia/Vladivostok", USUAL_WEEK)

    of_company = add_calendar(session, unit_id=company.id, actor=actor, now=NOON)
    change_week(session, of_company.id, week=SATURDAYS, actor=actor, now=NOON)
    assert _of(session, shop.id).week == SATURDAYS
    # Ten in the morning there, not in Moscow.
    assert is_working(_of(session, shop.id), datetime(2026, 3, 18, 0, tzinfo=UTC))

    of_east = add_calendar(session, unit_id=east.id, actor=actor, now=NOON)
    assert of_east.week == of_company.week  # begins as a copy
    change_week(session, of_east.id, week=USUAL_WEEK, actor=actor, now=NOON)
    assert _of(session, shop.id).week == USUAL_WEEK
    assert _of(session, other.id).week == SATURDAYS
    remove_calendar(session, of_east.id, actor=actor, now=NOON)
    assert _of(session, shop.id).week == SATURDAYS
    events = [entry.event for entry in history_of(session, "calendar", of_east.id)]
    assert events == ["CalendarAdded", "WeekChanged", "CalendarRemoved"]


def test_a_person_has_their_own_or_that_of_the_unit(session: Session, given: Given) -> None:
    unit = given.unit("Отдел", time_zone="Asia/Omsk")
    chief = given.employee(role=Role.ADMINISTRATOR, unit=unit)
    anna = given.employee("Анна", unit=unit)
    actor = administrator(chief, unit, session=session)

    def of_anna() -> Calendar:
        return calendar_of_person(session, anna.id, default_zone=MOSCOW)

    of_unit = add_calendar(session, unit_id=unit.id, actor=actor, now=NOON)
    change_week(session, of_unit.id, week=SATURDAYS, actor=actor, now=NOON)
    assert of_anna() == Calendar("Asia/Omsk", SATURDAYS)
    own = add_calendar(session, employee_id=anna.id, actor=actor, now=NOON)
    half = (((540, 780),),) * 5 + ((),) * 2
    change_week(session, own.id, week=half, actor=actor, now=NOON)
    anna.time_zone = "Asia/Tomsk"
    assert of_anna() == Calendar("Asia/Tomsk", half)
    with pytest.raises(NotFound):
        calendar_of_person(session, 0, default_zone=MOSCOW)


def test_holidays_of_a_year_are_installed_and_own_days_stay(session: Session, given: Given) -> None:
    unit = given.unit()
    actor = administrator(given.employee(role=Role.ADMINISTRATOR, unit=unit), unit, session=session)
    row = add_calendar(session, unit_id=unit.id, actor=actor, now=NOON)
    on_duty = date(2026, 2, 23)
    set_day(
        session, row.id, on_duty, kind=DayKind.WORKING, hours=((600, 720),), note="  Дежурим ",
        actor=actor, now=NOON,
    )  # fmt: skip
    first = install_holidays(session, row.id, country=RUSSIA, year=2026, actor=actor, now=NOON)
    again = install_holidays(session, row.id, country=RUSSIA, year=2026, actor=actor, now=NOON)
    assert first.kept == again.kept == 1
    assert first.days == again.days > 15
    calendar = _of(session, unit.id)
    assert calendar.hours_on(on_duty) == ((600, 720),)
    assert calendar.hours_on(date(2026, 1, 9)) == ()
    assert calendar.hours_on(date(2026, 4, 30)) == ((540, 1020),)  # an hour less
    assert calendar.hours_on(date(2026, 4, 29)) == ((540, 1080),)
    before_new_year = datetime(2026, 12, 30, 15, 0, tzinfo=UTC)  # Moscow 18:00
    install_holidays(session, row.id, country=RUSSIA, year=2027, actor=actor, now=NOON)
    calendar = _of(session, unit.id)
    assert next_working(calendar, before_new_year) == datetime(2027, 1, 11, 6, tzinfo=UTC)
    # A Saturday that is worked for the Monday after it, shorter like that Monday would be.
    assert calendar.hours_on(date(2027, 2, 20)) == ((540, 1020),)
    assert calendar.hours_on(date(2027, 2, 22)) == ()


def test_days_are_set_and_cleared(session: Session, given: Given) -> None:
    unit = given.unit()
    actor = administrator(given.employee(role=Role.ADMINISTRATOR, unit=unit), unit, session=session)
    row = add_calendar(session, unit_id=unit.id, actor=actor, now=NOON)
    wednesday, saturday = date(2026, 3, 18), date(2026, 3, 21)

    def put(day: date, kind: DayKind, **values: object) -> None:
        set_day(session, row.id, day, kind=kind, actor=actor, now=NOON, **values)  # type: ignore[arg-type]

    put(wednesday, DayKind.SHORTENED)
    put(saturday, DayKind.WORKING)
    assert _of(session, unit.id).hours_on(wednesday) == ((540, 1020),)
    assert _of(session, unit.id).hours_on(saturday) == ((540, 1080),)
    put(wednesday, DayKind.DAY_OFF, hours=((0, 10),))
    assert _of(session, unit.id).hours_on(wednesday) == ()
    clear_day(session, row.id, wednesday, actor=actor, now=NOON)
    clear_day(session, row.id, wednesday, actor=actor, now=NOON)
    assert _of(session, unit.id).hours_on(wednesday) == ((540, 1080),)
    kept = session.get(CalendarDay, (row.id, saturday))
    assert kept is not None and kept.source is DaySource.OWN
    with pytest.raises(HoursMissing):
        put(wednesday, DayKind.WORKING, hours=())
    events = [entry.event for entry in history_of(session, "calendar", row.id)]
    assert events == ["CalendarAdded", "DaySet", "DaySet", "DaySet", "DayCleared"]


def test_what_cannot_be_saved_is_refused(session: Session, given: Given) -> None:
    company = given.unit("Компания")
    mine, foreign = given.unit("Свой", parent=company), given.unit("Чужой", parent=company)
    chief = given.employee(role=Role.ADMINISTRATOR, unit=mine)
    stranger = given.employee("Чужая", unit=foreign)
    actor = administrator(chief, mine, session=session)
    whole = administrator(chief, company, session=session)
    theirs = add_calendar(session, unit_id=foreign.id, actor=whole, now=NOON)
    for ids in ({"unit_id": foreign.id}, {"unit_id": company.id}, {"employee_id": stranger.id}):
        with pytest.raises(NotFound):
            add_calendar(session, **ids, actor=actor, now=NOON)
    with pytest.raises(NotFound):
        get_calendar(session, theirs.id, actor=actor)
    with pytest.raises(NotFound):
        change_week(session, theirs.id, week=SATURDAYS, actor=actor, now=NOON)
    with pytest.raises(NotPermitted):
        add_calendar(session, unit_id=mine.id, actor=Actor(key="scheduler"), now=NOON)
    row = add_calendar(session, unit_id=mine.id, actor=actor, now=NOON)
    assert add_calendar(session, unit_id=mine.id, actor=actor, now=NOON) is row
    with pytest.raises(WeekWithoutWork):
        change_week(session, row.id, week=((),) * 7, actor=actor, now=NOON)
    shown = row.version
    change_week(session, row.id, week=SATURDAYS, actor=actor, now=NOON)
    with pytest.raises(CalendarChangedByAnother):
        change_week(
            session, row.id, week=USUAL_WEEK, version=shown, actor=actor,
            now=NOON + timedelta(hours=1),
        )  # fmt: skip
