"""Who leads sees what everybody does: the board of the unit and the table of the team."""

import re
from collections.abc import Callable
from datetime import timedelta

from campaigns.models import Outcome
from directory.staff.models import Appointment, Employee, Role
from directory.units.models import Unit
from tests.conftest import NOON, TOMORROW
from tests.given import Given
from tests.web.conftest import Browser, read_workbook
from worklists.lifecycle import TaskState
from worklists.models.task import TaskKind

_LINKS = re.compile(r'href="(/team/tasks\?[^"]+)"[^>]*>(\d+)<')
BrowserOf = Callable[..., Browser]


def _column(page: str, stage: str) -> str:
    return page.split(f'k-{stage}"', 1)[1].split("</section>", 1)[0]


def _work_of(given: Given, unit: Unit, person: Employee) -> None:
    for name, values in {
        "Взятый": {"state": TaskState.IN_WORK, "performer": person},
        "Проверяемый": {
            "state": TaskState.ON_CONTROL,
            "control_by_id": person.id,
            "control_at": NOON,
        },
        "Готовый": {"state": TaskState.DONE, "closed_by_id": person.id},
    }.items():
        client = given.client(f"{name} {person.full_name}", unit=unit)
        given.task(unit=unit, client=client, **values)


def test_who_leads_sees_the_stages_of_everybody(prepared: Given, browser_of: BrowserOf) -> None:
    unit, foreign = prepared.unit(), prepared.unit("Чужое")
    caller, stranger = prepared.employee("Петрова", unit=unit), prepared.employee(unit=foreign)
    head = prepared.employee("Орлов", role=Role.HEAD, unit=unit)
    _work_of(prepared, unit, caller)
    _work_of(prepared, foreign, stranger)
    for role in (Role.HEAD, Role.SUPERVISOR):
        page = browser_of(head, role).read("/stages")
        for stage, name in (("in_work", "Взятый"), ("on_control", "Проверяемый"),
                            ("done", "Готовый")):  # fmt: skip
            assert f"{name} Петрова" in _column(page, stage)
            assert _column(page, stage).count('class="bcard"') == 1
        mine = browser_of(head, role).read("/stages?mine=1")
        assert "Взятый" not in mine and "Вы ничего не взяли" in mine
    own = browser_of(caller).read("/stages")
    assert "Взятый Петрова" in own and "Подразделение</a>" not in own
    watching = browser_of(head, Role.ANALYST).read("/stages")
    assert "Взятый Петрова" in watching and "Вы ничего не взяли" not in watching


def test_a_job_says_what_to_do(prepared: Given, browser_of: BrowserOf) -> None:
    unit = prepared.unit()
    prepared.task(unit=unit, kind=TaskKind.DEPARTMENT, goal="Узнать срок поставки фары")
    page = browser_of(prepared.employee(unit=unit)).read("/stages")
    assert "Узнать срок поставки фары" in _column(page, "new")


def test_the_board_goes_out_with_whom_to_phone(prepared: Given, browser_of: BrowserOf) -> None:
    unit = prepared.unit()
    caller = prepared.employee("Петрова", unit=unit)
    client = prepared.client("Иванов", unit=unit, phone="+79161234567")
    asset = prepared.asset(client, vin="XTA10000000000777")
    prepared.task(unit=unit, client=client, asset=asset, state=TaskState.IN_WORK, performer=caller)
    titles, row = read_workbook(browser_of(caller).get("/stages.xlsx"))[:2]
    told = dict(zip(titles, row, strict=True))
    assert told["VIN"] == "XTA10000000000777"
    assert told["Исполнитель"] == "Петрова"
    assert "916" in str(told["Телефон"])
    assert "Результат контакта" in told


def test_the_team_in_numbers(prepared: Given, browser_of: BrowserOf) -> None:
    unit, foreign = prepared.unit(), prepared.unit("Чужое")
    caller = prepared.employee("Петрова", unit=unit)
    idle = prepared.employee("Яковлева", unit=unit)
    head = prepared.employee("Орлов", role=Role.HEAD, unit=unit)
    prepared.catalogue()
    _work_of(prepared, unit, caller)
    prepared.task(unit=unit, state=TaskState.ON_CONTROL, control_by_id=caller.id,
                  control_at=NOON + timedelta(days=3))  # fmt: skip
    prepared.task(unit=unit, performer=caller, due_at=NOON - timedelta(days=2))
    prepared.task(unit=unit, performer=caller, kind=TaskKind.CALLBACK,
                  due_at=NOON + timedelta(hours=2))  # fmt: skip
    prepared.task(unit=unit, performer=caller, kind=TaskKind.CALLBACK, due_at=TOMORROW)
    prepared.task(unit=foreign, performer=caller, due_at=NOON - timedelta(days=2))
    task = prepared.task(unit=unit)
    prepared.attempt(task, caller, outcome=Outcome.NO_ANSWER)
    prepared.attempt(task, caller, outcome=Outcome.NO_ANSWER, undone_at=NOON)
    prepared.attempt(task, caller, outcome=Outcome.NO_ANSWER, at=NOON - timedelta(days=1))
    browser = browser_of(head, Role.HEAD)
    page = browser.read("/team")
    assert f"/control?all=1&amp;person={caller.id}" in page
    assert f"employee={caller.id}" in page
    rows = {row[0]: row[1:] for row in read_workbook(browser.get("/team.xlsx"))[1:]}
    assert rows["Петрова"] == (1, 2, 1, 1, 1, 0, 1, 0)
    assert rows["Яковлева"] == (0, 0, 0, 0, 0, 0, 0, 0)
    assert set(rows) == {"Петрова", "Яковлева", "Орлов"}
    control = browser.read(f"/control?all=1&person={idle.id}")
    assert "На контроле пусто" in control
    assert browser_of(head, Role.ADMINISTRATOR).read("/team").count("<tr>") == 6


def test_each_number_of_the_team_opens_as_many_tasks(
    prepared: Given, browser_of: BrowserOf
) -> None:
    unit, other = prepared.unit("Продажи"), prepared.unit("Сервис")
    head = prepared.employee("Орлов", role=Role.HEAD, unit=unit)
    anna, boris = (prepared.employee(name, unit=unit) for name in ("Анна", "Борис"))
    prepared.session.add(Appointment(employee_id=head.id, role=Role.HEAD, unit_id=other.id))
    hour = timedelta(hours=1)
    for at in (unit, other):
        for person in (anna, boris):
            prepared.task(unit=at, performer=person, due_at=NOON - 48 * hour)
    for count, person in ((2, anna), (3, boris)):
        for _ in range(count):
            prepared.task(unit=unit, performer=person, state=TaskState.IN_WORK)
            prepared.task(unit=unit, performer=person, kind=TaskKind.CALLBACK,
                          due_at=NOON + hour, missed_at=NOON - hour)  # fmt: skip
    prepared.task(unit=unit, due_at=NOON - 48 * hour)
    browser = browser_of(head, Role.HEAD)
    for address in ("/team", f"/team?unit={unit.id}"):
        links = _LINKS.findall(browser.read(address))
        assert len(links) == 12, "four numbers of two people and of all"
        for link, number in links:
            listed = browser.read(link.replace("&amp;", "&"))
            assert listed.count('<th scope="row">') == int(number), link
    assert "Исполнитель" in browser.read("/team/tasks?number=overdue")
    assert browser.get("/team/tasks?number=nothing").status_code == 404
    foreign = prepared.employee(unit=prepared.unit("Чужое"))
    assert "Таких задач больше нет" in browser_of(foreign).read("/team/tasks?number=overdue")
