"""The stages board, my tasks, control and the journal as pages and as workbooks (A2, A3, A16)."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from campaigns.models import Outcome
from core.db import Database
from core.journal import JournalEntry
from directory.staff.models import Role
from directory.units.models import Unit
from tests.conftest import NOON, TOMORROW
from tests.given import Given
from tests.web.conftest import Browser, read_workbook
from worklists.lifecycle import TaskState
from worklists.models.attempt import Attempt
from worklists.models.task import Finish, Task, TaskKind

BrowserOf = Callable[..., Browser]


def _column(page: str, stage: str) -> str:
    return page.split(f'k-{stage}"', 1)[1].split("</section>", 1)[0]


def test_a_work_list_stands_where_its_tasks_put_it(prepared: Given, browser_of: BrowserOf) -> None:
    unit = prepared.unit()
    me = prepared.employee(unit=unit)
    other = prepared.employee("Другой", unit=unit)
    for name, values in {
        "Новый": {},
        "Отложенный": {"state": TaskState.DEFERRED, "due_at": TOMORROW},
        "Взятый": {"state": TaskState.IN_WORK, "performer": me},
        "Чужой": {"state": TaskState.IN_WORK, "performer": other},
        "Проверяемый": {"state": TaskState.ON_CONTROL, "control_by_id": me.id},
        "Готовый": {"state": TaskState.DONE, "closed_by_id": me.id},
    }.items():
        prepared.task(unit=unit, client=prepared.client(name, unit=unit), **values)

    page = browser_of(me).read("/stages")

    assert "Новый" in _column(page, "new") and "Отложенный" in _column(page, "new")
    assert "Взятый" in _column(page, "in_work") and "Чужой" not in page
    assert "Проверяемый" in _column(page, "on_control")
    assert "Готовый" in _column(page, "done")


def test_one_list_can_be_on_two_stages(prepared: Given, browser_of: BrowserOf) -> None:
    unit = prepared.unit()
    me = prepared.employee(unit=unit)
    client = prepared.client("Двойной", unit=unit)
    work_list = prepared.work_list(unit, client)
    prepared.task(work_list)
    prepared.task(work_list, state=TaskState.ON_CONTROL, control_by_id=me.id,
                  asset=prepared.asset(client))  # fmt: skip

    page = browser_of(me).read("/stages")

    assert "Двойной" in _column(page, "new") and "Двойной" in _column(page, "on_control")


def test_other_units_are_not_there(prepared: Given, browser_of: BrowserOf) -> None:
    mine, foreign = prepared.unit("Мой"), prepared.unit("Чужой отдел")
    me = prepared.employee(unit=mine)
    task = prepared.task(unit=foreign, client=prepared.client("Невидимый", unit=foreign))
    browser = browser_of(me)

    for address in ("/stages", "/my", "/control?all=1", "/attempts"):
        assert "Невидимый" not in browser.read(address)
    assert browser.get(f"/stages?list={task.work_list_id}").status_code == 404


def test_the_chosen_list_shows_its_tasks_and_buttons(
    prepared: Given, browser_of: BrowserOf
) -> None:
    unit = prepared.unit()
    me = prepared.employee(unit=unit)
    client = prepared.client("Иванов", unit=unit)
    asset = prepared.asset(client, plate="А123ВС777")
    task = prepared.task(unit=unit, client=client, asset=asset)

    page = browser_of(me).read(f"/stages?list={task.work_list_id}")

    panel = page.split('id="chosen"', 1)[1]
    for address in (
        f"/tasks/{task.id}",
        f"/clients/{client.id}",
        f"/assets/{asset.id}",
        f"/clients/{client.id}/history",
        f"/work-lists/{task.work_list_id}",
    ):
        assert f'href="{address}"' in panel


def test_filters_of_my_tasks_hold(prepared: Given, browser_of: BrowserOf) -> None:
    unit = prepared.unit()
    me = prepared.employee(unit=unit)
    prepared.task(unit=unit, client=prepared.client("Свободный", unit=unit))
    prepared.task(unit=unit, client=prepared.client("Мой", unit=unit), performer=me,
                  state=TaskState.DEFERRED, due_at=TOMORROW)  # fmt: skip
    prepared.task(unit=unit, client=prepared.client("Закрытый", unit=unit),
                  state=TaskState.DONE, closed_by_id=me.id)  # fmt: skip
    browser = browser_of(me)

    mine, available = browser.read("/my").split('id="available"')
    assert "Мой" in mine and "Закрытый" in mine and "Свободный" in available
    hidden = browser.read("/my?hide_finished=1")
    assert "Закрытый" not in hidden and "Мой" in hidden
    today = browser.read("/my?from=2026-03-18&to=2026-03-18")
    assert "Мой</a>" not in today
    assert "Свободный" not in browser.read("/my?kind=callback")
    assert "note-c" in browser.read("/my?view=notes")


def test_a_broken_period_is_put_right(prepared: Given, browser_of: BrowserOf) -> None:
    browser = browser_of(prepared.employee(unit=prepared.unit()))
    for query in ("from=2026-31-12", "from=2026-03-20&to=2026-03-10", "page=-1", "page=x&unit=x"):
        assert browser.get(f"/my?{query}").status_code == 200
        assert browser.get(f"/attempts?{query}").status_code == 200


def test_control_is_grouped_by_urgency(prepared: Given, browser_of: BrowserOf) -> None:
    unit = prepared.unit()
    me = prepared.employee(unit=unit)
    for name, at in (("Сегодня", NOON), ("Потом", NOON + timedelta(days=30))):
        prepared.task(unit=unit, client=prepared.client(name, unit=unit), control_at=at,
                      state=TaskState.ON_CONTROL, control_by_id=me.id)  # fmt: skip
    page = browser_of(me).read("/control")
    assert page.index("Сегодня</a>") < page.index("Потом</a>")
    assert "Сегодня и раньше" in page and "Позже" in page


def test_who_leads_sees_the_control_of_the_unit_until_choosing_mine(
    prepared: Given, browser_of: BrowserOf
) -> None:
    unit = prepared.unit()
    caller = prepared.employee(unit=unit)
    leader = prepared.employee(unit=unit, role=Role.SUPERVISOR)
    prepared.task(unit=unit, client=prepared.client("Соколова", unit=unit), control_at=NOON,
                  state=TaskState.ON_CONTROL, control_by_id=caller.id)  # fmt: skip
    browser = browser_of(leader, Role.SUPERVISOR)
    assert "Соколова" in browser.read("/control")
    assert "Соколова" not in browser.read("/control?all=0")
    assert "Соколова" not in browser_of(prepared.employee(unit=unit)).read("/control")


def _attempt(prepared: Given, task: Task, *, by: int, at: datetime, comment: str) -> None:
    prepared.session.add(
        Attempt(task_id=task.id, unit_id=task.unit_id, client_id=task.client_id, at=at,
                campaign_id=task.campaign_id, employee_id=by, outcome=Outcome.NO_ANSWER,
                comment=comment)
    )  # fmt: skip


def test_exports_hold_the_filters_and_no_formula(
    prepared: Given, browser_of: BrowserOf, database: Database
) -> None:
    unit = prepared.unit()
    me = prepared.employee(unit=unit)
    client = prepared.client("=HYPERLINK(1)", unit=unit)
    task = prepared.task(unit=unit, client=client, performer=me, comment="+7 позже")
    _attempt(prepared, task, by=me.id, at=NOON, comment="@cmd")
    _attempt(prepared, task, by=me.id, at=NOON - timedelta(days=90), comment="давно")
    browser = browser_of(me)

    attempts = read_workbook(browser.get("/attempts.xlsx"))
    assert [row[10] for row in attempts[1:]] == ["@cmd"]
    assert attempts[1][0] == NOON.astimezone(ZoneInfo("Europe/Moscow")).replace(tzinfo=None)
    assert attempts[1][1] == "=HYPERLINK(1)"
    mine = read_workbook(browser.get("/my.xlsx"))
    assert (mine[1][1], mine[1][11]) == ("=HYPERLINK(1)", "+7 позже")
    board = read_workbook(browser.get("/stages.xlsx"))
    assert board[1][1] == "=HYPERLINK(1)"
    for answer in ("/attempts.xlsx", "/my.xlsx", "/stages.xlsx"):
        assert b"<f>" not in browser.get(answer).data
    with database.reading() as session:
        events = session.scalars(select(JournalEntry.event)).all()
    assert events.count("ListExported") == 6


def test_an_operator_may_not_export(prepared: Given, browser_of: BrowserOf) -> None:
    unit: Unit = prepared.unit()
    operator = prepared.employee(unit=unit, role=Role.OPERATOR)
    browser = browser_of(operator, Role.OPERATOR)
    assert browser.get("/my.xlsx").status_code == 403
    assert "my.xlsx" not in browser.read("/my")


def test_done_needs_nothing_open_of_mine(prepared: Given, browser_of: BrowserOf) -> None:
    unit = prepared.unit()
    me = prepared.employee(unit=unit)
    work_list = prepared.work_list(unit, prepared.client("Незаконченный", unit=unit))
    prepared.task(work_list, state=TaskState.DONE, closed_by_id=me.id, finish=Finish.GOAL_REACHED)
    prepared.task(work_list, state=TaskState.DEFERRED, performer=me, due_at=TOMORROW)
    page = browser_of(me).read("/stages")
    assert "Незаконченный" not in _column(page, "done")


def test_the_history_of_a_work_list_goes_out_too(prepared: Given, browser_of: BrowserOf) -> None:
    unit = prepared.unit()
    me = prepared.employee(unit=unit)
    task = prepared.task(unit=unit, client=prepared.client("Иванов", unit=unit))
    browser = browser_of(me)
    assert browser.post(f"/tasks/{task.id}/claim").status_code < 400
    token = re.search(r'name="token" value="(\w+)"', browser.read(f"/tasks/{task.id}"))
    assert token is not None
    form = {"token": token[1]}
    assert browser.post(f"/tasks/{task.id}/release", form).status_code < 400

    rows = read_workbook(browser.get(f"/work-lists/{task.work_list_id}.xlsx"))

    assert rows[0][:2] == ("Когда", "Что произошло")
    assert [(row[1], row[3], row[4]) for row in rows[1:]] == [
        ("Возвращена в очередь", me.full_name, task.id),
        ("Взята в работу", me.full_name, task.id),
    ], "the newest first, as on the page and in the history of a client"


def test_a_filter_looks_behind_the_first_rows(prepared: Given, browser_of: BrowserOf) -> None:
    unit = prepared.unit()
    me = prepared.employee(unit=unit)
    for number in range(101):
        prepared.task(unit=unit, client=prepared.client(f"Ранний {number}", unit=unit),
                      due_at=NOON - timedelta(hours=2))  # fmt: skip
    rare = prepared.campaign("rare")
    prepared.task(unit=unit, client=prepared.client("Редкий", unit=unit), campaign=rare)
    prepared.task(unit=unit, client=prepared.client("Дело", unit=unit), kind=TaskKind.EXTRA)
    browser = browser_of(me)

    assert "Редкий" in _column(browser.read(f"/stages?campaign={rare.id}"), "new")
    assert "Дело" in browser.read("/my?kind=extra").split('id="available"')[1]


def test_counts_stop_alike_and_say_why(
    prepared: Given, browser_of: BrowserOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit = prepared.unit()
    late = {"due_at": NOON - timedelta(days=3), "overdue_at": NOON - timedelta(days=2)}
    for number in range(3):
        client = prepared.client(f"Поздно {number}", unit=unit)
        prepared.task(unit=unit, client=client, **late)
    browser = browser_of(prepared.employee(unit=unit))
    page = browser.read("/stages")
    assert re.search('class="n num" title="[^"]+">3</span>', page) and "с просрочкой: 3" in page
    monkeypatch.setattr("webui.boards.stages.MORE_THAN", 2)
    page = browser.read("/stages")
    assert "с просрочкой: 2+" in page and ">2+</span>" in page and "с просрочкой: 3" not in page
    assert page.count('title="Больше 2. Точно не считается') == 2


def test_a_substitute_reads_for_whom_and_until_when(prepared: Given, browser_of: BrowserOf) -> None:
    unit = prepared.unit()
    away, me = prepared.employee("Соколов", unit=unit), prepared.employee("Смирнов", unit=unit)
    prepared.absence(away, days=2, substitute=me)
    prepared.session.commit()
    assert "Вы замещаете: Соколов" in browser_of(me).read("/my")
    assert "Вы замещаете" not in browser_of(away).read("/my")
