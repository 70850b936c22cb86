"""Numbers under the same word are equal on every page, and one rule says what is overdue."""

import re
from collections.abc import Callable
from datetime import timedelta

from directory.staff.models import Employee, Role
from directory.units.models import Unit
from tests.conftest import NOON
from tests.given import Given
from tests.web.conftest import Browser, read_workbook
from worklists.lifecycle import TaskState
from worklists.models.task import TaskKind

BrowserOf = Callable[..., Browser]


def _column(page: str, stage: str) -> str:
    return page.split(f'k-{stage}"', 1)[1].split("</section>", 1)[0]


def _floor(prepared: Given) -> tuple[Unit, Employee, Employee]:
    unit = prepared.unit("Обзвон")
    head = prepared.employee("Орлов", role=Role.SUPERVISOR, unit=unit)
    caller = prepared.employee("Петрова", unit=unit)
    for days in (-1, 2, 3):
        prepared.task(unit=unit, state=TaskState.ON_CONTROL, control_by_id=caller.id,
                      due_at=NOON - timedelta(days=17),
                      control_at=NOON + timedelta(days=days))  # fmt: skip
    prepared.task(unit=unit, state=TaskState.IN_WORK, performer=caller)
    return unit, head, caller


def test_in_work_and_on_control_are_the_same_numbers_everywhere(
    prepared: Given, browser_of: BrowserOf
) -> None:
    _unit, head, _caller = _floor(prepared)
    browser = browser_of(head, Role.SUPERVISOR)

    dispatch = browser.read("/dispatch")
    tabs = dict(re.findall(r'tab=(\w+)"[^>]*>[^<]*<span class="n num[^"]*">(\d+)<', dispatch))
    queue = browser.read("/queue")
    parts = dict(re.findall(r'part=(\w+)">(\d+)</a>', queue))
    titles, *_people, team = read_workbook(browser.get("/team.xlsx"))
    whole = dict(zip(titles, team, strict=True))
    stages = browser.read("/stages")
    columns = {
        stage: re.findall(r'class="n num"[^>]*>(\d+)<', _column(stages, stage))[0]
        for stage in ("in_work", "on_control")
    }
    assert (tabs["in_work"], parts["taken"], whole["В работе"], columns["in_work"]) == (
        "1", "1", 1, "1"
    )  # fmt: skip
    assert (tabs["on_control"], parts["on_control"], columns["on_control"]) == ("3", "3", "3")


def test_what_is_on_control_is_dated_by_its_check(prepared: Given, browser_of: BrowserOf) -> None:
    """«−17 дн» stood beside a check of the day after tomorrow."""
    _unit, head, _caller = _floor(prepared)
    browser = browser_of(head, Role.SUPERVISOR)
    page = browser.read("/dispatch?tab=on_control")
    dates = re.findall(r'<td class="num nowrap( txt-danger semi)?"[^>]*>([^<]+)<', page)
    assert [words for _red, words in dates] == [
        "вт 17\xa0мар, 12:00", "пт 20\xa0мар, 12:00", "сб 21\xa0мар, 12:00"
    ]  # fmt: skip
    assert [bool(red) for red, _words in dates] == [True, False, False]
    assert "Проверить" in page and "дн<" not in page


def test_red_is_what_is_overdue_on_every_page(prepared: Given, browser_of: BrowserOf) -> None:
    unit = prepared.unit()
    me = prepared.employee("Петрова", unit=unit)
    hour = timedelta(hours=1)
    for name, at in (("Проверен поздно", NOON - hour), ("Проверить вечером", NOON + hour)):
        prepared.task(unit=unit, client=prepared.client(name, unit=unit), control_by_id=me.id,
                      control_at=at, state=TaskState.ON_CONTROL)  # fmt: skip
    for name, kind in (("Ждёт звонка", TaskKind.CALL), ("Ждёт перезвона", TaskKind.CALLBACK)):
        prepared.task(unit=unit, client=prepared.client(name, unit=unit), performer=me, kind=kind,
                      due_at=NOON - 16 * hour)  # fmt: skip
    browser = browser_of(me)
    late = {"Проверен поздно", "Ждёт перезвона"}

    def red(page: str, row: str, mark: str) -> set[str]:
        names = late | {"Проверить вечером", "Ждёт звонка"}
        rows = re.findall(row, page, re.S)
        return {name for name in names for one in rows if name in one and mark in one}

    assert red(browser.read("/my"), r"<tr>.*?</tr>", "txt-danger semi") == late
    assert red(browser.read("/control"), r"<tr>.*?</tr>", "txt-danger semi") == {"Проверен поздно"}
    cards = r'<li class="bcard">.*?</li>'
    assert red(browser.read("/stages"), cards, "txt-danger semi") == late
    assert browser.read("/my").count("\N{MINUS SIGN}16") == 1, "minus hours say «late»"
    task = re.search(r'href="(/tasks/\d+)"', browser.read("/my"))
    assert task is not None
    for address in ("/my", task[1]):
        assert "остальное через сутки" in browser.read(address), address


def test_a_cut_queue_says_no_exact_numbers(prepared: Given, browser_of: BrowserOf) -> None:
    unit = prepared.unit()
    me = prepared.employee("Петрова", unit=unit)
    tasks = [prepared.task(unit=unit, due_at=NOON - timedelta(days=2)) for _ in range(51)]
    small = prepared.unit("Малое")
    whole = prepared.task(unit=small)
    other = prepared.employee("Ильина", unit=small)
    cut = browser_of(me).read(f"/tasks/{tasks[0].id}")
    assert re.search(r'class="n" title="[^"]*">50\+</span></h3>', cut)
    full = browser_of(other).read(f"/tasks/{whole.id}")
    assert re.search(r'class="n">1</span></h3>', full)


def test_the_queue_tells_its_total_first_and_always_the_same_columns(
    prepared: Given, browser_of: BrowserOf
) -> None:
    unit = prepared.unit()
    prepared.task(unit=unit)
    page = browser_of(prepared.employee(unit=unit)).read("/queue")
    headings = re.findall(r"<th scope=\"col\"[^>]*>([^<]+)</th>", page)
    assert headings == [
        "Кампания", "Всего", "В очереди", "Назначены лично", "В работе", "Время не пришло",
        "На контроле", "Закрыты сегодня",
    ]  # fmt: skip
    assert "Закрытые, в том числе отменённые, считаются с начала дня" in page


def test_a_list_behind_a_number_tells_vehicles_apart(
    prepared: Given, browser_of: BrowserOf
) -> None:
    unit = prepared.unit()
    client = prepared.client("Давыдова Оксана", unit=unit)
    work_list = prepared.work_list(unit, client)
    for days, plate in ((2, "A001BC77"), (1, "A002BC77")):
        asset = prepared.asset(client, plate=plate)
        prepared.task(work_list, asset=asset, due_at=NOON + timedelta(days=days))
    page = browser_of(prepared.employee(unit=unit)).read("/queue/tasks?part=not_due")
    assert page.index("А002ВС\xa077") < page.index("А001ВС\xa077"), "the soonest first"
    assert "Задач: 2, по сроку" in page
