"""Pages of calendars and absences, as they work without scripts."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import func, select

from core.db import Database
from directory.calendars.models import Absence, CalendarDay, DayKind, WorkCalendar
from directory.calendars.visibility import calendar_of_unit
from directory.calendars.working_time import BadHours
from directory.staff.models import Employee, Role
from directory.units.models import Unit
from tests.given import Given
from tests.web.conftest import Browser
from webui.admin.hours import hours_read, hours_written
from worklists.models.task import Task

BrowserOf = Callable[..., Browser]
WEEK = {
    "monday": "9:00–13:00, 14:00–18:00", "tuesday": "9-18", "wednesday": "9-18", "thursday": "",
    "friday": "10:30 - 17", "saturday": "", "sunday": "",
}  # fmt: skip


class Office:
    """A company with a department, its administrator and its people."""

    def __init__(self, given: Given) -> None:
        self.given = given
        self.company = given.unit("Компания")
        self.unit = given.unit("Сервис", parent=self.company)
        self.chief = given.employee("Ада", role=Role.ADMINISTRATOR, unit=self.company)
        self.anna = given.employee("Анна", unit=self.unit)
        self.boris = given.employee("Борис", unit=self.unit)


@pytest.fixture
def office(prepared: Given) -> Office:
    return Office(prepared)


def administrator(office: Office, browser_of: BrowserOf) -> Browser:
    return browser_of(office.chief, role=Role.ADMINISTRATOR)


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("", ()),
        ("9-18", ((540, 1080),)),
        ("9:00–13:00, 14:00–18:00", ((540, 780), (840, 1080))),
        ("00:00-24:00", ((0, 1440),)),
        ("8.30 — 12; 13 - 17.15", ((510, 720), (780, 1035))),
    ],
)
def test_hours_are_read_as_people_write_them(text: str, hours: tuple[tuple[int, int]]) -> None:
    assert hours_read(text) == hours
    assert hours_read(hours_written(hours)) == hours


@pytest.mark.parametrize("text", ["9", "с 9 до 18", "18-9", "9-12, 11-15", "9:70-12", "9-25"])
def test_what_is_no_working_time_is_refused(text: str) -> None:
    with pytest.raises(BadHours):
        hours_read(text)


def _new(browser: Browser, database: Database, **whose: int) -> int:
    answer = browser.post("/admin/calendars", whose)
    assert answer.status_code == 303, answer.text[:300]
    return int(re.findall(r"/admin/calendars/(\d+)", answer.location)[0])


def test_a_unit_gets_its_calendar_week_holidays_and_days(
    office: Office, browser_of: BrowserOf, database: Database
) -> None:
    browser = administrator(office, browser_of)
    before = browser.read("/admin/calendars")
    assert "обычная неделя" in before
    assert re.search(r'action="/admin/calendars" data-confirm="[^"]*свой календарь', before)
    calendar_id = _new(browser, database, unit_id=office.company.id)
    at = f"/admin/calendars/{calendar_id}"
    page = browser.read(at)
    assert page.count('class="cal-m"') == 12 and 'value="9:00–18:00"' in page
    version = re.findall(r'name="version"[^>]* value="(\d+)"', page)[0]

    bad = browser.post(f"{at}/week", WEEK | {"version": version, "monday": "18-9"})
    assert bad.status_code == 422 and "без наложений" in bad.text and 'value="18-9"' in bad.text
    nothing = browser.post(f"{at}/week", dict.fromkeys(WEEK, "") | {"version": version})
    assert nothing.status_code == 422 and "хотя бы один рабочий" in nothing.text
    assert browser.post(f"{at}/week", WEEK | {"version": version}).status_code == 303
    late = browser.post(f"{at}/week", WEEK | {"version": version, "sunday": "9-10"})
    assert late.status_code == 409 and "изменил другой" in late.text

    assert browser.post(f"{at}/holidays", {"country": "RU", "year": "2026"}).status_code == 303
    assert browser.post(f"{at}/holidays", {"country": "RU", "year": "1900"}).status_code == 422
    assert browser.post(f"{at}/holidays", {"country": "XX", "year": "2026"}).status_code == 422
    own = {"day_on": "2026-03-21", "kind": "working", "hours": "10-15", "note": "Субботник"}
    assert browser.post(f"{at}/days", own).status_code == 303
    assert browser.post(f"{at}/days", own | {"hours": "после обеда"}).status_code == 422
    assert browser.post(f"{at}/days", own | {"day_on": "когда-то"}).status_code == 422
    page = browser.read(f"{at}?day=2026-03-21")
    assert "рабочий день, 10:00–15:00, Субботник" in page
    assert "Новогодние каникулы" in page and "cal-short" in page
    with database.reading() as session:
        hours = calendar_of_unit(session, office.unit.id, default_zone="UTC").hours_on
        assert hours(date(2026, 3, 21)) == ((600, 900),)
        assert hours(date(2026, 3, 23)) == ((540, 780), (840, 1080))
        assert hours(date(2026, 5, 1)) == ()
    assert "от вышестоящего: Компания" in browser.read("/admin/calendars")

    assert browser.post(f"{at}/days/2026-03-21/clear").status_code == 303
    assert browser.post(f"{at}/days/nonsense/clear").status_code == 404
    with database.reading() as session:
        assert session.get(CalendarDay, (calendar_id, date(2026, 3, 21))) is None
        off = select(func.count()).where(CalendarDay.kind == DayKind.DAY_OFF)
        assert (session.scalar(off) or 0) > 10
    assert browser.post(f"{at}/remove").status_code == 303
    assert browser.get(at).status_code == 404


def test_a_person_gets_their_own_week(
    office: Office, browser_of: BrowserOf, database: Database
) -> None:
    browser = administrator(office, browser_of)
    calendar_id = _new(browser, database, employee_id=office.anna.id)
    assert "Анна" in browser.read(f"/admin/calendars/{calendar_id}")
    assert f"/admin/calendars/{calendar_id}" in browser.read("/admin/calendars")
    for data in ({}, {"unit_id": office.unit.id, "employee_id": office.anna.id}):
        browser.post("/admin/calendars", data)
    with database.reading() as session:
        assert session.scalar(select(func.count(WorkCalendar.id))) == 1


def test_years_far_away_are_shown_as_the_nearest(office: Office, browser_of: BrowserOf) -> None:
    browser = administrator(office, browser_of)
    calendar_id = _new(browser, None, unit_id=office.unit.id)  # type: ignore[arg-type]
    for query in ("year=1", "year=99999", "year=x", "day=x", "year=2027&day=2026-01-01"):
        browser.read(f"/admin/calendars/{calendar_id}?{query}")


def _absence(who: Employee, first: str, last: str, by: Employee | None = None) -> dict[str, object]:
    return {
        "employee_id": who.id, "from_on": first, "until_on": last, "reason": "Отпуск",
        "substitute_id": by.id if by else "",
    }  # fmt: skip


def test_an_absence_is_written_down_and_ended(
    office: Office, browser_of: BrowserOf, database: Database
) -> None:
    head = office.given.employee("Старшая", role=Role.SUPERVISOR, unit=office.unit)
    browser = browser_of(head, role=Role.SUPERVISOR)
    assert "Все на месте" in browser.read("/admin/absences")
    anna, boris = office.anna, office.boris
    first = _absence(anna, "2026-03-18", "2026-03-20", boris)
    assert browser.post("/admin/absences", first).status_code == 303
    page = browser.read("/admin/absences")
    assert "отсутствует" in page and "Борис" in page and "20" in page
    refused = [
        (_absence(anna, "2026-03-20", "2026-03-25"), "уже отмечен отсутствующим"),
        (_absence(boris, "2026-03-20", "2026-03-25"), "сам замещает другого"),
        (_absence(boris, "2026-04-02", "2026-04-01"), "не раньше первого"),
        (_absence(boris, "2026-04-01", "9999-12-31"), "Проверьте год"),
        (_absence(boris, "0001-01-01", "2026-04-02"), "Проверьте год"),
        (_absence(boris, "2026-04-01", "2032-04-01"), "не дальше пяти лет"),
        (_absence(boris, "2026-04-01", "2026-04-02", boris), "замещать сам себя"),
        (_absence(head, "2026-03-18", "2026-03-18", anna), "сам отсутствует"),
    ]
    for data, words in refused:
        answer = browser.post("/admin/absences", data)
        assert answer.status_code == 422 and words in answer.text, words
    stranger = office.given.employee("Чужой", unit=office.given.unit("Другая"))
    office.given.session.commit()
    answer = browser.post("/admin/absences", _absence(stranger, "2026-05-01", "2026-05-02"))
    assert answer.status_code == 422
    with database.reading() as session:
        away = session.scalars(select(Absence)).one()
        # Whole days in Moscow, although the clock of the tests is UTC.
        assert (away.from_at.hour, away.until_at.hour, away.until_at.day) == (21, 21, 20)
    assert browser.post(f"/admin/absences/{away.id}/end").status_code == 303
    assert browser.post(f"/admin/absences/{away.id}/end").status_code == 409
    assert "Анна" in browser.read("/admin/absences?over=1")


def test_a_zone_is_set_on_a_number_by_hand(
    office: Office, browser_of: BrowserOf, database: Database
) -> None:
    from directory.clients.models import ContactPoint

    unit: Unit = office.unit
    client = office.given.client(unit=unit)
    task = office.given.task(unit=unit, client=client)
    head = office.given.employee("Голова", role=Role.HEAD, unit=unit)
    browser = browser_of(head, role=Role.HEAD)
    at = f"/clients/{client.id}"
    assert browser.post(
        f"{at}/phones", {"typed": "+7 383 200-11-22", "version": 1}
    ).status_code == 303  # fmt: skip
    with database.reading() as session:
        point = session.scalars(select(ContactPoint).order_by(ContactPoint.id.desc())).first()
        assert point is not None and point.time_zone == "Asia/Novosibirsk"
    zone_of = f"{at}/contacts/{point.id}/zone"
    steps = [("Asia/Tomsk", 2, 303), ("Mars/Base", 3, 422), ("Asia/Omsk", 2, 409), ("", 3, 303)]
    for zone, version, status in steps:
        answer = browser.post(zone_of, {"time_zone": zone, "version": version})
        assert answer.status_code == status, zone
        with database.reading() as session:
            # The number tried first is a mobile: the one whose zone is known decides.
            expected = "Asia/Novosibirsk" if version == 3 and status == 303 else "Asia/Tomsk"
            assert session.get_one(Task, task.id).time_zone == expected
    assert "Asia/Novosibirsk" in browser.read(f"{at}/edit")
